"""Claims that are not bound."""

from __future__ import annotations

from collections.abc import Mapping

from cases.builders.world import BORN, FRESH, NOW, CaseSpec, World
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic.containers import Run
from midwatch.evals.synthetic.storage import bound_pair, claim, storage_class, volume
from midwatch.evals.synthetic.values import Obj
from midwatch.evals.synthetic.workloads import Rollout

_UNBOUND = (
    "0/4 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/4 nodes are "
    "available: "
    "4 Preemption is not helpful for scheduling."
)
_NO_VOLUME = "no persistent volumes available for this claim and no storage class is set"


def user_of(
    w: World, name: str, space: str, port: int, claim_name: str, *, message: str = _UNBOUND, run: Run | None = None
) -> Rollout:
    """A single pod that mounts a claim."""
    spec: Obj = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim_name}}]}
    fields: Obj = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    pending = message if w.broken and run is None else ""
    return w.app(
        name,
        space,
        port,
        replicas=1,
        unschedulable=pending,
        run=run,
        address=run is None,
        spec=spec,
        fields=fields,
        place=w.worker(0),
        strategy={"type": "Recreate"},
    )


def pending(w: World, found: Obj, reason: str, message: str, *, normal: bool = False) -> None:
    w.warn(found, reason, message, count=98, source="persistentvolume-controller", normal=normal)


def claim_missing(w: World) -> Ref:
    w.space("photo")
    if not w.broken:
        w.add(*bound_pair("originals", "photo", "100Gi", w.worker(0), created=BORN))
    message = (
        '0/4 nodes are available: persistentvolumeclaim "originals" not found. preemption: 0/4 nodes are '
        "available: "
        "4 Preemption is not helpful for scheduling."
    )
    user_of(w, "gallery", "photo", 5910, "originals", message=message)
    return Ref("PersistentVolumeClaim", "photo", "originals")


def class_missing(w: World) -> Ref:
    w.space("music")
    if w.broken:
        found = claim("tracks", "music", "50Gi", created=NOW - FRESH, cls="premium-ssd")
        w.add(found)
        pending(w, found, "ProvisioningFailed", 'storageclass.storage.k8s.io "premium-ssd" not found')
    else:
        w.add(*bound_pair("tracks", "music", "50Gi", w.worker(0), created=BORN))
    user_of(w, "player", "music", 5920, "tracks")
    return Ref("PersistentVolumeClaim", "music", "tracks")


def _static(
    w: World,
    space: str,
    name: str,
    *,
    size: str = "20Gi",
    offered: str = "20Gi",
    modes: tuple[str, ...] = ("ReadWriteOnce",),
    given: tuple[str, ...] = ("ReadWriteOnce",),
    labels: Mapping[str, str] | None = None,
    selector: Obj | None = None,
) -> None:
    """A claim without a class and one volume made by hand, which fits in the repaired twin."""
    w.space(space)
    extra: dict[str, object] = {"selector": selector} if selector else {}
    pv_name = f"{space}-disk"
    found = claim(
        name,
        space,
        size,
        created=NOW - FRESH,
        cls="",
        modes=modes,
        volume="" if w.broken else pv_name,
        **extra,  # type: ignore[arg-type]
    )
    w.add(
        found,
        volume(
            pv_name,
            offered,
            created=BORN,
            cls="",
            modes=given,
            labels=labels,
            bound=None if w.broken else found,
            persistentVolumeReclaimPolicy="Retain",
        ),
    )
    if w.broken:
        pending(w, found, "FailedBinding", _NO_VOLUME, normal=True)


def access_mode(w: World) -> Ref:
    given = ("ReadWriteOnce",) if w.broken else ("ReadWriteMany",)
    _static(w, "press", "plates", modes=("ReadWriteMany",), given=given)
    user_of(w, "printer", "press", 5930, "plates")
    return Ref("PersistentVolumeClaim", "press", "plates")


def capacity(w: World) -> Ref:
    _static(w, "film", "reels", size="200Gi" if w.broken else "20Gi", offered="20Gi")
    user_of(w, "projector", "film", 5940, "reels")
    return Ref("PersistentVolumeClaim", "film", "reels")


def volume_selector(w: World) -> Ref:
    labels = {"tier": "silver" if w.broken else "gold"}
    _static(w, "coins", "safe", labels=labels, selector={"matchLabels": {"tier": "gold"}})
    user_of(w, "mint", "coins", 5950, "safe")
    return Ref("PersistentVolumeClaim", "coins", "safe")


def released(w: World) -> Ref:
    """The only volume still belongs to a claim that was deleted."""
    w.space("maps")
    old = claim("tiles-old", "maps", "30Gi", created=BORN, cls="", volume="tiles-disk")
    new = claim("tiles", "maps", "30Gi", created=NOW - FRESH, cls="", volume="" if w.broken else "tiles-disk")
    pv = volume(
        "tiles-disk",
        "30Gi",
        created=BORN,
        cls="",
        bound=old if w.broken else new,
        phase="Released" if w.broken else "",
        persistentVolumeReclaimPolicy="Retain",
    )
    w.add(new, pv)
    if w.broken:
        pending(w, new, "FailedBinding", _NO_VOLUME, normal=True)
    user_of(w, "renderer", "maps", 5960, "tiles")
    return Ref("PersistentVolumeClaim", "maps", "tiles")


def no_default(w: World) -> Ref:
    """The claim names no class and the cluster has no default."""
    w.space("chess")
    if w.broken:
        w.add(storage_class(BORN, default=False))
        found = claim("games", "chess", "5Gi", created=NOW - FRESH, cls=None)
        w.add(found)
        pending(w, found, "FailedBinding", _NO_VOLUME, normal=True)
    else:
        w.add(*bound_pair("games", "chess", "5Gi", w.worker(0), created=BORN))
    user_of(w, "engine", "chess", 5990, "games")
    return Ref("PersistentVolumeClaim", "chess", "games")


CASES = (
    CaseSpec("pvc-missing", "pvc-missing", "The claim was never made", claim_missing),
    CaseSpec("pvc-storage-class-missing", "pvc-storage-class-missing", "The class does not exist", class_missing),
    CaseSpec("pvc-access-mode-mismatch", "pvc-access-mode-mismatch", "The volume cannot be shared", access_mode),
    CaseSpec("pvc-capacity-mismatch", "pvc-capacity-mismatch", "The volume is too small", capacity),
    CaseSpec("pvc-selector-mismatch", "pvc-selector-mismatch", "The volume has another label", volume_selector),
    CaseSpec("pv-released", "pv-released", "The volume belongs to a claim that is gone", released),
    CaseSpec("default-storage-class-missing", "default-storage-class-missing", "No class, no default", no_default),
)
