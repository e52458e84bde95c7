"""Volumes that do not come, though their claims are bound or wait rightly."""

from __future__ import annotations

from datetime import timedelta

from cases.builders.storage import pending, user_of
from cases.builders.world import BORN, CONTROL_PLANE_TAINT, FRESH, NOW, CaseSpec, World, of
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic.containers import waiting
from midwatch.evals.synthetic.storage import attachment, bound_pair, claim, storage_class
from midwatch.evals.synthetic.values import Obj, name_of, part, stamp

_UNBOUND = (
    "0/4 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/4 nodes are "
    "available: "
    "4 Preemption is not helpful for scheduling."
)
_NO_VOLUME = "no persistent volumes available for this claim and no storage class is set"


def lost(w: World) -> Ref:
    """The volume behind a bound claim was deleted by hand."""
    w.space("notes")
    pair = bound_pair("pages", "notes", "5Gi", w.worker(0), created=BORN)
    if w.broken:
        found = pair[0] | {"status": {"phase": "Lost"}}
        w.add(found)
        pending(w, found, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!")
    else:
        w.add(*pair)
    message = (
        '0/4 nodes are available: persistentvolumeclaim "pages" bound to non-existent persistentvolume '
        f'"{part(pair[0], "spec")["volumeName"]}". preemption: 0/4 nodes are available: 4 Preemption is not '
        f"helpful "
        "for scheduling."
    )
    user_of(w, "notebook", "notes", 5970, "pages", message=message)
    return Ref("PersistentVolumeClaim", "notes", "pages")


_NOT_ATTACHED = (
    "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], "
    "failed to process volumes=[]: context deadline exceeded"
)


def provisioning(w: World) -> Ref:
    """The driver refuses: the backend has no room."""
    w.space("genome")
    w.add(storage_class(BORN, "fast", default=False, volumeBindingMode="Immediate"))
    if w.broken:
        found = claim("reads", "genome", "2Ti", created=NOW - FRESH, cls="fast")
        w.add(found)
        told = (
            'failed to provision volume with StorageClass "fast": rpc error: code = ResourceExhausted desc = '
            "pool fast-nvme has 412 GiB free, 2048 GiB requested"
        )
        source = "disk.csi.example.com_csi-disk-controller-6c9d_1f0e"
        w.warn(found, "ProvisioningFailed", told, count=12, source=source)
        waits = (
            "Waiting for a volume to be created either by the external provisioner 'disk.csi.example.com' or "
            "manually "
            "by the system administrator. If volume creation is delayed, please verify that the provisioner "
            "is running "
            "and correctly registered."
        )
        pending(w, found, "ExternalProvisioning", waits, normal=True)
    else:
        w.add(*bound_pair("reads", "genome", "200Gi", w.worker(0), created=BORN))
    user_of(w, "aligner", "genome", 5980, "reads")
    return Ref("PersistentVolumeClaim", "genome", "reads")


def multi_attach(w: World) -> Ref:
    """A second replica on another node wants a volume that only one node may have."""
    w.space("journal")
    first, second = w.worker(0), w.worker(1)
    pair = bound_pair("entries", "journal", "15Gi", first, created=BORN)
    del part(pair[1], "spec")["nodeAffinity"]
    w.add(*pair)
    spec: Obj = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "entries"}}]}
    fields: Obj = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    w.app("journal", "journal", 6010, replicas=1, place=first, spec=spec, fields=fields)
    if not w.broken:
        return Ref("PersistentVolumeClaim", "journal", "entries")
    late = w.app(
        "journal-report",
        "journal",
        6011,
        replicas=1,
        place=second,
        spec=spec,
        fields=fields,
        run=waiting("ContainerCreating"),
        address=False,
        service=False,
    )
    holder = next(each for each in w.objects if each["kind"] == "Pod")
    pv = name_of(pair[1])
    told = f'Multi-Attach error for volume "{pv}" Volume is already used by pod(s) {name_of(holder)}'
    for each in late.pods:
        w.warn(each, "FailedAttachVolume", told, source="attachdetach-controller")
        w.warn(
            each,
            "FailedMount",
            _NOT_ATTACHED,
            count=10,
        )
    return Ref("PersistentVolumeClaim", "journal", "entries")


def attach_failed(w: World) -> Ref:
    """The driver cannot attach the disk."""
    w.space("radio")
    place = w.worker(0)
    pair = bound_pair("shows", "radio", "10Gi", place, created=BORN)
    why = "rpc error: code = Internal desc = disk vol-9d is in state error and cannot be attached"
    if w.broken:
        failed = attachment(name_of(pair[1]), place, NOW - FRESH)
        error: Obj = {"message": why, "time": stamp(NOW - timedelta(minutes=1))}
        pair[2] = failed | {"status": {"attached": False, "attachError": error}}
    w.add(*pair)
    made = user_of(w, "studio", "radio", 6020, "shows", run=waiting("ContainerCreating") if w.broken else None)
    for each in made.pods if w.broken else ():
        told = f'AttachVolume.Attach failed for volume "{name_of(pair[1])}" : {why}'
        w.warn(
            each, "FailedAttachVolume", told, count=18, source="attachdetach-controller", last=timedelta(minutes=1)
        )
        w.warn(each, "FailedMount", _NOT_ATTACHED, count=10)
    return Ref("PersistentVolumeClaim", "radio", "shows")


def crowded(w: World) -> Ref:
    """WaitForFirstConsumer: the claim waits for its pod, and the pod waits for room. The claim is not to blame."""
    w.space("render")
    if w.broken:
        found = claim("frames", "render", "10Gi", created=NOW - FRESH)
        w.add(found)
        pending(
            w,
            found,
            "WaitForFirstConsumer",
            "waiting for first consumer to be created before binding",
            normal=True,
        )
    else:
        w.add(*bound_pair("frames", "render", "10Gi", w.worker(0), created=BORN))
    message = (
        f"0/4 nodes are available: {CONTROL_PLANE_TAINT}, 3 Insufficient cpu. preemption: 0/4 nodes are "
        f"available: "
        "1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod."
    )
    spec: Obj = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "frames"}}]}
    made = w.app(
        "raytracer",
        "render",
        6030,
        replicas=1,
        unschedulable=message if w.broken else "",
        spec=spec,
        place=w.worker(0),
        requests={"cpu": "40" if w.broken else "2", "memory": "1Gi"},
        fields={"volumeMounts": [{"name": "data", "mountPath": "/frames"}]},
    )
    return of("Deployment", made)


CASES = (
    CaseSpec("pvc-lost", "pvc-lost", "The volume was deleted", lost),
    CaseSpec("volume-provisioning-failed", "volume-provisioning-failed", "The backend is full", provisioning),
    CaseSpec("volume-multi-attach", "volume-multi-attach", "Two nodes want one disk", multi_attach),
    CaseSpec("volume-attach-failed", "volume-attach-failed", "The disk is in error", attach_failed),
    CaseSpec(
        "cpu-insufficient-with-waiting-claim",
        "cpu-insufficient",
        "The claim waits for a pod that is too big",
        crowded,
    ),
)
