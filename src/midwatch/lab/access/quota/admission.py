"""ResourceQuota: refuses what would exceed a quota, and charges what does not.

Source: k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go (CheckRequest).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midwatch.lab.access.pod_resources import Amounts
from midwatch.lab.access.quantities import canonical, milli, usage_text
from midwatch.lab.access.quota.scopes import in_scope
from midwatch.lab.access.quota.usage import concerns, missing, usage
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import forbidden
from midwatch.lab.core.kinds import POD, PVC, RESOURCE_QUOTA, SERVICE, Kind
from midwatch.lab.core.objects import Obj, name_of, status
from midwatch.lab.core.registry import Request

_UPDATED = (SERVICE, PVC)


class ResourceQuota:
    """Compares with `status.used`, as the API server does: a quota that no controller has counted yet refuses."""

    name = "ResourceQuota"

    def __init__(self, env: Env) -> None:
        self._env = env

    def admit(self, request: Request) -> Obj:
        """Raises `ApiError` 403. Nothing is charged in a dry run."""
        if not request.namespace or not _handles(request):
            return request.obj
        quotas = self._env.store.list(RESOURCE_QUOTA, request.namespace)
        if not quotas:
            return request.obj
        kind = request.kind
        matching = [(each, names) for each in quotas if (names := _covered(each, kind, request.obj))]
        for quota, names in matching:
            _check_usable(request, quota, names)
        delta = self._delta(request) if matching else {}
        if any(delta.values()):
            charged = [_charged(request, quota, delta) for quota, _ in matching]
            self._charge(request, charged)
        return request.obj

    def _delta(self, request: Request) -> Amounts:
        found = usage(request.kind, request.obj, self._env.clock.now)
        if request.operation != "UPDATE" or request.old is None:
            return found
        before = usage(request.kind, request.old, self._env.clock.now)
        return {key: max(0, value - before.get(key, 0)) for key, value in found.items()}

    def _charge(self, request: Request, quotas: Sequence[Obj | None]) -> None:
        if request.dry_run:
            return
        for each in quotas:
            if each is not None:
                self._env.registry.update_status(RESOURCE_QUOTA, each)


def _handles(request: Request) -> bool:
    if request.subresource:
        return False
    return request.operation == "CREATE" or (request.operation == "UPDATE" and request.kind in _UPDATED)


def _covered(quota: Obj, kind: Kind, obj: Obj) -> list[str]:
    """The resources of a quota that an object counts for; none when it is out of scope."""
    hard: Mapping[str, str] = status(quota).get("hard") or {}
    found = [each for each in hard if concerns(kind, each)]
    return found if found and in_scope(quota, kind, obj) else []


def _check_usable(request: Request, quota: Obj, names: Sequence[str]) -> None:
    if request.kind is POD:
        absent = missing(request.obj, names)
        if absent:
            raise forbidden(POD, request.name, f"failed quota: {name_of(quota)}: must specify {absent}")
    used: Mapping[str, str] = status(quota).get("used") or {}
    if any(each not in used for each in names):
        why = f"status unknown for quota: {name_of(quota)}, resources: {','.join(sorted(names))}"
        raise forbidden(request.kind, request.name, why)


def _charged(request: Request, quota: Obj, delta: Amounts) -> Obj | None:
    """The quota with more used, None when it is not concerned. Raises `ApiError` 403."""
    hard: Mapping[str, str] = status(quota).get("hard") or {}
    used: Mapping[str, str] = status(quota).get("used") or {}
    asked = {key: value for key, value in delta.items() if key in hard}
    new = {key: milli(used.get(key)) + value for key, value in asked.items()}
    beyond = sorted(key for key, value in new.items() if value > milli(hard[key]))
    if beyond:
        requested = ",".join(f"{each}={usage_text(each, asked[each])}" for each in beyond)
        before = ",".join(f"{each}={canonical(used[each])}" for each in beyond)
        limited = ",".join(f"{each}={canonical(hard[each])}" for each in beyond)
        why = f"exceeded quota: {name_of(quota)}, requested: {requested}, used: {before}, limited: {limited}"
        raise forbidden(request.kind, request.name, why)
    if not any(asked.values()):
        return None
    filled = {**used, **{key: usage_text(key, value) for key, value in new.items()}}
    return {**quota, "status": {**status(quota), "used": filled}}
