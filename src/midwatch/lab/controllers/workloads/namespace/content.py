"""Delete what is in a namespace: pods first, then all else.

Source: kubernetes/pkg/controller/namespace/deletion/namespaced_resources_deleter.go (deleteAllContent).
"""

from __future__ import annotations

from collections.abc import Iterable

from midwatch.lab.controllers.workloads.namespace.conditions import Findings
from midwatch.lab.controllers.workloads.shared.desk import Desk
from midwatch.lab.controllers.workloads.shared.pods import is_terminal
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import API_SERVICE, EVENT, POD, Kind
from midwatch.lab.core.objects import Obj, condition_of, meta, name_of, seconds, spec

_FINALIZER_ESTIMATE = 15


def empty(desk: Desk, namespace: Obj, findings: Findings) -> int:
    """Delete what can be deleted, note what cannot in `findings`.

    Returns the seconds after which the rest should be gone; 0 when nothing is left or something failed.
    """
    findings.discovery += _undiscovered(desk)
    estimate = _clear(desk, POD, namespace, findings)
    if findings.remaining:
        return estimate
    for kind in [each for each in desk.env.kinds if each.namespaced and each is not POD]:
        estimate = max(estimate, _clear(desk, kind, namespace, findings))
    return estimate


def _clear(desk: Desk, kind: Kind, namespace: Obj, findings: Findings) -> int:
    """Source: deleteAllContentForGroupVersionResource."""
    name = name_of(namespace)
    found = desk.store.list(kind, name)
    if not found:
        return 0
    if kind is EVENT:
        for each in found:
            desk.store.remove(kind, name, name_of(each))
        return 0
    estimate = _grace(found, namespace, desk.clock.now) if kind is POD else 0
    try:
        for each in found:
            desk.registry.delete(kind, name, name_of(each), user=desk.user, propagation="Background")
    except ApiError as error:
        findings.failures.append(error.message)
        return estimate
    return _left(kind, name, desk.store.list(kind, name), findings, estimate)


def _left(kind: Kind, namespace: str, left: list[Obj], findings: Findings, estimate: int) -> int:
    if not left:
        return 0
    findings.remaining[f"{kind.plural}.{kind.group}"] = len(left)
    finalizers = [finalizer for each in left for finalizer in meta(each).get("finalizers") or ()]
    findings.finalizers.update(finalizers)
    if estimate:
        return estimate
    if finalizers:
        return _FINALIZER_ESTIMATE
    what = f"{kind.group}/{kind.version}, Resource={kind.plural}"
    findings.failures.append(f"unexpected items still remain in namespace: {namespace} for gvr: {what}")
    return 0


def _grace(pods: Iterable[Obj], namespace: Obj, now: float) -> int:
    """Source: estimateGracefulTermination."""
    times = (int(spec(each).get("terminationGracePeriodSeconds", 30)) for each in pods if not is_terminal(each))
    longest = max(times, default=0)
    return 0 if now - seconds(meta(namespace)["deletionTimestamp"]) >= longest else longest


def _undiscovered(desk: Desk) -> list[str]:
    """API groups whose server does not answer: what they hold is unknown, so nothing can be called empty.

    Source: k8s.io/client-go/discovery (StaleGroupVersionError).
    """
    found: list[str] = []
    for each in desk.store.list(API_SERVICE):
        available = condition_of(each, "Available")
        if spec(each).get("service") and available is not None and available["status"] != "True":
            group = f"{spec(each).get('group')}/{spec(each).get('version')}"
            found.append(f"{group}: stale GroupVersion discovery: {group}")
    return sorted(found)
