"""LimitRanger: defaults for requests and limits, and bounds for them.

Source: kubernetes/plugin/pkg/admission/limitranger/admission.go, kubernetes/pkg/apis/core/v1/defaults.go
(SetDefaults_LimitRangeItem).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from midwatch.lab.access.pod_resources import containers_of, init_containers_of, pod_total
from midwatch.lab.access.quantities import canonical, milli, usage_text
from midwatch.lab.core.errors import forbidden
from midwatch.lab.core.kinds import LIMIT_RANGE, POD, PVC
from midwatch.lab.core.objects import Obj, annotations_of, namespace_of, part, spec, with_meta
from midwatch.lab.core.registry import Request
from midwatch.lab.core.store import Change, Store

_ANNOTATION = "kubernetes.io/limit-ranger"


@dataclass(frozen=True, slots=True)
class Range:
    """One LimitRange with its defaults filled in."""

    limits: tuple[Obj, ...]
    default: Mapping[str, str]
    request: Mapping[str, str]


class LimitRanges:
    """The LimitRanges of each namespace, read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[Range, ...]] = {}
        for each in store.list(LIMIT_RANGE):
            self._read(namespace_of(each))
        store.watch(self._changed, LIMIT_RANGE)

    def of(self, namespace: str) -> tuple[Range, ...]:
        """Those of a namespace."""
        return self._known.get(namespace, ())

    def _changed(self, change: Change) -> None:
        self._read(namespace_of(change.new))

    def _read(self, namespace: str) -> None:
        found = self._store.list(LIMIT_RANGE, namespace)
        self._known[namespace] = tuple(_range(each) for each in found)


class LimitDefaults:
    """Fills in what containers do not say."""

    name = "LimitRanger"

    def __init__(self, ranges: LimitRanges) -> None:
        self._ranges = ranges

    def admit(self, request: Request) -> Obj:
        """The pod with the defaults of all LimitRanges, noted in an annotation."""
        pod = request.obj
        if request.kind is not POD or request.operation != "CREATE":
            return pod
        for each in self._ranges.of(request.namespace):
            if each.default or each.request:
                pod = _with_defaults(pod, each)
        return pod


class LimitBounds:
    """Refuses what is beyond the bounds."""

    name = "LimitRanger"

    def __init__(self, ranges: LimitRanges) -> None:
        self._ranges = ranges

    def admit(self, request: Request) -> Obj:
        """Raises `ApiError` 403 with all violations of the first LimitRange that has any."""
        if request.subresource or request.operation == "DELETE" or request.kind not in (POD, PVC):
            return request.obj
        if request.kind is POD and request.operation == "UPDATE":
            return request.obj
        for each in self._ranges.of(request.namespace):
            errors = list(dict.fromkeys(_violations(each, request)))
            if errors:
                why = errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"
                raise forbidden(request.kind, request.name, why)
        return request.obj


def _range(found: Obj) -> Range:
    """For containers, `max` is the default limit, the default limit the default request, `min` what is left."""
    limits: Sequence[Obj] = spec(found).get("limits") or ()
    default: dict[str, str] = {}
    request: dict[str, str] = {}
    for each in limits:
        if each.get("type") == "Container":
            own = {**part(each, "max"), **part(each, "default")}
            default |= own
            request |= {**part(each, "min"), **own, **part(each, "defaultRequest")}
    return Range(tuple(limits), default, request)


def _with_defaults(pod: Obj, found: Range) -> Obj:
    notes: list[str] = []
    changes: Obj = {}
    for field, what in (("containers", "container"), ("initContainers", "init container")):
        containers: Sequence[Obj] = spec(pod).get(field) or ()
        if containers:
            changes[field] = [_filled(each, found, what, notes) for each in containers]
    if not notes:
        return pod
    noted = {**annotations_of(pod), _ANNOTATION: f"LimitRanger plugin set: {'; '.join(notes)}"}
    return {**with_meta(pod, annotations=noted), "spec": {**spec(pod), **changes}}


def _filled(container: Obj, found: Range, what: str, notes: list[str]) -> Obj:
    resources: Obj = container.get("resources") or {}
    limits: Obj = resources.get("limits") or {}
    requests: Obj = resources.get("requests") or {}
    new_limits = {key: value for key, value in found.default.items() if key not in limits}
    new_requests = {key: value for key, value in found.request.items() if key not in requests}
    if new_requests:
        notes.append(f"{', '.join(sorted(new_requests))} request for {what} {container['name']}")
    if new_limits:
        notes.append(f"{', '.join(sorted(new_limits))} limit for {what} {container['name']}")
    if not new_requests and not new_limits:
        return container
    merged = {**resources, "limits": {**limits, **new_limits}, "requests": {**requests, **new_requests}}
    return {**container, "resources": {key: value for key, value in merged.items() if value}}


def _violations(found: Range, request: Request) -> Iterator[str]:
    for each in found.limits:
        type_ = each.get("type") or ""
        if request.kind is PVC and type_ == "PersistentVolumeClaim":
            yield from _claim(each, request.obj)
        elif request.kind is POD and type_ == "Container":
            for container in (*containers_of(request.obj), *init_containers_of(request.obj)):
                resources: Obj = container.get("resources") or {}
                yield from _compared(each, resources.get("requests") or {}, resources.get("limits") or {})
        elif request.kind is POD and type_ == "Pod":
            totals = (_texts(pod_total(request.obj, field, overhead=False)) for field in ("requests", "limits"))
            yield from _compared(each, *totals)


def _texts(amounts: Mapping[str, int]) -> Mapping[str, str]:
    return {key: usage_text(key, value) for key, value in amounts.items()}


def _compared(limit: Obj, requests: Mapping[str, str], limits: Mapping[str, str]) -> Iterator[str]:
    type_ = limit["type"]
    for key, value in part(limit, "min").items():
        yield from _too_small(
            f"minimum {key} usage per {type_} is {canonical(value)}", key, value, requests, limits
        )
    for key, value in part(limit, "max").items():
        yield from _too_large(
            f"maximum {key} usage per {type_} is {canonical(value)}", key, value, requests, limits
        )
    for key, value in part(limit, "maxLimitRequestRatio").items():
        start = f"{key} max limit to request ratio per {type_} is {canonical(value)}"
        yield from _too_far(start, key, value, requests, limits)


def _too_small(
    start: str, key: str, least: str, requests: Mapping[str, str], limits: Mapping[str, str]
) -> Iterator[str]:
    if key not in requests:
        yield f"{start}.  No request is specified"
    elif milli(requests[key]) < milli(least):
        yield f"{start}, but request is {canonical(requests[key])}"
    elif key in limits and milli(limits[key]) < milli(least):
        yield f"{start}, but limit is {canonical(limits[key])}"


def _too_large(
    start: str, key: str, most: str, requests: Mapping[str, str], limits: Mapping[str, str]
) -> Iterator[str]:
    if key not in limits:
        yield f"{start}.  No limit is specified"
    elif milli(limits[key]) > milli(most):
        yield f"{start}, but limit is {canonical(limits[key])}"
    elif key in requests and milli(requests[key]) > milli(most):
        yield f"{start}, but request is {canonical(requests[key])}"


def _too_far(
    start: str, key: str, most: str, requests: Mapping[str, str], limits: Mapping[str, str]
) -> Iterator[str]:
    request, limit = milli(requests.get(key)), milli(limits.get(key))
    if not request:
        yield f"{start}, but no request is specified or request is 0"
    elif not limit:
        yield f"{start}, but no limit is specified or limit is 0"
    elif limit / request * 1000 > milli(most):
        yield f"{start}, but provided ratio is {limit / request:.6f}"


def _claim(limit: Obj, claim: Obj) -> Iterator[str]:
    """Only what is requested counts for a claim."""
    requests: Mapping[str, str] = part(claim, "spec", "resources", "requests")
    type_ = limit["type"]
    for key, value in part(limit, "min").items():
        yield from _too_small(f"minimum {key} usage per {type_} is {canonical(value)}", key, value, requests, {})
    for key, value in part(limit, "max").items():
        start = f"maximum {key} usage per {type_} is {canonical(value)}"
        if key not in requests:
            yield f"{start}.  No request is specified"
        elif milli(requests[key]) > milli(value):
            yield f"{start}, but request is {canonical(requests[key])}"
