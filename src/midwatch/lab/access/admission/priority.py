"""Priority: fills a pod's priority from its PriorityClass.

Source: kubernetes/plugin/pkg/admission/priority/admission.go.
"""

from __future__ import annotations

from midwatch.lab.access.rbac.bootstrap import SYSTEM_PRIORITIES
from midwatch.lab.core.errors import forbidden
from midwatch.lab.core.kinds import POD, PRIORITY_CLASS
from midwatch.lab.core.objects import Obj, name_of, spec
from midwatch.lab.core.registry import Request
from midwatch.lab.core.store import Change, Store

_PREEMPTS = "PreemptLowerPriority"


class Priority:
    """Knows the default class, and looks up the others."""

    name = "Priority"

    def __init__(self, store: Store) -> None:
        self._store = store
        self._default: Obj | None = None
        self._changed(None)
        store.watch(self._changed, PRIORITY_CLASS)

    def admit(self, request: Request) -> Obj:
        """The pod with `priority` and `preemptionPolicy`. Raises `ApiError` 403."""
        if request.subresource:
            return request.obj
        if request.kind is POD and request.operation == "CREATE":
            return self._pod(request)
        if request.kind is PRIORITY_CLASS and request.operation != "DELETE":
            self._check_class(request)
        return request.obj

    def _pod(self, request: Request) -> Obj:
        body = spec(request.obj)
        name: str = body.get("priorityClassName") or ""
        value, policy = 0, _PREEMPTS
        if name:
            value, policy = self._resolve(request, name)
        elif self._default is not None:
            name, value = name_of(self._default), self._default.get("value") or 0
            policy = self._default.get("preemptionPolicy") or _PREEMPTS
        self._compare(request, body, value, policy)
        if body.get("priority") == value and body.get("preemptionPolicy") == policy:
            return request.obj
        filled = {**body, "priority": value, "preemptionPolicy": policy}
        if name:
            filled["priorityClassName"] = name
        return {**request.obj, "spec": filled}

    def _resolve(self, request: Request, name: str) -> tuple[int, str]:
        found = self._store.get(PRIORITY_CLASS, "", name)
        if found is not None:
            return found.get("value") or 0, found.get("preemptionPolicy") or _PREEMPTS
        if name in SYSTEM_PRIORITIES:
            return SYSTEM_PRIORITIES[name][0], _PREEMPTS
        raise forbidden(POD, request.name, f"no PriorityClass with name {name} was found")

    def _compare(self, request: Request, body: Obj, value: int, policy: str) -> None:
        rest = "must not be provided in pod spec; priority admission controller computed"
        end = "from the given PriorityClass name"
        given = body.get("priority")
        if given is not None and given != value:
            raise forbidden(POD, request.name, f"the integer value of priority ({given}) {rest} {value} {end}")
        given = body.get("preemptionPolicy")
        if given is not None and given != policy:
            raise forbidden(
                POD, request.name, f"the string value of PreemptionPolicy ({given}) {rest} {policy} {end}"
            )

    def _check_class(self, request: Request) -> None:
        default = self._default
        if request.obj.get("globalDefault") and default is not None and name_of(default) != request.name:
            why = f"PriorityClass {name_of(default)} is already marked as default. Only one default can exist"
            raise forbidden(PRIORITY_CLASS, request.name, why)

    def _changed(self, _: Change | None) -> None:
        found = [each for each in self._store.list(PRIORITY_CLASS) if each.get("globalDefault")]
        self._default = min(found, key=_value) if found else None


def _value(found: Obj) -> int:
    return found.get("value") or 0
