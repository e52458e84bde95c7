"""Our causes in the benchmark's label set, and our culprits as the objects it names.

A cause that has no label of its own has the nearest one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from midwatch.app import Investigation
from midwatch.domain.hypothesis import Hypothesis
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import LabelSelector
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.knowledge.relation import Relation

_USES = frozenset(Relation) - {Relation.CALLS, Relation.ROUTES_TO}
"""What makes an object part of a workload; a caller is another one."""
_ROUTES = ("Ingress", "HTTPRoute", "GRPCRoute", "VirtualService", "DestinationRule")
"""What leads to an app; blamed is the app that is not reached."""
_GENERATED = re.compile(r"-[a-z0-9]{5,10}$")
_LABELS: dict[str, tuple[str, ...]] = {
    "Admission_Fault": (
        "quota-cpu-exceeded=namespace_cpu_quota_exceeded",
        "quota-memory-exceeded=namespace_memory_quota_exceeded",
        "quota-pods-exceeded=namespace_pod_quota_exceeded",
        "quota-services-exceeded=namespace_service_quota_exceeded",
        "quota-storage-exceeded=namespace_storage_quota_exceeded",
        "service-account-missing=missing_service_account",
    ),
    "Scheduling_Fault": (
        "node-cordoned=node_cordon_mismatch",
        "node-affinity-mismatch=node_affinity_mismatch",
        "node-selector-mismatch=node_selector_mismatch",
        "pod-anti-affinity-conflict=pod_anti_affinity_conflict",
        "taint-not-tolerated=taint_toleration_mismatch",
        "cpu-insufficient=cpu_capacity_mismatch",
        "memory-insufficient=memory_capacity_mismatch",
        "pvc-selector-mismatch=pvc_selector_mismatch",
        "pvc-storage-class-mismatch=pvc_storage_class_mismatch",
        "pvc-storage-class-missing=pvc_storage_class_mismatch",
        "pvc-access-mode-mismatch=pvc_access_mode_mismatch",
        "pvc-capacity-mismatch=pvc_capacity_mismatch",
        "pv-already-bound=pv_binding_occupied",
        "pv-released=pv_binding_occupied",
        "pv-released=pv_binding_occupied",
    ),
    "Startup_Fault": (
        "volume-permission-denied=volume_mount_permission_denied",
        "secret-missing=missing_secret_binding",
        "secret-key-missing=missing_secret_binding",
        "image-not-found=incorrect_image_reference",
        "image-reference-invalid=incorrect_image_reference",
        "image-pull-failing=incorrect_image_reference",
        "image-registry-dns-failure=image_registry_dns_failure",
        "image-pull-secret-missing=missing_image_pull_secret",
        "image-pull-unauthorized=missing_image_pull_secret",
    ),
    "Runtime_Fault": (
        "oom-killed=oom_killed",
        "liveness-probe-wrong-protocol=liveness_probe_incorrect_protocol",
        "liveness-probe-wrong-port=liveness_probe_incorrect_port",
        "liveness-probe-wrong-path=liveness_probe_incorrect_protocol",
        "liveness-probe-too-aggressive=liveness_probe_incorrect_timing",
        "liveness-probe-failing=liveness_probe_incorrect_timing",
        "readiness-probe-wrong-protocol=readiness_probe_incorrect_protocol",
        "readiness-probe-wrong-path=readiness_probe_incorrect_protocol",
        "readiness-probe-wrong-port=readiness_probe_incorrect_port",
        "port-conflict=service_sidecar_port_conflict",
        "zero-replicas=deployment_zero_replicas",
        "db-credentials-invalid=mysql_invalid_credentials",
        "db-port-wrong=mysql_invalid_port",
        "db-address-wrong=mysql_invalid_port",
        "db-unreachable=mysql_invalid_port",
        "db-read-only=db_read_only",
        "db-connections-exhausted=db_connection_exhaustion",
    ),
    "Service_Routing_Fault": (
        "service-selector-mismatch=service_selector_mismatch",
        "service-target-port-mismatch=service_port_mapping_mismatch",
        "service-protocol-mismatch=service_protocol_mismatch",
        "service-address-mismatch=service_env_var_address_mismatch",
        "service-address-port-mismatch=service_env_var_address_mismatch",
        "dns-resolution-failure=service_dns_resolution_failure",
        "dns-policy-mismatch=service_dns_resolution_failure",
        "dns-misconfigured=service_dns_resolution_failure",
        "dns-unavailable=service_dns_resolution_failure",
        "dns-unavailable=service_dns_resolution_failure",
        "dns-misconfigured=service_dns_resolution_failure",
        "gateway-misroute=gateway_misroute",
        "mesh-misroute=gateway_misroute",
        "mesh-misroute=gateway_misroute",
        "ingress-backend-missing=gateway_misroute",
        "ingress-backend-port-mismatch=gateway_misroute",
        "route-backend-missing=gateway_misroute",
    ),
    "Performance_Fault": (
        "cpu-overload=pod_cpu_overload",
        "cpu-throttled=pod_cpu_overload",
        "network-delay=pod_network_delay",
        "network-loss=pod_network_delay",
    ),
    "Infrastructure_Fault": (
        "container-runtime-unavailable=containerd_unavailable",
        "kubelet-unavailable=kubelet_unavailable",
        "node-not-ready=kubelet_unavailable",
        "kube-proxy-unavailable=kube_proxy_unavailable",
        "kube-scheduler-unavailable=kube_scheduler_unavailable",
        "node-network-delay=node_network_delay",
        "node-network-loss=node_network_packet_loss",
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in the benchmark's words; `taxonomy` is empty for a cause it has no label for."""

    taxonomy: str
    object: str
    root_cause: str
    confidence: float
    cause: str


def _index() -> dict[str, tuple[str, str]]:
    return {
        ours: (taxonomy, theirs)
        for taxonomy, pairs in _LABELS.items()
        for ours, theirs in (pair.split("=") for pair in pairs)
    }


BY_CAUSE = _index()


def answers(found: Investigation) -> Iterator[Answer]:
    """Ranked answers; two hypotheses with one label count once."""
    seen: set[tuple[str, str, str]] = set()
    for hypothesis in found.diagnosis.hypotheses:
        taxonomy, root_cause = BY_CAUSE.get(hypothesis.cause, ("", hypothesis.cause))
        named = _object(hypothesis, taxonomy, found)
        key = taxonomy, named, root_cause
        if key not in seen:
            seen.add(key)
            yield Answer(taxonomy, named, root_cause, hypothesis.confidence, hypothesis.cause)


def _object(hypothesis: Hypothesis, taxonomy: str, found: Investigation) -> str:
    culprit = hypothesis.culprit
    if culprit.kind in ("Node", "Namespace"):
        return f"{culprit.kind.lower()}/{culprit.name}"
    if taxonomy == "Infrastructure_Fault" and found.survey is not None:
        node = _node_of(culprit, found.survey.inventory)
        if node:
            return f"node/{node}"
    return f"app/{_app(hypothesis, found)}"


def _node_of(culprit: Ref, inventory: Inventory) -> str:
    pod = inventory.find(culprit)
    return pod.spec.node_name if isinstance(pod, Pod) else ""


def _app(hypothesis: Hypothesis, found: Investigation) -> str:
    """The workload: of a Service the one it is meant for, of a claim the one that mounts it."""
    culprit = hypothesis.culprit
    if found.survey is None or culprit.kind in ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job"):
        return culprit.name
    inventory = found.survey.inventory
    if culprit.kind == "Service":
        return _behind(culprit, inventory)
    if culprit.kind in _ROUTES:
        named = [each for finding in hypothesis.supporting for each in finding.affected if each.kind == "Service"]
        named = [each for each in named if inventory.find(each) is not None] or named
        return _behind(named[0], inventory) if named else culprit.name
    users = found.survey.graph.dependants(culprit, hops=3, relations=_USES)
    tops = [_top(each, inventory) for each in (culprit, *users)]
    workload = next((each for each in tops if each.kind in ("Deployment", "StatefulSet", "DaemonSet")), tops[0])
    return _named(workload)


def _named(workload: Ref) -> str:
    """Where ReplicaSets cannot be read, the Deployment's name is that of its ReplicaSet without the ending."""
    return _GENERATED.sub("", workload.name) if workload.kind == "ReplicaSet" else workload.name


def _top(ref: Ref, inventory: Inventory) -> Ref:
    """The workload above, as far as owners can be read: without ReplicaSets the chain ends at the name of one."""
    each = inventory.find(ref)
    return inventory.workload(each) if each is not None else ref


def _behind(culprit: Ref, inventory: Inventory) -> str:
    service = inventory.find(culprit)
    if isinstance(service, Service) and service.spec.selector:
        wanted = LabelSelector(match_labels=service.spec.selector)
        pods = inventory.select(service.namespace, wanted)
        if pods:
            return _named(inventory.workload(pods[0]))
    return culprit.name
