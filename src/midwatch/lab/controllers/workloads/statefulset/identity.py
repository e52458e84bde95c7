"""Who a StatefulSet's pod is: its ordinal, name, labels, claims and revision.

Source: kubernetes/pkg/controller/statefulset/stateful_set_utils.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.controllers.workloads.shared.creation import pod_from
from midwatch.lab.controllers.workloads.shared.history import template_of
from midwatch.lab.core.objects import Obj, labels_of, meta, name_of, namespace_of, spec

REVISION = "controller-revision-hash"
POD_NAME = "statefulset.kubernetes.io/pod-name"
INDEX = "apps.kubernetes.io/pod-index"


def replicas(found: Obj) -> int:
    """Replicas wanted; one by default."""
    wanted: int | None = spec(found).get("replicas")
    return 1 if wanted is None else wanted


def start(found: Obj) -> int:
    """The first ordinal."""
    ordinals: Obj = spec(found).get("ordinals") or {}
    return int(ordinals.get("start") or 0)


def ordinal(owner: Obj, pod: Obj) -> int:
    """The ordinal in a pod's name; -1 when the name is none of this StatefulSet's."""
    head, _, tail = name_of(pod).rpartition("-")
    return int(tail) if head == name_of(owner) and tail.isascii() and tail.isdigit() else -1


def revision_of(pod: Obj) -> str:
    """The name of the revision that a pod was made from."""
    return labels_of(pod).get(REVISION, "")


def claims(owner: Obj, index: int) -> Iterator[tuple[str, Obj]]:
    """(Volume, claim) of each claim template for one ordinal."""
    templates: Sequence[Obj] = spec(owner).get("volumeClaimTemplates") or ()
    selector: Obj = spec(owner).get("selector") or {}
    for each in templates:
        volume = name_of(each)
        head = {key: value for key, value in meta(each).items() if key in ("labels", "annotations") and value}
        head["labels"] = {**(head.get("labels") or {}), **(selector.get("matchLabels") or {})}
        head |= {"name": f"{volume}-{name_of(owner)}-{index}", "namespace": namespace_of(owner)}
        yield (
            volume,
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": head,
                "spec": spec(each),
            },
        )


def draft(owner: Obj, revision: Obj, index: int) -> Obj:
    """The pod of an ordinal, after a revision's template."""
    template = template_of(revision)
    name = f"{name_of(owner)}-{index}"
    labels = {
        **labels_of(template),
        POD_NAME: name,
        INDEX: str(index),
        REVISION: name_of(revision),
    }
    pod = pod_from(owner, template, name=name, labels=labels)
    body: Obj = {**spec(pod), "hostname": name, "subdomain": spec(owner).get("serviceName") or ""}
    return {**pod, "spec": {**body, "volumes": _volumes(owner, body, index)}}


def _volumes(owner: Obj, body: Obj, index: int) -> list[Obj]:
    mounted = {volume: name_of(claim) for volume, claim in claims(owner, index)}
    kept: list[Obj] = [each for each in body.get("volumes") or () if each["name"] not in mounted]
    return [
        *({"name": volume, "persistentVolumeClaim": {"claimName": name}} for volume, name in mounted.items()),
        *kept,
    ]
