"""What the scheduler writes: bindings, conditions, events.

Source: kubernetes/pkg/scheduler/schedule_one.go (handleSchedulingFailure, bindingCycle),
kubernetes/pkg/registry/core/pod/storage/storage.go (BindingREST.assignPod).
"""

from __future__ import annotations

from typing import Any

from midwatch.lab.core.claims import BOUND_BY_CONTROLLER, SELECTED_NODE, best_volume
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import POD, PV, PVC
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    condition_of,
    meta,
    name_of,
    namespace_of,
    parts,
    set_condition,
    spec,
    status,
    uid_of,
    with_meta,
    with_spec,
    with_status,
)
from midwatch.lab.core.registry import User
from midwatch.lab.scheduler.node_state import NodeState
from midwatch.lab.scheduler.rejection import Pod

SOURCE = "default-scheduler"
USER = User("system:kube-scheduler", ("system:authenticated",), system=True)
_LONGEST = 1024


class Writing:
    """The scheduler's writes."""

    def __init__(self, env: Env) -> None:
        self._env = env

    def bind(self, pod: Pod, node: str) -> bool:
        """Bind a pod to a node; False when it is gone, or taken, meanwhile."""
        current = self._current(pod)
        if current is None or spec(current).get("nodeName"):
            return False
        bound = with_spec(current, nodeName=node)
        bound = self._with_condition(bound, {"type": "PodScheduled", "status": "True"})
        self._env.store.replace(POD, bound)
        message = f"Successfully assigned {pod.namespace}/{pod.name} to {node}"
        self._event(pod.obj, "Normal", "Scheduled", message, "Binding")
        return True

    def failed(
        self, pod: Pod, message: str, *, reason: str = "Unschedulable", nominated: str | None = None
    ) -> None:
        """Say why a pod could not be placed; `nominated` sets (or, empty, clears) the node it waits for."""
        current = self._current(pod)
        if current is None:
            return
        self._event(current, "Warning", "FailedScheduling", message[:_LONGEST], "Scheduling")
        wanted = {"type": "PodScheduled", "status": "False", "reason": reason, "message": message}
        new = self._with_condition(current, wanted)
        if nominated is not None:
            new = with_status(new, nominatedNodeName=nominated or None)
        self._env.registry.update_status(POD, new)

    def gated(self, obj: Obj) -> None:
        """Say that a pod's gates hold it back (kubernetes/pkg/registry/core/pod/strategy.go)."""
        wanted = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "SchedulingGated",
            "message": "Scheduling is blocked due to non-empty scheduling gates",
        }
        self._env.registry.update_status(POD, self._with_condition(obj, wanted))

    def preempt(self, victim: Pod, preemptor: Pod, node: str) -> None:
        """Take a pod off its node for one of higher priority."""
        current = self._current(victim)
        if current is None:
            return
        wanted = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "PreemptionByScheduler",
            "message": f"{preemptor.template.scheduler}: preempting to accommodate a higher priority pod",
        }
        self._env.registry.update_status(POD, self._with_condition(current, wanted))
        try:
            self._env.registry.delete(POD, victim.namespace, victim.name, user=USER)
        except ApiError:
            return
        message = f"Preempted by pod {preemptor.uid} on node {node}"
        self._event(current, "Normal", "Preempted", message, "Preempting")

    def choose_volume(self, claim: Obj, node: NodeState) -> None:
        """Give a claim the volume that suits the node, or tell the provisioner which node it is to be."""
        volume = best_volume(self._env.store, claim, (node.name, node.labels))
        if volume is None:
            notes = {**annotations_of(claim), SELECTED_NODE: node.name}
            self._env.registry.update(PVC, with_meta(claim, annotations=notes), user=USER)
            return
        if not spec(volume).get("claimRef"):
            volume = with_meta(volume, annotations={**annotations_of(volume), BOUND_BY_CONTROLLER: "yes"})
        self._env.registry.update(PV, with_spec(volume, claimRef=claim_reference(claim)), user=USER)

    def _current(self, pod: Pod) -> Obj | None:
        found = self._env.store.get(POD, pod.namespace, pod.name)
        return found if found is not None and uid_of(found) == pod.uid else None

    def _with_condition(self, pod: Obj, wanted: dict[str, Any]) -> Obj:
        before = condition_of(pod, wanted["type"])
        generation = meta(pod).get("generation")
        full: Obj = {**wanted, "lastProbeTime": None}
        if generation is not None:
            full["observedGeneration"] = generation
        if before is not None and all(before.get(key) == value for key, value in full.items()):
            return pod
        conditions = set_condition(parts(status(pod), "conditions"), full, self._env.clock.now)
        return with_status(pod, conditions=conditions)

    def _event(self, about: Obj, type_: str, reason: str, message: str, action: str) -> None:
        self._env.recorder.event(about, type_, reason, message, component=SOURCE, action=action, series=True)


def claim_reference(claim: Obj) -> Obj:
    """A volume's reference to its claim."""
    return {
        "kind": "PersistentVolumeClaim",
        "apiVersion": "v1",
        "namespace": namespace_of(claim),
        "name": name_of(claim),
        "uid": uid_of(claim),
        "resourceVersion": meta(claim).get("resourceVersion", ""),
    }
