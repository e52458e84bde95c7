"""Whether claims outlive a StatefulSet and its pods.

Source: kubernetes/pkg/controller/statefulset/stateful_set_utils.go (updateClaimOwnerRefForSetAndPod).
"""

from __future__ import annotations

from midwatch.lab.core.objects import Obj, meta, owner_reference, spec, uid_of, with_meta

_KINDS = ("StatefulSet", "Pod")


def policy(found: Obj) -> tuple[bool, bool]:
    """(Claims go with the StatefulSet, claims go with a pod that is scaled away)."""
    raw: Obj = spec(found).get("persistentVolumeClaimRetentionPolicy") or {}
    return raw.get("whenDeleted") == "Delete", raw.get("whenScaled") == "Delete"


def owned(claim: Obj, found: Obj, condemned: Obj | None) -> Obj:
    """The claim with the owners that the policy wants; `condemned` is its pod when that is being scaled away."""
    with_set, with_pod = policy(found)
    others: list[Obj] = [each for each in meta(claim).get("ownerReferences") or () if each["kind"] not in _KINDS]
    if with_pod and condemned is not None and uid_of(condemned):
        others.append(owner_reference(condemned, block=False))
    elif with_set and uid_of(found):
        others.append(owner_reference(found, block=False))
    return with_meta(claim, ownerReferences=others or None)
