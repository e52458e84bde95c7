"""The family `admission`: pods and objects that the API server refuses to create."""

from __future__ import annotations

import pytest

from midwatch.detectors.admission import DETECTORS
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of
from tests.detectors.networking import app, deployment, pod

NAMESPACE = Ref("Namespace", "", "shop")
CART = Ref("Deployment", "shop", "cart")


def workload(pods: int, wanted: int = 1, spec: str = "{containers: [{name: main}]}") -> str:
    return f"""
kind: Deployment
metadata: {{name: cart, namespace: shop, creationTimestamp: '2026-01-01T03:00:00Z'}}
spec: {{replicas: {wanted}, template: {{spec: {spec}}}}}
status: {{replicas: {pods}}}
---
kind: ReplicaSet
metadata:
  name: cart-1
  namespace: shop
  creationTimestamp: '2026-01-01T03:00:00Z'
  ownerReferences: [{{kind: Deployment, name: cart, controller: true}}]
spec: {{replicas: {wanted}, template: {{spec: {spec}}}}}
status: {{replicas: {pods}}}
"""


def refused(message: str, first: str = "03:00:10", last: str = "03:09:50") -> str:
    quoted = message.replace("'", "''")
    return f"""
kind: Event
metadata: {{name: e1, namespace: shop}}
reason: FailedCreate
type: Warning
count: 15
message: '{quoted}'
firstTimestamp: '2026-01-01T{first}Z'
lastTimestamp: '2026-01-01T{last}Z'
involvedObject: {{kind: ReplicaSet, namespace: shop, name: cart-1}}
"""


def quota(hard: str, used: str, more: str = "") -> str:
    return f"""
kind: ResourceQuota
metadata: {{name: q, namespace: shop}}
spec: {{hard: {hard}{more}}}
status: {{hard: {hard}, used: {used}}}
"""


def detect(inventory: Inventory) -> list[Finding]:
    return [each for detector in DETECTORS for each in detector(inventory)]


def serious(inventory: Inventory) -> list[Finding]:
    return [each for each in detect(inventory) if each.severity is not Severity.INFO]


MESSAGES = {
    'Error creating: pods "x" is forbidden: exceeded quota: q, requested: requests.cpu=2, used: requests.cpu=10, '
    "limited: requests.cpu=10": "quota-cpu-exceeded",
    'Error creating: pods "x" is forbidden: exceeded quota: q, requested: limits.cpu=1,limits.memory=500Mi, '
    "used: limits.cpu=1,limits.memory=3000Mi, limited: limits.cpu=8,limits.memory=3Gi": "quota-memory-exceeded",
    'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=10, limited: pods=10': (
        "quota-pods-exceeded"
    ),
    'create Claim d-x-0 for Pod x-0 in StatefulSet x failed error: persistentvolumeclaims "d-x-0" is forbidden: '
    "exceeded quota: q, requested: requests.storage=5Gi, used: requests.storage=0, "
    "limited: requests.storage=1Gi": ("quota-storage-exceeded"),
    "x: exceeded quota: q, requested: gold.storageclass.storage.k8s.io/requests.storage=5Gi, used: "
    "gold.storageclass.storage.k8s.io/requests.storage=0, limited: "
    "gold.storageclass.storage.k8s.io/requests.storage=1Gi": "quota-storage-exceeded",
    "x: exceeded quota: q, requested: requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=1, limited: "
    "requests.nvidia.com/gpu=1": "quota-objects-exceeded",
    'pods "x" is forbidden: failed quota: q: must specify limits.cpu for: main': "quota-requires-requests",
    'pods "x" is forbidden: error looking up service account shop/a: serviceaccount "a" not found': (
        "service-account-missing"
    ),
    'pods "x" is forbidden: violates PodSecurity "restricted:latest": privileged (...)': ("pod-security-violated"),
    'admission webhook "w.example" denied the request: exceeded quota: not yours': "admission-webhook-denied",
    "pods \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no": (
        "admission-policy-denied"
    ),
    'pods "x" is forbidden: no PriorityClass with name high was found': "priority-class-missing",
    'pods "x" is forbidden: pod rejected: RuntimeClass "kata" not found': "runtime-class-missing",
    'pods "x" is forbidden: maximum cpu usage per Container is 1, but limit is 2': "limit-range-violated",
    'Pod "x" is invalid: spec.containers[0].image: Required value': "pod-spec-invalid",
    'pods "x" is forbidden: unable to create new content in namespace shop because it is being terminated': (
        "namespace-terminating"
    ),
}


@pytest.mark.parametrize(("message", "cause"), MESSAGES.items())
def test_a_refusal_names_its_cause(message: str, cause: str) -> None:
    findings = detect(inventory_of(workload(pods=0), refused(message), denied=["ServiceAccount"]))
    assert causes_of(findings) == {cause}
    assert findings[0].subject == CART
    assert findings[0].claims[0].strength >= 0.9
    is_quota = cause.startswith("quota-") and cause.endswith("-exceeded")
    assert (findings[0].claims[0].culprit == NAMESPACE) is (is_quota or cause == "namespace-terminating")


def test_the_condition_of_a_replica_set_is_as_good_as_an_event() -> None:
    text = 'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=10, limited: pods=10'
    failing = workload(pods=0).replace(
        "status: {replicas: 0}",
        f"status: {{replicas: 0, conditions: [{{type: ReplicaFailure, status: 'True', message: '{text}'}}]}}",
    )
    assert causes_of(detect(inventory_of(failing, denied=["Event", "ServiceAccount"]))) == {"quota-pods-exceeded"}


def test_a_refusal_that_ended_is_recovered_and_a_short_one_is_nothing() -> None:
    message = 'pods "x" is forbidden: error looking up service account shop/a: serviceaccount "a" not found'
    healthy = workload(pods=1)
    assert detect(inventory_of(healthy, refused(message, "03:00:10", "03:00:11"))) == []
    [finding] = detect(inventory_of(healthy, refused(message, "03:00:10", "03:05:00")))
    assert (finding.status, finding.severity) == (Status.RECOVERED, Severity.WARNING)


def test_a_refusal_of_a_deleted_owner_is_nothing() -> None:
    message = 'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=10, limited: pods=10'
    assert detect(inventory_of(refused(message))) == []
    assert causes_of(detect(inventory_of(refused(message), denied=["ReplicaSet"]))) == {"quota-pods-exceeded"}


def test_a_webhook_that_could_not_be_called_is_left_to_its_family() -> None:
    message = 'failed calling webhook "w.example": Post "https://w.a.svc": context deadline exceeded'
    assert detect(inventory_of(workload(pods=0), refused(message), denied=["ServiceAccount"])) == []


SIZED = "{containers: [{name: main, resources: {requests: {cpu: 500m, memory: 256Mi}, limits: {memory: 256Mi}}}]}"


@pytest.mark.parametrize(
    ("hard", "used", "causes"),
    [
        ("{requests.cpu: '2'}", "{requests.cpu: 1600m}", {"quota-cpu-exceeded"}),
        ("{requests.cpu: '2'}", "{requests.cpu: 1500m}", set[str]()),
        ("{memory: 1Gi}", "{memory: 900Mi}", {"quota-memory-exceeded"}),
        ("{limits.memory: 1Gi}", "{limits.memory: 900Mi}", {"quota-memory-exceeded"}),
        ("{pods: '3'}", "{pods: '3'}", {"quota-pods-exceeded"}),
        ("{count/pods: '3'}", "{count/pods: '2'}", set[str]()),
        ("{limits.cpu: '2'}", "{limits.cpu: '0'}", {"quota-requires-requests"}),
    ],
)
def test_a_quota_without_room_explains_missing_pods(hard: str, used: str, causes: set[str]) -> None:
    specs = workload(0, spec=SIZED), quota(hard, used)
    assert causes_of(serious(inventory_of(*specs, denied=["Event", "ServiceAccount"]))) == causes
    assert serious(inventory_of(workload(1, spec=SIZED), quota(hard, used))) == []


def test_a_full_quota_alone_is_advice() -> None:
    [finding] = detect(inventory_of(workload(1), quota("{pods: '3'}", "{pods: '3'}")))
    assert (finding.severity, finding.claims) == (Severity.INFO, ())


def test_a_quota_counts_only_pods_in_its_scope() -> None:
    scoped = quota("{pods: '3'}", "{pods: '3'}", ", scopes: [BestEffort]")
    assert serious(inventory_of(workload(0, spec=SIZED), scoped, denied=["ServiceAccount"])) == []
    by_priority = quota(
        "{pods: '3'}",
        "{pods: '3'}",
        ", scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [high]}]}",
    )
    assert serious(inventory_of(workload(0, spec=SIZED), by_priority, denied=["ServiceAccount"])) == []


def test_injected_sidecars_and_defaults_count() -> None:
    other = """
kind: ReplicaSet
metadata: {name: other-1, namespace: shop}
spec: {replicas: 1, template: {spec: {containers: [{name: main}]}}}
status: {replicas: 1}
---
kind: Pod
metadata: {name: other-1-a, namespace: shop, ownerReferences: [{kind: ReplicaSet, name: other-1}]}
spec: {containers: [{name: main}, {name: proxy, resources: {requests: {cpu: 500m}}}]}
status: {phase: Running}
"""
    full = quota("{requests.cpu: '2'}", "{requests.cpu: 1200m}")
    without = workload(0, spec=SIZED)
    assert serious(inventory_of(without, full, denied=["ServiceAccount"])) == []
    assert causes_of(serious(inventory_of(without, full, other, denied=["ServiceAccount"]))) == {
        "quota-cpu-exceeded"
    }
    limits = """
kind: LimitRange
metadata: {name: defaults, namespace: shop}
spec: {limits: [{type: Container, defaultRequest: {cpu: 900m}}]}
"""
    plain = workload(0)
    assert causes_of(serious(inventory_of(plain, full, limits, denied=["ServiceAccount"]))) == {
        "quota-cpu-exceeded"
    }


def test_a_missing_service_account_explains_missing_pods_if_the_list_is_known() -> None:
    named = "{serviceAccountName: bot, containers: [{name: main}]}"
    [finding] = detect(inventory_of(workload(0, spec=named)))
    assert (finding.claims[0].cause, finding.claims[0].culprit) == ("service-account-missing", CART)
    account = "{kind: ServiceAccount, metadata: {name: bot, namespace: shop}}"
    assert detect(inventory_of(workload(0, spec=named), account)) == []
    assert detect(inventory_of(workload(0, spec=named), denied=["ServiceAccount"])) == []


def test_missing_priority_and_runtime_classes_explain_missing_pods() -> None:
    named = "{priorityClassName: high, runtimeClassName: kata, containers: [{name: main}]}"
    findings = detect(inventory_of(workload(0, spec=named), denied=["ServiceAccount"]))
    assert causes_of(findings) == {"priority-class-missing", "runtime-class-missing"}
    known = "{kind: PriorityClass, metadata: {name: high}}", "{kind: RuntimeClass, metadata: {name: kata}}"
    assert detect(inventory_of(workload(0, spec=named), *known, denied=["ServiceAccount"])) == []


def test_a_limit_range_and_a_security_standard_explain_missing_pods() -> None:
    bounds = """
kind: LimitRange
metadata: {name: bounds, namespace: shop}
spec: {limits: [{type: Container, max: {cpu: 200m}}]}
"""
    denied = ["ServiceAccount", "Event"]
    assert causes_of(detect(inventory_of(workload(0, spec=SIZED), bounds, denied=denied))) == {
        "limit-range-violated"
    }
    assert detect(inventory_of(workload(1, spec=SIZED), bounds, denied=denied)) == []
    space = "{kind: Namespace, metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}}"
    host = "{hostNetwork: true, containers: [{name: main}]}"
    assert causes_of(detect(inventory_of(workload(0, spec=host), space, denied=denied))) == {
        "pod-security-violated"
    }
    assert detect(inventory_of(workload(0, spec=SIZED), space, denied=denied)) == []


CALLER = "{containers: [{name: main, env: [{name: CATALOG_ADDR, value: 'catalog:3550'}]}]}"


def test_a_missing_service_behind_a_full_quota_is_the_quotas_fault() -> None:
    full = quota("{services: '2'}", "{services: '2'}")
    [finding] = serious(inventory_of(workload(1, spec=CALLER), full))
    assert (finding.claims[0].cause, finding.claims[0].culprit) == ("quota-services-exceeded", NAMESPACE)
    assert Ref("Service", "shop", "catalog") in finding.affected
    service = "{kind: Service, metadata: {name: catalog, namespace: shop}}"
    assert serious(inventory_of(workload(1, spec=CALLER), full, service)) == []
    assert serious(inventory_of(workload(1, spec=CALLER), full, denied=["Service"])) == []
    assert serious(inventory_of(workload(1, spec=CALLER), quota("{services: '2'}", "{services: '1'}"))) == []


def test_a_missing_claim_behind_a_storage_quota_is_the_quotas_fault() -> None:
    user = workload(1, spec="{volumes: [{name: d, persistentVolumeClaim: {claimName: db-pvc}}], containers: [{}]}")
    volume = "{kind: PersistentVolume, metadata: {name: db-pv}, spec: {capacity: {storage: 5Gi}}}"
    small = quota("{requests.storage: 1Gi}", "{requests.storage: '0'}")
    [finding] = serious(inventory_of(user, volume, small))
    assert finding.claims[0].cause == "quota-storage-exceeded"
    assert serious(inventory_of(user, small)) == []
    claim = "{kind: PersistentVolumeClaim, metadata: {name: db-pvc, namespace: shop}}"
    assert serious(inventory_of(user, volume, small, claim)) == []
    full = quota("{persistentvolumeclaims: '1'}", "{persistentvolumeclaims: '1'}")
    assert causes_of(serious(inventory_of(user, full))) == {"quota-storage-exceeded"}


def test_odd_values_do_no_harm() -> None:
    odd = (
        workload(0, wanted=-3),
        quota("{pods: nonsense}", "{pods: '-1'}"),
        refused("exceeded quota: , requested: ,"),
    )
    assert [each.status for each in serious(inventory_of(*odd))] == [Status.RECOVERED]
    assert serious(inventory_of("{kind: Pod, metadata: {name: p}}", refused(""), refused("x" * 10_000))) == []


FULL = quota("{services: '2'}", "{services: '2'}")


def strongest(inventory: Inventory, cause: str) -> tuple[float, Status]:
    found = [
        (claim.strength, each.status)
        for each in detect(inventory)
        for claim in each.claims
        if (claim.cause, claim.culprit) == (cause, NAMESPACE)
    ]
    return max(found, default=(0.0, Status.RECOVERED))


def test_a_workload_whose_service_is_gone_while_the_quota_on_services_is_used_up() -> None:
    front = app("front", env={"CART_ADDR": "cart:80"})
    found = strongest(inventory_of(front, deployment("cart"), pod("cart"), FULL), "quota-services-exceeded")
    assert found == (0.9, Status.ACTIVE)


def test_a_name_that_fits_no_workload_may_be_optional_even_when_the_quota_is_used_up() -> None:
    front = app("front", env={"ASSISTANT_ADDR": "assistant:80"})
    found = strongest(inventory_of(front, FULL), "quota-services-exceeded")
    assert found == (0.4, Status.LATENT)


def test_the_only_workload_without_a_service_of_its_name_lacks_it_when_the_quota_is_used_up() -> None:
    others = [app(name) for name in ("alpha", "beta", "gamma", "delta")]
    lone = deployment("cart"), pod("cart")
    assert strongest(inventory_of(*others, *lone, FULL), "quota-services-exceeded")[1] is Status.ACTIVE
    assert strongest(inventory_of(*others, *lone), "quota-services-exceeded")[0] == 0.0
    assert strongest(inventory_of(*others[:2], *lone, FULL), "quota-services-exceeded")[0] == 0.0


def test_a_quota_that_is_nearly_used_up_is_suspected_when_the_containers_are_not_known() -> None:
    tight = quota("{requests.memory: 3Gi}", "{requests.memory: 3000Mi}")
    roomy = quota("{requests.memory: 3Gi}", "{requests.memory: 1Gi}")
    bare = workload(0, spec="{containers: [{name: main, image: cart}]}")
    assert strongest(inventory_of(bare, tight), "quota-memory-exceeded") == (0.65, Status.ACTIVE)
    assert strongest(inventory_of(bare, roomy), "quota-memory-exceeded")[0] == 0.0


def test_a_replica_set_of_which_only_a_table_tells_has_the_template_of_its_deployment() -> None:
    told = workload(0, spec="{containers: [{name: main, resources: {requests: {cpu: 500m}}}]}")
    first, _, second = told.partition("---")
    untold = f"{first}---{second.partition('spec:')[0]}spec: {{replicas: 1}}\nstatus: {{replicas: 0}}\n"
    tight = quota("{requests.cpu: '1'}", "{requests.cpu: 800m}")
    assert strongest(inventory_of(untold, tight), "quota-cpu-exceeded") == (0.9, Status.ACTIVE)
