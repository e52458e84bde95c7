"""Read the cases: objects of the broken cluster and of its repaired twin, and what is expected of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import msgspec
import yaml

from midwatch.domain.json import JSON
from midwatch.domain.resource import Ref

MANIFESTS = Path(__file__).parent / "manifests"


class Expected(msgspec.Struct, frozen=True):
    """`expected.yaml`: `accept` are causes that are right, too; `repaired` the verdicts allowed for the twin."""

    title: str
    now: datetime
    verdict: str
    cause: str
    culprit: dict[str, str]
    accept: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ("healthy",)

    @property
    def ref(self) -> Ref:
        """The culprit."""
        return Ref(self.culprit["kind"], self.culprit.get("namespace", ""), self.culprit["name"])


@dataclass(frozen=True, slots=True)
class Twin:
    """One of the two clusters: all its objects, and the logs by `<namespace>/<pod>/<container>[.previous]`."""

    objects: tuple[Mapping[str, JSON], ...]
    logs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One case; its name is the name of its folder."""

    name: str
    expected: Expected
    broken: Twin
    repaired: Twin


def load_cases(folder: Path = MANIFESTS) -> list[Case]:
    """All cases, sorted by name."""
    baseline = _documents(folder / "baseline.yaml")
    return [_case(each, baseline) for each in sorted(folder.iterdir()) if each.is_dir()]


def _case(folder: Path, baseline: tuple[Mapping[str, JSON], ...]) -> Case:
    raw = yaml.safe_load((folder / "expected.yaml").read_bytes())
    expected = msgspec.convert(raw, Expected)
    broken, repaired = (_twin(folder, name, baseline) for name in ("broken", "repaired"))
    return Case(folder.name, expected, broken, repaired)


def _twin(folder: Path, name: str, baseline: tuple[Mapping[str, JSON], ...]) -> Twin:
    own = _documents(folder / f"{name}.yaml")
    mine = {_identity(each) for each in own}
    logs = folder / f"{name}.logs"
    texts = {
        str(each.relative_to(logs).with_suffix("")): each.read_text(encoding="utf-8")
        for each in logs.rglob("*.log")
    }
    return Twin((*own, *(each for each in baseline if _identity(each) not in mine)), texts)


def _documents(path: Path) -> tuple[Mapping[str, JSON], ...]:
    found = yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader)
    return tuple(each for each in found if each)


def _identity(found: Mapping[str, JSON]) -> tuple[JSON, JSON, JSON]:
    head = cast("Mapping[str, JSON]", found["metadata"])
    return found["kind"], head.get("namespace"), head["name"]
