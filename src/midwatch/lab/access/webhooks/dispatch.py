"""MutatingAdmissionWebhook and ValidatingAdmissionWebhook: call what the configurations say, and obey.

Source: k8s.io/apiserver/pkg/admission/plugin/webhook/{predicates,errors,validating,mutating}.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from midwatch.lab.access.selectors import selects
from midwatch.lab.access.webhooks.call import Answer, WebhookCall, address_of, host_of
from midwatch.lab.core.errors import ApiError, not_found
from midwatch.lab.core.kinds import MUTATING_WEBHOOK, NAMESPACE, VALIDATING_WEBHOOK, Kind
from midwatch.lab.core.objects import Obj, labels_of, name_of, part
from midwatch.lab.core.registry import Request
from midwatch.lab.core.store import Change, Store

_Asked: TypeAlias = tuple[str, Kind, str]
_EXEMPT = frozenset(
    {
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    }
)


def nobody(configuration: Obj, _: Request) -> Answer:
    """Without a network, nothing answers."""
    host, port = host_of(part(configuration, "clientConfig"))[:2]
    return Answer(
        failure=f'Post "{address_of(configuration)}": dial tcp {host}:{port}: connect: connection refused'
    )


class Webhooks:
    """The webhooks of one type of configuration; `call` makes the calls."""

    def __init__(self, store: Store, kind: Kind, call: WebhookCall = nobody) -> None:
        self.name = f"{kind.kind.removesuffix('WebhookConfiguration')}AdmissionWebhook"
        self.call = call
        self._store = store
        self._kind = kind
        self._hooks: tuple[Obj, ...] = ()
        self._matching: dict[_Asked, tuple[Obj, ...]] = {}
        self._changed(None)
        store.watch(self._changed, kind)

    def admit(self, request: Request) -> Obj:
        """Raises `ApiError` 403 when a webhook denies, 500 when one that must answer does not."""
        if not self._hooks or request.kind.kind in _EXEMPT:
            return request.obj
        for hook in self._for(request):
            if self._selected(hook, request):
                self._ask(hook, request)
        return request.obj

    def _ask(self, hook: Obj, request: Request) -> None:
        name = hook.get("name") or ""
        answer = self.call(hook, request)
        if answer.failure:
            if (hook.get("failurePolicy") or "Fail") == "Fail":
                raise _failed(name, answer.failure)
        elif not answer.allowed:
            raise _denied(name, answer.message)

    def _for(self, request: Request) -> tuple[Obj, ...]:
        key = (request.operation, request.kind, request.subresource)
        found = self._matching.get(key)
        if found is None:
            found = tuple(each for each in self._hooks if any(_matches(rule, request) for rule in _rules(each)))
            self._matching[key] = found
        return found

    def _selected(self, hook: Obj, request: Request) -> bool:
        selector: Obj | None = hook.get("namespaceSelector")
        if selector and not self._in_namespace(selector, request):
            return False
        wanted: Obj | None = hook.get("objectSelector")
        if not wanted:
            return True
        return selects(wanted, labels_of(request.obj)) or (
            request.old is not None and selects(wanted, labels_of(request.old))
        )

    def _in_namespace(self, selector: Obj, request: Request) -> bool:
        if request.kind is NAMESPACE:
            return selects(selector, labels_of(request.obj))
        if not request.kind.namespaced:
            return True
        space = self._store.get(NAMESPACE, "", request.namespace)
        if space is None:
            raise not_found(NAMESPACE, request.namespace)
        return selects(selector, labels_of(space))

    def _changed(self, _: Change | None) -> None:
        found = sorted(self._store.list(self._kind), key=name_of)
        self._hooks = tuple(hook for each in found for hook in each.get("webhooks") or ())
        self._matching.clear()


def mutating(store: Store) -> Webhooks:
    """Those that may change objects."""
    return Webhooks(store, MUTATING_WEBHOOK)


def validating(store: Store) -> Webhooks:
    """Those that may only refuse."""
    return Webhooks(store, VALIDATING_WEBHOOK)


def _rules(hook: Obj) -> Sequence[Obj]:
    return hook.get("rules") or ()


def _matches(rule: Obj, request: Request) -> bool:
    kind = request.kind
    if not _has(rule.get("operations"), request.operation) or not _has(rule.get("apiGroups"), kind.group):
        return False
    if not _has(rule.get("apiVersions"), kind.version) or not _in_scope(rule.get("scope") or "*", kind):
        return False
    return any(_is_resource(each, kind.plural, request.subresource) for each in rule.get("resources") or ())


def _is_resource(pattern: str, resource: str, subresource: str) -> bool:
    name, _, sub = pattern.partition("/")
    return name in ("*", resource) and sub in ("*", subresource)


def _in_scope(scope: str, kind: Kind) -> bool:
    if scope == "*":
        return True
    return (scope == "Namespaced") == (kind.namespaced and kind is not NAMESPACE)


def _has(values: Sequence[str] | None, wanted: str) -> bool:
    return values is not None and (wanted in values or "*" in values)


def _failed(name: str, failure: str) -> ApiError:
    why = f'failed calling webhook "{name}": failed to call webhook: {failure}'
    message = f"Internal error occurred: {why}"
    return ApiError(500, "InternalError", message, details={"causes": [{"message": why}]})


def _denied(name: str, message: str) -> ApiError:
    start = f'admission webhook "{name}" denied the request'
    return ApiError(403, "Forbidden", f"{start}: {message}" if message else f"{start} without explanation")
