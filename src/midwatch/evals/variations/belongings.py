"""What belongs to one application of a world, and moving it into another world."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import msgspec

from midwatch.domain.json import JSON
from midwatch.domain.observation import ConnectionCheck
from midwatch.domain.resource import Ref
from midwatch.evals.variations.world import World, involved, ref_of
from midwatch.sources.kubectl_text import Obj
from midwatch.sources.kubectl_text.values import dig, word

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
_MADE = re.compile(r"-(?:[a-z0-9]{5,10}(?:-[a-z0-9]{5})?|\d+)?")
_REFERENCES: Mapping[str, tuple[str, str]] = {
    "secretRef": ("Secret", "name"),
    "secretKeyRef": ("Secret", "name"),
    "secret": ("Secret", "secretName"),
    "configMapRef": ("ConfigMap", "name"),
    "configMapKeyRef": ("ConfigMap", "name"),
    "configMap": ("ConfigMap", "name"),
    "persistentVolumeClaim": ("PersistentVolumeClaim", "claimName"),
}


@dataclass(frozen=True, slots=True)
class Belongings:
    """The objects of one application by name, and the pods and replica sets made for it, also those long gone."""

    namespace: str
    app: str
    refs: frozenset[Ref]

    def __contains__(self, ref: Ref) -> bool:
        return ref in self.refs or self.made(ref)

    def made(self, ref: Ref) -> bool:
        """Whether it is a pod or replica set of the application, by its name."""
        own = ref.kind in ("Pod", "ReplicaSet") and ref.namespace in ("", self.namespace)
        return own and ref.name.startswith(self.app) and bool(_MADE.fullmatch(ref.name[len(self.app) :]))


def belongings(worlds: Sequence[World], namespace: str, app: str) -> Belongings:
    """By what any of the worlds says."""
    refs = frozenset(ref for world in worlds for ref in _refs(world, namespace, app))
    return Belongings(namespace, app, refs)


def transplanted(into: World, giver: World, namespace: str, app: str) -> World:
    """The first world with the application, its events, logs and connection checks as they are in the second."""
    mine = belongings((into, giver), namespace, app)
    kept = [each for each in into.objects if _subject(each) not in mine]
    given = [each for each in giver.objects if _subject(each) in mine]
    return replace(
        into,
        objects=(*kept, *_readdressed(given, {_address(each) for each in kept})),
        observations=(
            *(each for each in into.observations if not _is_check_of(each, mine)),
            *(each for each in giver.observations if _is_check_of(each, mine)),
        ),
        logs={
            **{pod: text for pod, text in into.logs.items() if not mine.made(Ref("Pod", namespace, pod))},
            **{pod: text for pod, text in giver.logs.items() if mine.made(Ref("Pod", namespace, pod))},
        },
    )


def workloads(world: World, namespace: str) -> dict[str, Obj]:
    """The workloads of a namespace by name."""
    return {
        ref.name: each
        for each in world.objects
        if (ref := ref_of(each)).kind in WORKLOADS and ref.namespace == namespace
    }


def _subject(each: Obj) -> Ref:
    return involved(each) if each.get("kind") == "Event" else ref_of(each)


def _is_check_of(each: object, mine: Belongings) -> bool:
    return isinstance(each, ConnectionCheck) and each.service in mine


def _refs(world: World, namespace: str, app: str) -> Iterator[Ref]:
    workload = workloads(world, namespace).get(app)
    labels = dig(workload, "spec", "template", "metadata", "labels")
    needed = list(_needed(dig(workload, "spec", "template", "spec"), namespace))
    claims = {ref.name for ref in needed if ref.kind == "PersistentVolumeClaim"}
    if workload is not None:
        yield ref_of(workload)
    yield from needed
    for each in world.objects:
        ref = ref_of(each)
        if ref.kind == "Service" and ref.namespace == namespace and (ref.name == app or _selects(each, labels)):
            yield ref
            yield Ref("Endpoints", namespace, ref.name)
        elif ref.kind == "PersistentVolume" and claims and word(each, "spec", "claimRef", "name") in {"", *claims}:
            yield ref


def _selects(service: Obj, labels: JSON) -> bool:
    selector = dig(service, "spec", "selector")
    if not isinstance(selector, dict) or not isinstance(labels, dict) or not selector:
        return False
    return selector.items() <= labels.items()


def _needed(spec: JSON, namespace: str) -> Iterator[Ref]:
    """What a pod template names: account, secrets, configuration, claims."""
    account = word(spec, "serviceAccountName")
    if account and account != "default":
        yield Ref("ServiceAccount", namespace, account)
    yield from _named(spec, namespace)


def _named(node: JSON, namespace: str) -> Iterator[Ref]:
    if isinstance(node, list):
        for each in node:
            yield from _named(each, namespace)
    elif isinstance(node, dict):
        for key, value in node.items():
            kind, field = _REFERENCES.get(key, ("", ""))
            if name := word(value, field):
                yield Ref(kind, namespace, name)
            yield from _named(value, namespace)


def _address(each: Obj) -> str:
    return word(each, "status", "podIP")


def _readdressed(given: Sequence[Obj], taken: Collection[str]) -> list[Obj]:
    """Pods of two recordings may have had one address: the newcomers get free ones, wherever they are told."""
    clash = sorted({_address(each) for each in given} & set(taken) - {""})
    if not clash:
        return list(given)
    text = msgspec.json.encode(given).decode()
    for number, address in enumerate(clash, start=1):
        text = re.sub(rf"(?<![\d.]){re.escape(address)}(?![\d.])", f"172.20.250.{number}", text)
    return cast("list[Obj]", msgspec.json.decode(text))
