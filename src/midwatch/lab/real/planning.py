"""Which faults may be struck in a real cluster, decided before anything is sent to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.resource import Ref
from midwatch.errors import UsageError
from midwatch.lab.apps.system import nodes, system_objects
from midwatch.lab.core.objects import Obj, labels_of, name_of, namespace_of, part, ref_of
from midwatch.lab.faults.fault import Action, Create, Delete, Disturb, Edit, Fault, Plan, Restart, Stop, Tamper

SHOWN = frozenset(
    {
        *("cpu-quota-exceeded", "memory-quota-exceeded", "pod-quota-exceeded", "quota-requires-limits"),
        *("limit-range-violated", "priority-class-missing", "runtime-class-missing", "service-account-missing"),
        *("configmap-deleted", "configmap-key-missing", "configmap-missing", "volume-source-missing"),
        *("secret-key-missing", "secret-missing"),
        *("image-tag-missing", "image-repository-missing", "image-reference-invalid", "image-never-pulled"),
        *("command-not-found", "post-start-hook-failing", "port-conflict"),
        *("liveness-probe-wrong-port", "liveness-probe-wrong-scheme", "readiness-probe-wrong-port"),
        *("cpu-request-too-large", "memory-request-too-large", "gpu-request-too-large"),
        *("ephemeral-storage-request-too-large", "node-affinity-wrong", "node-selector-wrong"),
        *("node-name-unknown", "pod-affinity-unsatisfied", "scheduler-unknown", "scheduling-gated"),
        *("topology-spread-impossible", "claim-missing", "storage-class-missing"),
        *("service-deleted", "service-port-name-unknown", "service-selector-wrong", "service-target-port-wrong"),
        *("network-policy-blocks-egress", "network-policy-blocks-ingress"),
        *("rollout-paused", "scaled-to-zero", "database-scaled-to-zero", "broker-scaled-down"),
        *("cache-scaled-down", "budget-blocks-eviction", "healthy-rollout", "scaled-out"),
    }
)
"""Those that the cluster itself shows, whatever the programs in it do."""

_OUTSIDE = {
    Disturb: "it disturbs machines, networks or users outside the API",
    Stop: "it stops a component of a node or of the control plane",
    Tamper: "it changes what lies outside the cluster",
}


@dataclass(frozen=True, slots=True)
class Manifests:
    """What a fault sees before there is a cluster: the objects to be created, and what any cluster has."""

    objects: tuple[Obj, ...]

    def get(self, ref: Ref) -> Obj | None:
        """One object, or None."""
        return next((each for each in self.objects if ref_of(each) == ref), None)

    def list(self, kind: str, namespace: str = "") -> Sequence[Obj]:
        """All objects of a kind."""
        found = (each for each in self.objects if each["kind"] == kind)
        return [each for each in found if namespace in ("", namespace_of(each))]


def planned(fault: Fault, objects: Sequence[Obj], namespace: str, target: str, seed: int) -> tuple[Ref, Plan]:
    """The target and what is done to it, all of it within the namespace. Raises `UsageError` naming why not."""
    view, random = Manifests((*objects, *_surroundings(objects))), Random(seed)
    found = sorted(fault.targets(view))
    named = [each for each in found if target in ("", each.name)]
    if not named:
        what = f"called {target!r}" if target else "at all"
        known = f": it can strike {', '.join(map(str, found[:8]))}" if found else ""
        raise UsageError(f"{fault.name} can strike nothing {what} among the stand-ins{known}")
    chosen = random.choice(named)
    plan = fault.plan(view, chosen, random)
    for each in plan.actions:
        must_stay_within(fault.name, each, namespace)
    if fault.name not in SHOWN:
        raise _refusal(
            fault.name, "it shows only in what the application's own programs do, and stand-ins run there"
        )
    return chosen, plan


def must_stay_within(name: str, action: Action, namespace: str) -> None:
    """Raise `UsageError` unless an action concerns one object in the namespace, through the API."""
    if isinstance(action, Disturb | Stop | Tamper):
        raise _refusal(name, _OUTSIDE[type(action)])
    ref = _ref_of(action)
    known = BY_KIND.get(ref.kind)
    if known is None or not known.namespaced:
        raise _refusal(name, f"it changes {ref}, which belongs to the whole cluster")
    if ref.namespace != namespace:
        raise _refusal(name, f"it changes {ref}, outside the namespace made for it")


def _refusal(name: str, why: str) -> UsageError:
    return UsageError(f"{name} cannot be struck in a real cluster: {why}; try it with `midwatch lab up`")


def _ref_of(action: Create | Edit | Delete | Restart) -> Ref:
    return ref_of(action.obj) if isinstance(action, Create) else action.ref


def _surroundings(objects: Sequence[Obj]) -> list[Obj]:
    """Nodes, the system's objects, and a pod for each workload, so that each fault finds its targets."""
    workloads = (each for each in objects if each["kind"] in ("Deployment", "StatefulSet"))
    return [*nodes(1), *system_objects(), *map(_pod_of, workloads)]


def _pod_of(workload: Obj) -> Obj:
    head = {"name": f"{name_of(workload)}-0", "namespace": namespace_of(workload)}
    head["labels"] = labels_of(part(workload, "spec", "template"))  # type: ignore[assignment]
    body = {**part(workload, "spec", "template", "spec"), "nodeName": "worker-1"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": head, "spec": body, "status": {}}
