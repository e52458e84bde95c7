"""The horizontal pod autoscaler. Source: kubernetes/pkg/controller/podautoscaler/horizontal.go."""

from __future__ import annotations

from midwatch.domain.kube.meta import LabelSelector
from midwatch.lab.controllers.cluster.hpa_metrics import Failed, Measured, measure
from midwatch.lab.controllers.cluster.pods_by_label import PodsByLabel, selector_of
from midwatch.lab.controllers.cluster.scaling_limits import Past, decide
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import HPA, Kind
from midwatch.lab.core.objects import (
    Obj,
    meta,
    name_of,
    namespace_of,
    part,
    parts,
    set_condition,
    spec,
    stamp,
    status,
    with_spec,
    with_status,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT, _SOURCE = "kube-controller-manager", "horizontal-pod-autoscaler"
_PERIOD = 15.0  # --horizontal-pod-autoscaler-sync-period
_USER = controller_user("horizontal-pod-autoscaler")
_GET, _CALC = (
    "the HPA controller was unable to get the target's current scale: ",
    "the HPA was unable to compute the replica count: ",
)


class Autoscaler:
    """Scales what each HorizontalPodAutoscaler points at."""

    def __init__(self, env: Env, pods: PodsByLabel) -> None:
        self._env = env
        self._pods = pods
        self._past: dict[tuple[str, str], Past] = {}
        self._work = WorkQueue[tuple[str, str]](env.clock, env.components, COMPONENT, "hpa", self._sync)
        for each in env.store.list(HPA):
            self._work.add((namespace_of(each), name_of(each)))
        env.store.watch(self._observe, HPA)

    def _observe(self, change: Change) -> None:
        if change.type == "DELETED":
            self._past.pop((namespace_of(change.new), name_of(change.new)), None)
        elif change.old is None:
            self._work.add((namespace_of(change.new), name_of(change.new)), _PERIOD)

    def _sync(self, key: tuple[str, str]) -> None:
        hpa = self._env.store.get(HPA, *key)
        if hpa is None:
            return
        self._work.add(key, _PERIOD)
        step = _Step(self._env, self._pods, hpa, self._past.setdefault(key, Past()))
        self._env.registry.update_status(HPA, step.run())


class _Step:
    """One round of one autoscaler; `run` returns it with its new status."""

    def __init__(self, env: Env, pods: PodsByLabel, hpa: Obj, past: Past) -> None:
        self._env = env
        self._pods = pods
        self._hpa = with_status(hpa, observedGeneration=meta(hpa).get("generation"))
        self._past = past

    def run(self) -> Obj:
        found = self._target()
        if isinstance(found, str):
            self._event("Warning", "FailedGetScale", found)
            self._condition("AbleToScale", "False", "FailedGetScale", _GET + found)
            return self._hpa
        kind, target = found
        self._condition(
            "AbleToScale",
            "True",
            "SucceededGetScale",
            "the HPA controller was able to get the target's current scale",
        )
        selector = selector_of(spec(target).get("selector"))
        if selector is None:
            self._event("Warning", "SelectorRequired", "selector is required")
            message = "the HPA target's scale is missing a selector"
            self._condition("ScalingActive", "False", "InvalidSelector", message)
            return self._hpa
        self._act(kind, target, selector)
        return self._hpa

    def _target(self) -> tuple[Kind, Obj] | str:
        ref = part(spec(self._hpa), "scaleTargetRef")
        kind = self._env.kinds.by_kind(ref.get("apiVersion", ""), ref["kind"])
        if kind is None:
            group = ref.get("apiVersion", "").rpartition("/")[0]
            return f'no matches for kind "{ref["kind"]}" in group "{group}"'
        if "scale" not in kind.subresources:
            return "the server could not find the requested resource"
        found = self._env.store.get(kind, namespace_of(self._hpa), ref["name"])
        return (kind, found) if found is not None else f'{kind.resource} "{ref["name"]}" not found'

    def _act(self, kind: Kind, target: Obj, selector: LabelSelector) -> None:
        body = spec(self._hpa)
        current = int(spec(target).get("replicas", 1))
        least, most = int(body.get("minReplicas") or 1), int(body["maxReplicas"])
        self._hpa = with_status(self._hpa, currentReplicas=int(status(target).get("replicas") or 0))
        if current == 0 and least != 0:
            message = "scaling is disabled since the replica count of the target is zero"
            self._condition("ScalingActive", "False", "ScalingDisabled", message)
            self._hpa = with_status(self._hpa, desiredReplicas=0)
        elif current > most:
            self._rescale(kind, target, current, most, "Current number of replicas above Spec.MaxReplicas")
        elif current < least:
            self._rescale(kind, target, current, least, "Current number of replicas below Spec.MinReplicas")
        else:
            self._by_metrics(kind, target, current, selector)

    def _by_metrics(self, kind: Kind, target: Obj, current: int, selector: LabelSelector) -> None:
        best = self._compute(current, selector)
        if best is None:
            self._hpa = with_status(self._hpa, desiredReplicas=status(self._hpa).get("desiredReplicas", 0))
            return
        decision = decide(spec(self._hpa), self._past, current, best.replicas, self._env.clock.now)
        self._condition("AbleToScale", *decision.able)
        self._condition("ScalingLimited", *decision.limited)
        up = best.replicas > current
        reason = f"{best.name} above target" if up else "All metrics below target"
        self._rescale(kind, target, current, decision.replicas, reason)

    def _compute(self, current: int, selector: LabelSelector) -> Measured | None:
        namespace = namespace_of(self._hpa)
        pods = self._pods.select(namespace, selector)
        metrics = parts(spec(self._hpa), "metrics")
        results = [measure(self._env, pods, current, each, namespace) for each in metrics]
        failed = [each for each in results if isinstance(each, Failed)]
        good = [each for each in results if isinstance(each, Measured)]
        for each in failed:
            self._event("Warning", each.reason, each.message)
        self._hpa = with_status(self._hpa, currentMetrics=[each.current for each in good] or None)
        best = max(good, key=lambda each: each.replicas, default=None)
        if failed and (best is None or best.replicas < current):
            # Without all metrics there is no scaling down.
            first = failed[0]
            self._condition("ScalingActive", "False", first.reason, _CALC + first.message)
            count = f"invalid metrics ({len(failed)} invalid out of {len(metrics)}), first error is: {first.error}"
            self._event("Warning", "FailedComputeMetricsReplicas", count)
            return None
        if best is not None:
            message = f"the HPA was able to successfully calculate a replica count from {best.name}"
            self._condition("ScalingActive", "True", "ValidMetricFound", message)
        return best

    def _rescale(self, kind: Kind, target: Obj, current: int, wanted: int, why: str) -> None:
        self._hpa = with_status(self._hpa, desiredReplicas=wanted)
        if wanted == current:
            return
        try:
            self._env.registry.update(kind, with_spec(target, replicas=wanted), user=_USER)
        except ApiError as error:
            self._event("Warning", "FailedRescale", f"New size: {wanted}; reason: {why}; error: {error.message}")
            message = f"the HPA controller was unable to update the target scale: {error.message}"
            self._condition("AbleToScale", "False", "FailedUpdateScale", message)
            return
        now = self._env.clock.now
        self._past.done = [*(each for each in self._past.done if each[0] > now - 1800), (now, wanted - current)]
        message = f"the HPA controller was able to update the target scale to {wanted}"
        self._condition("AbleToScale", "True", "SucceededRescale", message)
        self._event("Normal", "SuccessfulRescale", f"New size: {wanted}; reason: {why}")
        self._hpa = with_status(self._hpa, lastScaleTime=stamp(now))

    def _condition(self, kind: str, state: str, reason: str, message: str) -> None:
        wanted: Obj = {"type": kind, "status": state, "reason": reason, "message": message}
        conditions = set_condition(parts(status(self._hpa), "conditions"), wanted, self._env.clock.now)
        self._hpa = with_status(self._hpa, conditions=conditions)

    def _event(self, type_: str, reason: str, message: str) -> None:
        self._env.recorder.event(self._hpa, type_, reason, message, component=_SOURCE)
