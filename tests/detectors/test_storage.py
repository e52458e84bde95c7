"""The family `storage`: claims, volumes and their attachment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from midwatch.detectors.storage import DETECTORS
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import NOW, causes_of, inventory_of

CLAIM = Ref("PersistentVolumeClaim", "shop", "db-pvc")
USER = """
kind: Pod
metadata: {name: db-0, namespace: shop, creationTimestamp: '2026-01-01T03:00:00Z'}
spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: db-pvc}}], containers: [{name: main}]}
status: {phase: Pending}
"""
LOCAL = "{kind: StorageClass, metadata: {name: local}, provisioner: kubernetes.io/no-provisioner}"


def claim(more: str = "", phase: str = "Pending", size: str = "1Gi", modes: str = "[ReadWriteOnce]") -> str:
    return f"""
kind: PersistentVolumeClaim
metadata: {{name: db-pvc, namespace: shop, creationTimestamp: '2026-01-01T03:00:00Z'}}
spec: {{accessModes: {modes}, resources: {{requests: {{storage: {size}}}}}, {more}}}
status: {{phase: {phase}}}
"""


def volume(
    more: str = "", name: str = "db-pv", phase: str = "Available", labels: str = "{}", notes: str = "{}"
) -> str:
    return f"""
kind: PersistentVolume
metadata: {{name: {name}, labels: {labels}, annotations: {notes}}}
spec: {{capacity: {{storage: 2Gi}}, accessModes: [ReadWriteOnce], {more}}}
status: {{phase: {phase}}}
"""


def said(reason: str, message: str, about: str = "PersistentVolumeClaim", name: str = "db-pvc") -> str:
    quoted = message.replace("'", "''")
    return f"""
kind: Event
metadata: {{name: e-{reason.lower()}, namespace: shop}}
reason: {reason}
message: '{quoted}'
lastTimestamp: '2026-01-01T03:09:00Z'
involvedObject: {{kind: {about}, namespace: shop, name: {name}}}
"""


def detect(inventory: Inventory) -> list[Finding]:
    return [each for detector in DETECTORS for each in detector(inventory)]


def first_cause(inventory: Inventory) -> str:
    findings = detect(inventory)
    return findings[0].claims[0].cause if findings else ""


@pytest.mark.parametrize(
    ("pvc", "pv", "cause"),
    [
        (claim("storageClassName: fast"), volume("storageClassName: slow"), "pvc-storage-class-mismatch"),
        (
            claim("storageClassName: local", modes="[ReadWriteMany]"),
            volume("storageClassName: local"),
            "pvc-access-mode-mismatch",
        ),
        (claim("storageClassName: local", size="5Gi"), volume("storageClassName: local"), "pvc-capacity-mismatch"),
        (
            claim("storageClassName: local, selector: {matchLabels: {app: db}}"),
            volume("storageClassName: local", labels="{app: other}"),
            "pvc-selector-mismatch",
        ),
        (claim("volumeMode: Block"), volume(), "pvc-access-mode-mismatch"),
        (claim(), volume("claimRef: {namespace: shop, name: other}", phase="Bound"), "pv-already-bound"),
        (
            claim("volumeName: db-pv"),
            volume("claimRef: {namespace: a, name: b}", phase="Bound"),
            "pv-already-bound",
        ),
        (claim(), volume("claimRef: {namespace: shop, name: db-pvc}", phase="Released"), "pv-released"),
        (claim(), volume("storageClassName: slow"), "pvc-storage-class-mismatch"),
    ],
)
def test_the_nearest_volume_tells_what_does_not_match(pvc: str, pv: str, cause: str) -> None:
    [finding] = detect(inventory_of(pvc, pv, USER, LOCAL))
    assert (finding.claims[0].cause, finding.claims[0].culprit) == (cause, CLAIM)
    assert (finding.claims[0].strength, finding.severity) == (0.9, Severity.ERROR)
    assert Ref("Pod", "shop", "db-0") in finding.affected


def test_a_matching_volume_is_being_bound() -> None:
    young = inventory_of(claim(), volume(), USER, now=NOW - timedelta(minutes=9))
    assert detect(young) == []
    assert causes_of(detect(inventory_of(claim(), volume(), USER))) == {"pvc-pending"}
    assert detect(inventory_of(claim(phase="Bound"), volume(phase="Bound"), USER)) == []


def test_the_volume_made_for_the_claim_counts_more_than_strangers() -> None:
    stranger = volume("storageClassName: fast", name="aaa", labels="{app: db}").replace("2Gi", "500Mi")
    meant = volume("storageClassName: slow")
    assert (
        first_cause(inventory_of(claim("storageClassName: fast"), stranger, meant, USER))
        == "pvc-storage-class-mismatch"
    )


def test_a_missing_class_is_missing_when_no_volume_was_meant() -> None:
    lost = said("ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found')
    assert first_cause(inventory_of(claim("storageClassName: fast"), USER)) == "pvc-storage-class-missing"
    blind = inventory_of(claim("storageClassName: fast"), lost, USER, denied=["StorageClass", "PersistentVolume"])
    assert first_cause(blind) == "pvc-storage-class-missing"
    [finding] = detect(
        inventory_of(claim("storageClassName: fast"), lost, volume("storageClassName: local"), USER)
    )
    assert [each.cause for each in finding.claims] == ["pvc-storage-class-mismatch", "pvc-storage-class-missing"]


def test_volumes_of_others_made_on_demand_are_not_competed_for() -> None:
    taken = volume(
        "claimRef: {namespace: a, name: b}",
        "pvc-123",
        "Bound",
        notes="{pv.kubernetes.io/provisioned-by: csi.example}",
    )
    assert first_cause(inventory_of(claim("storageClassName: gone"), taken, USER)) == "pvc-storage-class-missing"


def test_no_class_and_no_default_class_are_told() -> None:
    assert first_cause(inventory_of(claim(), USER)) == "default-storage-class-missing"
    assert first_cause(inventory_of(claim("storageClassName: ''"), USER)) == "pvc-pending"
    default = LOCAL.replace(
        "name: local", "name: std, annotations: {storageclass.kubernetes.io/is-default-class: 'true'}"
    )
    assert first_cause(inventory_of(claim(), default, USER)) == "pvc-pending"


def test_what_the_controller_says_about_a_requested_volume_is_believed() -> None:
    small = said("VolumeMismatch", 'Cannot bind to requested volume "db-pv": requested PV is too small')
    [finding] = detect(inventory_of(claim("volumeName: db-pv"), small, USER, denied=["PersistentVolume"]))
    assert finding.claims[0].cause == "pvc-capacity-mismatch"


DYNAMIC = "{kind: StorageClass, metadata: {name: fast}, provisioner: ebs.csi.example.com, volumeBindingMode: %s}"


def test_waiting_for_the_first_consumer_is_normal() -> None:
    waiting = DYNAMIC % "WaitForFirstConsumer"
    assert detect(inventory_of(claim("storageClassName: fast"), waiting)) == []
    assert detect(inventory_of(claim("storageClassName: fast"), waiting, USER)) == []
    static = LOCAL[:-1] + ", volumeBindingMode: WaitForFirstConsumer}"
    pvc = claim("storageClassName: local", size="9Gi")
    assert detect(inventory_of(pvc, static, volume("storageClassName: local"))) == []
    assert (
        first_cause(inventory_of(pvc, static, volume("storageClassName: local"), USER)) == "pvc-capacity-mismatch"
    )


def test_a_failing_or_missing_provisioner_is_told() -> None:
    fast = DYNAMIC % "Immediate"
    failing = said("ProvisioningFailed", "failed to provision volume: rpc error: code = ResourceExhausted")
    driver = "{kind: CSIDriver, metadata: {name: ebs.csi.example.com}}"
    pvc = claim("storageClassName: fast")
    assert first_cause(inventory_of(pvc, fast, failing, driver, USER)) == "volume-provisioning-failed"
    assert first_cause(inventory_of(pvc, fast, failing, USER)) == "csi-driver-missing"
    assert detect(inventory_of(pvc, fast, driver, USER, now=NOW - timedelta(minutes=9))) == []


def test_an_unused_pending_claim_is_only_a_latent_warning() -> None:
    [finding] = detect(inventory_of(claim("storageClassName: gone")))
    assert (finding.severity, finding.status, finding.claims[0].strength) == (Severity.WARNING, Status.LATENT, 0.5)


def test_a_missing_claim_is_told_by_the_lists_or_by_the_scheduler() -> None:
    [finding] = detect(inventory_of(USER))
    assert (finding.claims[0].cause, finding.claims[0].culprit) == ("pvc-missing", CLAIM)
    told = said(
        "FailedScheduling", '0/4 nodes are available: persistentvolumeclaim "db-pvc" not found.', "Pod", "db-0"
    )
    hidden = ["PersistentVolumeClaim"]
    assert first_cause(inventory_of(USER, told, denied=hidden)) == "pvc-missing"
    assert detect(inventory_of(USER, denied=hidden)) == []
    assert detect(inventory_of(USER.replace("Pending", "Running"))) == []


def test_a_lost_claim_is_told() -> None:
    assert first_cause(inventory_of(claim("volumeName: gone", phase="Lost"), USER)) == "pvc-lost"


MOUNTS = {
    ("FailedAttachVolume", 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) db-1'): (
        "volume-multi-attach"
    ),
    ("FailedAttachVolume", 'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = Internal'): (
        "volume-attach-failed"
    ),
    (
        "FailedMount",
        (
            'MountVolume.MountDevice failed for volume "pvc-1" : driver name x not found in the list of '
            "registered CSI drivers"
        ),
    ): "csi-driver-missing",
    ("FailedMount", 'MountVolume.SetUp failed for volume "pvc-1" : mount failed: exit status 32'): (
        "volume-mount-failed"
    ),
    (
        "FailedMount",
        (
            "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[]: timed out "
            "waiting for the condition"
        ),
    ): "volume-mount-failed",
}


@pytest.mark.parametrize(("told", "cause"), MOUNTS.items())
def test_failed_mounts_blame_the_claim_behind_the_volume(told: tuple[str, str], cause: str) -> None:
    event = said(*told, "Pod", "db-0")
    bound = claim("volumeName: pvc-1", phase="Bound")
    placed = USER.replace("spec: {", "spec: {nodeName: a, ")
    [finding] = detect(inventory_of(placed, bound, event))
    assert (finding.claims[0].cause, finding.claims[0].culprit) == (cause, CLAIM)
    assert detect(inventory_of(placed.replace("Pending", "Running"), bound, event)) == []


def test_missing_configuration_is_left_to_its_family() -> None:
    event = said("FailedMount", 'MountVolume.SetUp failed for volume "c" : configmap "x" not found', "Pod", "db-0")
    assert detect(inventory_of(USER, claim(phase="Bound"), event)) == []


def test_an_attachment_with_an_error_is_told() -> None:
    attachment = """
kind: VolumeAttachment
metadata: {name: csi-1}
spec: {nodeName: a, source: {persistentVolumeName: db-pv}}
status: {attached: %s, attachError: {message: no such disk}}
"""
    pv = volume("claimRef: {namespace: shop, name: db-pvc}", phase="Bound")
    bound = claim(phase="Bound")
    assert first_cause(inventory_of(attachment % "false", pv, bound, USER)) == "volume-attach-failed"
    assert detect(inventory_of(attachment % "true", pv, bound, USER)) == []


def test_a_failed_resize_is_a_warning_until_it_succeeds() -> None:
    failed = said("VolumeResizeFailed", "resize failed: quota")
    small = claim(phase="Bound").replace("phase: Bound", "phase: Bound, capacity: {storage: 500Mi}")
    assert causes_of(detect(inventory_of(small, failed))) == {"volume-resize-failed"}
    assert detect(inventory_of(small.replace("500Mi", "1Gi"), failed)) == []


def test_odd_values_do_no_harm() -> None:
    odd = claim("selector: {}, volumeName: 'x'", size="many", modes="[7]"), volume("claimRef: {}", phase="''")
    detect(inventory_of(*odd, USER, said("FailedMount", "[" * 9999, "Pod", "db-0")))


def test_a_provisioner_that_refuses_the_access_mode_tells_the_mode() -> None:
    made_on_demand = "{kind: StorageClass, metadata: {name: fast}, provisioner: rancher.io/local-path}"
    wide = claim("storageClassName: fast", modes="[ReadWriteMany]")
    refusal = (
        'failed to provision volume with StorageClass "fast": NodePath only supports ReadWriteOnce and '
        "ReadWriteOncePod (1.22+) access modes"
    )
    for message, cause in ((refusal, "pvc-access-mode-mismatch"), ("no space", "volume-provisioning-failed")):
        told = said("ProvisioningFailed", message)
        assert first_cause(inventory_of(made_on_demand, wide, USER, told)) == cause


def test_what_a_description_of_a_claim_leaves_out_may_be_what_no_volume_meets() -> None:
    told = """
kind: PersistentVolumeClaim
metadata: {name: db-pvc, namespace: shop, creationTimestamp: '2026-01-01T03:08:30Z'}
spec: {storageClassName: ""}
status: {phase: Pending}
"""
    refusal = said("FailedBinding", "no persistent volumes available for this claim and no storage class is set")
    (found,) = detect(inventory_of(told, volume(), USER, refusal))
    assert found.claims[0].cause == "pvc-pending"
    assert "pvc-access-mode-mismatch" in causes_of([found])
    assert all(each.strength < 0.5 for each in found.claims)


LATE = """
kind: StorageClass
metadata: {name: disk}
provisioner: disk.csi.example.com
volumeBindingMode: WaitForFirstConsumer
"""


def test_a_provisioner_that_gives_the_node_back_has_failed_all_the_same() -> None:
    waiting = claim("storageClassName: disk")
    assert detect(inventory_of(LATE, waiting, USER)) == []
    told = said("ProvisioningFailed", "rpc error: code = ResourceExhausted desc = quota exceeded")
    driver = "{kind: CSIDriver, metadata: {name: disk.csi.example.com}}"
    assert first_cause(inventory_of(LATE, driver, waiting, USER, told)) == "volume-provisioning-failed"
