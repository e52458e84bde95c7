"""Deployments, ReplicaSets, StatefulSets, DaemonSets.

Source: kubernetes/pkg/apis/apps/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj, spec
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import bad, forbidden, required, unsupported
from midwatch.lab.schema.validation.numbers import IMMUTABLE, count_or_share, is_zero, not_negative
from midwatch.lab.schema.validation.pods import check_template
from midwatch.lab.schema.validation.selectors import check_selector, check_template_labels, is_empty
from midwatch.lab.schema.validation.storage import check_claim_spec

_STATEFUL = ("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
             "persistentVolumeClaimRetentionPolicy", "minReadySeconds")  # fmt: skip
_STATEFUL_WHY = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)


def deployment(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A Deployment."""
    body = spec(new)
    yield from not_negative(body, "spec", "replicas", "minReadySeconds", "revisionHistoryLimit")
    yield from _selected(body, "deployment")
    yield from _rolling(body.get("strategy") or {}, "spec.strategy")
    deadline = body.get("progressDeadlineSeconds")
    if deadline is not None:
        yield from not_negative(body, "spec", "progressDeadlineSeconds")
        if deadline <= body.get("minReadySeconds", 0):
            yield bad("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds")
    yield from _unchanged(new, old)


def replica_set(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A ReplicaSet."""
    yield from not_negative(spec(new), "spec", "replicas", "minReadySeconds")
    yield from _selected(spec(new), "deployment")
    yield from _unchanged(new, old)


def daemon_set(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A DaemonSet."""
    body = spec(new)
    yield from not_negative(body, "spec", "minReadySeconds", "revisionHistoryLimit")
    yield from _selected(body, "daemonset")
    strategy: Obj = body.get("updateStrategy") or {}
    if strategy.get("type") not in ("RollingUpdate", "OnDelete"):
        yield unsupported("spec.updateStrategy.type", strategy.get("type"), ("RollingUpdate", "OnDelete"))
    elif strategy.get("rollingUpdate"):
        yield from _daemons(strategy["rollingUpdate"], "spec.updateStrategy.rollingUpdate")
    yield from _unchanged(new, old)


def _daemons(found: Obj, path: str) -> Iterator[FieldError]:
    down, up = found.get("maxUnavailable", 1), found.get("maxSurge", 0)
    yield from count_or_share(down, f"{path}.maxUnavailable")
    yield from count_or_share(up, f"{path}.maxSurge")
    if is_zero(down) and is_zero(up):
        yield required(f"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0")
    elif not is_zero(down) and not is_zero(up):
        yield bad(f"{path}.maxSurge", up, "may not be set when maxUnavailable is non-zero")


def stateful_set(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A StatefulSet."""
    body = spec(new)
    yield from not_negative(body, "spec", "replicas", "minReadySeconds", "revisionHistoryLimit")
    claims: Sequence[Obj] = body.get("volumeClaimTemplates") or ()
    for index, each in enumerate(claims):
        yield from check_claim_spec(spec(each), f"spec.volumeClaimTemplates[{index}].spec")
    yield from _selected(body, "statefulset", claims)
    if body.get("podManagementPolicy") not in ("OrderedReady", "Parallel"):
        why = "must be 'OrderedReady' or 'Parallel'"
        yield bad("spec.podManagementPolicy", body.get("podManagementPolicy"), why)
    strategy: Obj = body.get("updateStrategy") or {}
    if strategy.get("type") not in ("RollingUpdate", "OnDelete"):
        yield bad("spec.updateStrategy", strategy, "must be 'RollingUpdate' or 'OnDelete'")
    yield from not_negative(strategy.get("rollingUpdate") or {}, "spec.updateStrategy.rollingUpdate", "partition")
    if body.get("serviceName"):
        yield from (
            bad("spec.serviceName", body["serviceName"], why) for why in names.subdomain(body["serviceName"])
        )
    if old is not None and _fixed(body) != _fixed(spec(old)):
        yield forbidden("spec", _STATEFUL_WHY)


def _fixed(body: Obj) -> Obj:
    found = {key: value for key, value in body.items() if key not in _STATEFUL}
    claims: Sequence[Obj] = found.get("volumeClaimTemplates") or ()
    return {**found, "volumeClaimTemplates": [{**each, "status": None} for each in claims]}


def replication_controller(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A ReplicationController. Source: kubernetes/pkg/apis/core/validation/validation.go."""
    del old
    body = spec(new)
    yield from not_negative(body, "spec", "replicas", "minReadySeconds")
    template: Obj = body.get("template") or {}
    if not body.get("selector"):
        yield required("spec.selector")
    if not template:
        yield required("spec.template")
        return
    yield from check_template_labels({"matchLabels": body.get("selector") or {}}, template, "spec.template")
    yield from _always(template)
    yield from check_template(template, "spec.template")


def _selected(body: Obj, word: str, claims: Sequence[Obj] = ()) -> Iterator[FieldError]:
    """The selector and the template that it must select."""
    selector: Obj | None = body.get("selector")
    template: Obj = body.get("template") or {}
    if selector is None:
        yield required("spec.selector")
    else:
        yield from check_selector(selector, "spec.selector")
        if is_empty(selector):
            yield bad("spec.selector", selector, f"empty selector is invalid for {word}")
        else:
            yield from check_template_labels(selector, template, "spec.template")
    yield from _always(template)
    yield from check_template(template, "spec.template", claims)


def _always(template: Obj) -> Iterator[FieldError]:
    policy = spec(template).get("restartPolicy")
    if policy != "Always":
        yield unsupported("spec.template.spec.restartPolicy", policy, ("Always",))
    if spec(template).get("activeDeadlineSeconds") is not None:
        why = "activeDeadlineSeconds in ReplicaSet is not Supported"
        yield forbidden("spec.template.spec.activeDeadlineSeconds", why)


def _rolling(found: Obj, path: str) -> Iterator[FieldError]:
    rolling: Obj | None = found.get("rollingUpdate")
    if found.get("type") == "Recreate":
        if rolling is not None:
            why = "may not be specified when strategy `type` is 'Recreate'"
            yield forbidden(f"{path}.rollingUpdate", why)
    elif found.get("type") != "RollingUpdate":
        yield unsupported(f"{path}.type", found.get("type"), ("Recreate", "RollingUpdate"))
    elif rolling is None:
        yield required(f"{path}.rollingUpdate", "this should be defaulted and never be nil")
    else:
        down, up = rolling.get("maxUnavailable", "25%"), rolling.get("maxSurge", "25%")
        yield from count_or_share(down, f"{path}.rollingUpdate.maxUnavailable")
        yield from count_or_share(up, f"{path}.rollingUpdate.maxSurge", most=False)
        if is_zero(down) and is_zero(up):
            yield bad(f"{path}.rollingUpdate.maxUnavailable", down, "may not be 0 when `maxSurge` is 0")


def _unchanged(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    if old is not None and spec(new).get("selector") != spec(old).get("selector"):
        yield bad("spec.selector", spec(new).get("selector"), IMMUTABLE)
