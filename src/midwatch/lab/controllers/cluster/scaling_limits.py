"""How fast an autoscaler may act: stabilisation, policies, bounds.

Source: kubernetes/pkg/controller/podautoscaler/horizontal.go (normalizeDesiredReplicasWithBehaviors).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import ceil

from midwatch.lab.core.objects import Obj, part, parts

_UP: Obj = {
    "stabilizationWindowSeconds": 0,
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
_DOWN: Obj = {
    "stabilizationWindowSeconds": 300,  # --horizontal-pod-autoscaler-downscale-stabilization
    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
}


@dataclass
class Past:
    """What an autoscaler recommended (when, how many) and did (when, by how many, up is positive)."""

    recommended: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    done: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])


@dataclass(frozen=True, slots=True)
class Decision:
    """The replicas to have, and what the conditions say: (status, reason, message) each."""

    replicas: int
    able: tuple[str, str, str]
    limited: tuple[str, str, str]


def decide(body: Obj, past: Past, current: int, wanted: int, now: float) -> Decision:
    """Turn what the metrics call for into what is done now; remembers the recommendation."""
    up = {**_UP, **part(body, "behavior", "scaleUp")}
    down = {**_DOWN, **part(body, "behavior", "scaleDown")}
    stable, able = _stabilized(past, up, down, current, wanted, now)
    least, most = int(body.get("minReplicas") or 1), int(body["maxReplicas"])
    replicas, reason, message = _bounded(past, up, down, current, stable, least, most, now)
    limited = ("False" if reason == "DesiredWithinRange" else "True", reason, message)
    return Decision(replicas, able, limited)


def _stabilized(
    past: Past, up: Obj, down: Obj, current: int, wanted: int, now: float
) -> tuple[int, tuple[str, str, str]]:
    past.recommended.append((now, wanted))
    longest = max(float(up["stabilizationWindowSeconds"]), float(down["stabilizationWindowSeconds"]))
    past.recommended = [each for each in past.recommended if each[0] > now - longest or each[0] == now]
    low = min(_since(past.recommended, now - float(up["stabilizationWindowSeconds"]), wanted))
    high = max(_since(past.recommended, now - float(down["stabilizationWindowSeconds"]), wanted))
    stable = min(max(current, low), high)
    if stable > wanted:
        why = "recent recommendations were higher than current one, applying the highest recent recommendation"
        return stable, ("True", "ScaleDownStabilized", why)
    if stable < wanted:
        why = "recent recommendations were lower than current one, applying the lowest recent recommendation"
        return stable, ("True", "ScaleUpStabilized", why)
    return stable, ("True", "ReadyForNewScale", "recommended size matches current size")


def _since(recommended: list[tuple[float, int]], start: float, wanted: int) -> list[int]:
    return [wanted, *(each for when, each in recommended if when > start)]


def _bounded(
    past: Past, up: Obj, down: Obj, current: int, wanted: int, least: int, most: int, now: float
) -> tuple[int, str, str]:
    if wanted > current:
        limit = max(_limit(past, up, current, now, 1), current)
        if min(limit, most) < wanted:
            if limit < most:
                why = "the desired replica count is increasing faster than the maximum scale rate"
                return limit, "ScaleUpLimit", why
            return most, "TooManyReplicas", "the desired replica count is more than the maximum replica count"
    elif wanted < current:
        limit = min(_limit(past, down, current, now, -1), current)
        if max(limit, least) > wanted:
            if limit > least:
                why = "the desired replica count is decreasing faster than the maximum scale rate"
                return limit, "ScaleDownLimit", why
            return least, "TooFewReplicas", "the desired replica count is less than the minimum replica count"
    if wanted > most:
        return most, "TooManyReplicas", "the desired replica count is more than the maximum replica count"
    if wanted < least:
        return least, "TooFewReplicas", "the desired replica count is less than the minimum replica count"
    return wanted, "DesiredWithinRange", "the desired count is within the acceptable range"


def _limit(past: Past, rules: Obj, current: int, now: float, sign: int) -> int:
    """The furthest that the policies allow; `sign` is 1 for up and -1 for down."""
    chosen = rules.get("selectPolicy") or "Max"
    if chosen == "Disabled":
        return current
    found = [_reach(past, each, current, now, sign) for each in parts(rules, "policies")]
    pick: Callable[[Iterable[int]], int] = max if (chosen == "Max") == (sign > 0) else min
    return pick(found) if found else current


def _reach(past: Past, policy: Obj, current: int, now: float, sign: int) -> int:
    start = now - float(policy["periodSeconds"])
    before = current - sum(amount for when, amount in past.done if when > start and amount * sign > 0)
    value = int(policy["value"])
    if policy["type"] == "Pods":
        return before + sign * value
    return ceil(before * (1 + value / 100)) if sign > 0 else int(before * (1 - value / 100))
