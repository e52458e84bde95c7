"""PodSecurity: refuses pods that violate the level a namespace enforces, and warns about the others.

Source: k8s.io/pod-security-admission/admission/admission.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.access.pod_security.policy import Level, Policy, detail, policy_of, problems, violations
from midwatch.lab.core.errors import FieldError, forbidden, invalid
from midwatch.lab.core.kinds import (
    CRON_JOB,
    DAEMON_SET,
    DEPLOYMENT,
    JOB,
    NAMESPACE,
    POD,
    POD_TEMPLATE,
    REPLICA_SET,
    REPLICATION_CONTROLLER,
    STATEFUL_SET,
)
from midwatch.lab.core.objects import Obj, labels_of, meta, name_of, spec
from midwatch.lab.core.registry import Request
from midwatch.lab.core.store import Store

_WORKLOADS = (DEPLOYMENT, REPLICA_SET, STATEFUL_SET, DAEMON_SET, JOB, REPLICATION_CONTROLLER)
_PODS = 3000  # defaultNamespaceMaxPodsToCheck


class PodSecurity:
    """Reads the labels of namespaces; the labels' meaning is remembered."""

    name = "PodSecurity"

    def __init__(self, store: Store) -> None:
        self._store = store
        self._policies: dict[int, tuple[Obj, Policy]] = {}

    def admit(self, request: Request) -> Obj:
        """Raises `ApiError` 403 for pods, 422 for a namespace whose labels make no sense."""
        if request.kind is NAMESPACE and request.operation != "DELETE":
            _check_labels(request)
        elif request.kind is POD and _is_significant(request):
            level = self._policy(request.namespace).enforce
            if level.name != "privileged":
                self._enforce(request, level)
        return request.obj

    def warnings(self, request: Request) -> list[str]:
        """What to tell whoever sent a request that was admitted."""
        if request.operation == "DELETE" or request.subresource:
            return []
        if request.kind is NAMESPACE:
            return self._namespace_warnings(request)
        pod = _pod_in(request)
        if pod is None:
            return []
        level = self._policy(request.namespace).warn
        found = violations(level, pod)
        return [f'would violate PodSecurity "{level}": {detail(found)}'] if found else []

    def _enforce(self, request: Request, level: Level) -> None:
        found = violations(level, request.obj)
        if found:
            raise forbidden(POD, request.name, f'violates PodSecurity "{level}": {detail(found)}')

    def _policy(self, namespace: str) -> Policy:
        space = self._store.get(NAMESPACE, "", namespace)
        if space is None:
            return Policy()
        labels = labels_of(space)
        if not labels:
            return Policy()
        known = self._policies.get(id(labels))
        if known is not None and known[0] is labels:
            return known[1]
        if len(self._policies) > 4096:
            self._policies.clear()
        policy = policy_of(labels)
        self._policies[id(labels)] = (labels, policy)
        return policy

    def _namespace_warnings(self, request: Request) -> list[str]:
        """Pods that exist and violate a level that is stricter now."""
        new = policy_of(labels_of(request.obj)).enforce
        if request.old is None or new == policy_of(labels_of(request.old)).enforce or new.name == "privileged":
            return []
        pods = sorted(self._store.list(POD, request.name), key=name_of)
        found: dict[str, list[str]] = {}
        for each in pods[:_PODS]:
            reasons = ", ".join(dict.fromkeys(one.reason for one in violations(new, each)))
            if reasons:
                found.setdefault(reasons, []).append(name_of(each))
        if not found:
            return []
        first = f'existing pods in namespace "{request.name}" violate the new PodSecurity enforce level "{new}"'
        return [first, *sorted(_line(names, reasons) for reasons, names in found.items())]


def _line(names: Sequence[str], reasons: str) -> str:
    others = len(names) - 1
    if not others:
        return f"{names[0]}: {reasons}"
    return f"{names[0]} (and {others} other {'pod' if others == 1 else 'pods'}): {reasons}"


def _check_labels(request: Request) -> None:
    found = [
        FieldError(f"metadata.labels[{label}]", "FieldValueInvalid", f'Invalid value: "{value}": {why}')
        for label, value, why in problems(labels_of(request.obj))
    ]
    if found:
        raise invalid(NAMESPACE, request.name, found)


def _pod_in(request: Request) -> Obj | None:
    if request.kind is POD:
        return request.obj if _is_significant(request) else None
    if request.kind in _WORKLOADS:
        return spec(request.obj).get("template")
    if request.kind is CRON_JOB:
        return spec(spec(request.obj).get("jobTemplate") or {}).get("template")
    return request.obj.get("template") if request.kind is POD_TEMPLATE else None


def _is_significant(request: Request) -> bool:
    """New pods, and updates that change images or add containers."""
    if request.operation == "DELETE" or (request.subresource and request.subresource != "ephemeralcontainers"):
        return False
    if request.operation == "CREATE" or request.old is None:
        return True
    if meta(request.obj).get("annotations") != meta(request.old).get("annotations"):
        return True
    return _images(request.obj) != _images(request.old)


def _images(pod: Obj) -> list[tuple[str, str]]:
    body = spec(pod)
    return [
        (each["name"], each.get("image") or "")
        for field in ("initContainers", "containers", "ephemeralContainers")
        for each in body.get(field) or ()
    ]
