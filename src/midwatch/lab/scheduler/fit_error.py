"""The message about a pod that fits nowhere, word for word.

Source: kubernetes/pkg/scheduler/framework/types.go (FitError.Error), 1.34.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from midwatch.lab.scheduler.rejection import Rejection

NO_NODES = "no nodes available to schedule pods"
NOT_HELPFUL = "Preemption is not helpful for scheduling"
NO_VICTIMS = "No preemption victims found for incoming pod"


def fit_error(total: int, rejections: Iterable[Rejection], after: str = "") -> str:
    """`0/3 nodes are available: 1 Insufficient cpu, 2 ... .` with what preemption has to say `after` it."""
    reasons = Counter(reason for each in rejections for reason in each.reasons)
    return _sentence(total, _histogram(reasons), after)


def prefilter_error(total: int, reason: str, after: str) -> str:
    """The pod is out before any node is looked at: `0/3 nodes are available: pod has unbound ... .`."""
    return _sentence(total, reason, after)


def preemption_error(total: int, statuses: Mapping[str, int]) -> str:
    """Why preemption does not help either, for the end of the message.

    The first words are of the plugin for dynamic resources, which is asked before preemption since 1.34:
    kubernetes/pkg/scheduler/framework/plugins/dynamicresources/dynamicresources.go (PostFilter).
    """
    rest = total - sum(statuses.values())
    reasons = {**statuses, **({NOT_HELPFUL: rest + statuses.get(NOT_HELPFUL, 0)} if rest else {})}
    return f"no new claims to deallocate, preemption: {_sentence(total, _histogram(reasons), '')}"


def _histogram(reasons: Mapping[str, int]) -> str:
    return ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items()))


def _sentence(total: int, reasons: str, after: str) -> str:
    found = f"0/{total} nodes are available:"
    if reasons:
        found += f" {reasons}."
    return f"{found} {after}" if after else found
