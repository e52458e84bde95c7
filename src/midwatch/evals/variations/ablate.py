"""A world without the facts that a diagnosis cited."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from midwatch.domain.finding import Fact
from midwatch.domain.json import JSON
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.observation import ComponentStatus, ConnectionCheck, Observation, Signal
from midwatch.domain.resource import Ref
from midwatch.evals.variations.world import World, involved, ref_of
from midwatch.sources.kubectl_text import Obj

_STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
_COUNTED = re.compile(r" \(x\d+\)$")
_ALL = ("", "*")
_REQUIRED = ("].port", "].containerPort", ".name")
_NAMES = ("name", "type", "key", "ip", "port", "containerPort")
_TEMPLATED = ("Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet")
_ENDINGS = {
    "Pod": re.compile(r"(?:-[a-z0-9]{5,10})?-(?:[a-z0-9]{5}|\d+)$"),
    "ReplicaSet": re.compile(r"-[a-z0-9]{5,10}$"),
}


@dataclass(frozen=True, slots=True)
class Ablation:
    """What is left, and the resources to refuse."""

    world: World
    denied: frozenset[str]


def ablated(world: World, facts: Collection[Fact], refused: Collection[str]) -> Ablation:
    """The world without these facts and without the kinds of `refused`.

    Two facts are removed by refusing the kind of their object: that it is not there, since only then its absence
    is unknown, and a field that no object can be without.
    """
    known = {ref_of(each) for each in world.objects}
    fields = [each for each in facts if is_field(each)]
    absent = {each.subject.kind for each in fields if each.subject not in known or each.path.endswith(_REQUIRED)}
    places = [place for each in fields for place in _places(each)]
    return Ablation(
        replace(
            world,
            objects=tuple(_blanked(each, places) for each in world.objects if not _is_cited_event(each, facts)),
            observations=tuple(each for each in world.observations if not _is_cited(each, facts)),
            logs={pod: _unsaid(pod, text, facts) for pod, text in world.logs.items()},
        ),
        frozenset(BY_KIND[kind].resource for kind in {*absent, *refused} if kind in BY_KIND),
    )


def is_field(fact: Fact) -> bool:
    """Whether a fact is a field of an object."""
    return fact.path.startswith(".")


@dataclass(frozen=True, slots=True)
class _Place:
    """A field of one object; with `family` of whatever is made from the same pod template, too."""

    subject: Ref
    steps: tuple[str, ...]
    family: str = ""

    def holds(self, ref: Ref) -> bool:
        if not self.family:
            return ref == self.subject
        same = ref.namespace == self.subject.namespace and ref.kind in _TEMPLATED
        return same and _family(ref) == self.family


def _places(fact: Fact) -> Iterator[_Place]:
    """Where a fact is told: a field of a pod template is told again by replica sets and pods."""
    steps = tuple(f"[{item}]" if key == "" else key for item, key in _STEP.findall(fact.path))
    subject = fact.subject
    if subject.kind not in _TEMPLATED or steps[0] != "spec" or steps[1:2] == ("replicas",):
        yield _Place(subject, steps)
        return
    if steps[1:3] == ("template", "spec"):
        steps = ("spec", *steps[3:])
    yield _Place(subject, steps, _family(subject))
    yield _Place(subject, ("spec", "template", *steps), _family(subject))


def _family(ref: Ref) -> str:
    ending = _ENDINGS.get(ref.kind)
    return ending.sub("", ref.name) if ending else ref.name


def _is_cited_event(each: Obj, facts: Iterable[Fact]) -> bool:
    if each.get("kind") != "Event":
        return False
    about, path = involved(each), f"event {each.get('reason')}"
    return any(fact.path == path and fact.subject[::2] == about[::2] for fact in facts)


def _is_cited(each: Observation, facts: Iterable[Fact]) -> bool:
    match each:
        case ComponentStatus():
            subject, path = Ref("Node", "", each.node), f"service {each.component}"
        case ConnectionCheck():
            subject, path = each.service, f"connection to port {each.port}"
        case Signal():
            subject, path = each.subject, f"signal {each.measure.value}"
        case _:
            return False
    return any(fact.subject == subject and fact.path == path for fact in facts)


def _unsaid(pod: str, text: str, facts: Iterable[Fact]) -> str:
    mine = [fact for fact in facts if fact.path.startswith("log ") and fact.subject.name == pod]
    said = [_COUNTED.sub("", fact.value) for fact in mine]
    if not said:
        return text
    return "\n".join(line for line in text.splitlines() if not any(_same(line, each) for each in said))


def _same(line: str, said: str) -> bool:
    """Digits vary between lines of one kind; a cited line may be shortened."""
    one, other = (re.sub(r"[0-9a-f]*\d[0-9a-f]*", "0", each).strip() for each in (line, said))
    return bool(other) and (other[:80] in one or (bool(one) and one in other))


def _blanked(each: Obj, places: Iterable[_Place]) -> Obj:
    ref = ref_of(each)
    mine = [place for place in places if place.holds(ref)]
    if not mine:
        return each
    made = copy.deepcopy(each)
    for place in mine:
        _cut(made, place.steps)
    return made


def _cut(node: JSON, steps: Sequence[str]) -> bool:
    """Remove what the steps lead to, in every item they name; whether there was anything."""
    step, *rest = steps
    if isinstance(node, dict):
        wanted = step.strip("[]")
        keys = [wanted] if wanted in node else [key for key in node if wanted and key.startswith(wanted)]
        if not keys:
            return False
        if rest and _cut(node[keys[0]], rest):
            return True
        if not rest:
            del node[keys[0]]
        return not rest
    if isinstance(node, list):
        return _cut_items(node, step, rest)
    return False


def _cut_items(node: list[JSON], step: str, rest: Sequence[str]) -> bool:
    named = [each for index, each in enumerate(node) if _is_item(each, index, step.strip("[]"))]
    if rest:
        cut = [_cut(each, rest) for each in named]
        return any(cut)
    node[:] = [each for each in node if each not in named]
    return bool(named)


def _is_item(each: JSON, index: int, wanted: str) -> bool:
    if wanted in _ALL or wanted == str(index):
        return True
    return isinstance(each, dict) and any(str(each.get(name)) == wanted for name in _NAMES)
