"""ConfigMaps, Secrets, namespaces, nodes and other small kinds.

Source: kubernetes/pkg/apis/core/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj, annotations_of, spec
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import bad, duplicate, forbidden, required, too_long, unsupported
from midwatch.lab.schema.validation.numbers import same

_MOST = 1024 * 1024
_ACCOUNT = "kubernetes.io/service-account.name"
_FROZEN = "field is immutable when `immutable` is set"
_TYPED: dict[str, Sequence[str]] = {
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def config_map(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A ConfigMap."""
    if old is not None:
        yield from _frozen(new, old, ("data", "binaryData"))
    size = 0
    for field in ("data", "binaryData"):
        values: dict[str, str] = new.get(field) or {}
        for key, value in values.items():
            yield from (bad(f"{field}[{key}]", key, why) for why in names.config_key(key))
            if field == "data" and key in (new.get("binaryData") or {}):
                yield bad(f"data[{key}]", key, "duplicate of key present in binaryData")
            size += len(value)
    if size > _MOST:
        yield too_long("", _MOST)


def secret(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A Secret."""
    if old is not None:
        yield from same(new, old, "", ("type",))
        yield from _frozen(new, old, ("data",))
    data: dict[str, str] = new.get("data") or {}
    for key in data:
        yield from (bad(f"data[{key}]", key, why) for why in names.config_key(key))
    if sum(len(each) * 3 // 4 for each in data.values()) > _MOST:
        yield too_long("data", _MOST)
    for key in _TYPED.get(new.get("type") or "", ()):
        if key not in data:
            yield required(f"data[{key}]")
    account = annotations_of(new).get(_ACCOUNT)
    if new.get("type") == "kubernetes.io/service-account-token" and not account:
        yield required(f"metadata.annotations[{_ACCOUNT}]")


def _frozen(new: Obj, old: Obj, fields: Sequence[str]) -> Iterator[FieldError]:
    if not old.get("immutable"):
        return
    if not new.get("immutable"):
        yield forbidden("immutable", _FROZEN)
    for key in fields:
        if (new.get(key) or {}) != (old.get(key) or {}):
            yield forbidden(key, _FROZEN)


def node(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A Node: its taints, and what never changes."""
    seen: set[tuple[object, object]] = set()
    for index, each in enumerate(spec(new).get("taints") or ()):
        path, key, effect = f"spec.taints[{index}]", each.get("key") or "", each.get("effect")
        yield from (bad(f"{path}.key", key, why) for why in names.qualified(key))
        yield from (bad(f"{path}.value", each["value"], why) for why in names.label_value(each.get("value") or ""))
        if not effect:
            yield required(f"{path}.effect")
        elif effect not in _EFFECTS:
            yield unsupported(f"{path}.effect", effect, _EFFECTS)
        if (key, effect) in seen:
            yield duplicate(path, each)
        seen.add((key, effect))
    if old is not None:
        for key in ("podCIDR", "providerID"):
            before, after = spec(old).get(key), spec(new).get(key)
            if before and before != after:
                yield forbidden(f"spec.{key}", "node updates may not change " + key + ' except from "" to valid')


def revision(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A ControllerRevision. Source: kubernetes/pkg/apis/apps/validation/validation.go."""
    if new.get("data") is None:
        yield required("data", "data is mandatory")
    if old is not None:
        yield from same(new, old, "", ("data",))


def lease(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A Lease. Source: kubernetes/pkg/apis/coordination/validation/validation.go."""
    del old
    lasts = spec(new).get("leaseDurationSeconds")
    if lasts is not None and lasts <= 0:
        yield bad("spec.leaseDurationSeconds", lasts, "must be greater than 0")
