"""What may be changed in a pod that exists: next to nothing.

Source: kubernetes/pkg/apis/core/validation/validation.go (ValidatePodUpdate).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation.differences import difference
from midwatch.lab.schema.validation.errors import bad, forbidden, required

_UPDATABLE = ",".join((
    "`spec.containers[*].image`",
    "`spec.initContainers[*].image`",
    "`spec.activeDeadlineSeconds`",
    "`spec.tolerations` (only additions to existing tolerations)",
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
))  # fmt: skip
_FREE = ("activeDeadlineSeconds", "tolerations", "schedulingGates", "ephemeralContainers")
_BINDING = ("nodeName",)


def check_pod_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """The spec of a pod that is being updated."""
    after: Obj = new.get("spec") or {}
    before: Obj = old.get("spec") or {}
    if after == before:
        return
    for key in ("containers", "initContainers"):
        lists = after.get(key) or (), before.get(key) or ()
        if len(lists[0]) != len(lists[1]):
            yield forbidden(f"spec.{key}", "pod updates may not add or remove containers")
            return
        for index, each in enumerate(lists[0]):
            if not each.get("image"):
                yield required(f"spec.{key}[{index}].image")
    yield from _deadline(after.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds"))
    yield from _tolerations(after.get("tolerations") or (), before.get("tolerations") or ())
    yield from _gates(after.get("schedulingGates") or (), before.get("schedulingGates") or ())
    munged = _munged(after, before)
    if munged != before:
        yield forbidden(
            "spec", f"pod updates may not change fields other than {_UPDATABLE}\n{difference(before, munged)}"
        )


def _deadline(after: int | None, before: int | None) -> Iterator[FieldError]:
    path = "spec.activeDeadlineSeconds"
    if after is None:
        if before is not None:
            yield bad(path, None, "must not update from a positive integer to nil value")
    elif not 0 <= after < 2**31:
        yield bad(path, after, "must be between 0 and 2147483647, inclusive")
    elif before is not None and before < after:
        yield bad(path, after, "must be less than or equal to previous value")


def _tolerations(after: Sequence[Obj], before: Sequence[Obj]) -> Iterator[FieldError]:
    def bare(found: Obj) -> Obj:
        return {key: value for key, value in found.items() if key != "tolerationSeconds"}

    kept = [bare(each) for each in after]
    if any(bare(each) not in kept for each in before):
        why = "existing toleration can not be modified except its tolerationSeconds"
        yield forbidden("spec.tolerations", why)


def _gates(after: Sequence[Obj], before: Sequence[Obj]) -> Iterator[FieldError]:
    for index, each in enumerate(after):
        if each not in before:
            why = f"only deletion is allowed, but found new scheduling gate '{each.get('name')}'"
            yield forbidden(f"spec.schedulingGates[{index}].name", why)


def _munged(after: Obj, before: Obj) -> Obj:
    """The new spec with everything that may differ as it was."""
    result = {key: value for key, value in after.items() if key not in _FREE}
    result |= {key: before[key] for key in _FREE if key in before}
    for key in ("containers", "initContainers"):
        if key in result:
            result[key] = [
                {**each, "image": was.get("image")} for each, was in zip(result[key], before[key], strict=True)
            ]
    if before.get("terminationGracePeriodSeconds", 0) < 0 and after.get("terminationGracePeriodSeconds") == 1:
        result["terminationGracePeriodSeconds"] = before["terminationGracePeriodSeconds"]
    if before.get("schedulingGates"):
        result |= {key: before[key] for key in ("nodeSelector", "affinity") if key in before}
        result = {
            key: each for key, each in result.items() if key not in ("nodeSelector", "affinity") or key in before
        }
    if not before.get("nodeName") and "nodeName" in result:
        # Binding: the scheduler's writes reach the store as an update of the pod.
        result = {key: each for key, each in result.items() if key not in _BINDING or key in before}
    return result
