"""Read a case: the objects and logs of the broken cluster and of its twin, and what is expected of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeAlias

import msgspec

from midwatch.causes.catalogue import CATALOGUE
from midwatch.domain.diagnosis import Verdict
from midwatch.domain.json import JSON
from midwatch.domain.resource import Ref
from midwatch.errors import UsageError
from midwatch.evals.case import CaseBroken
from midwatch.sources.yaml_json import BadYaml, load_yaml

BASELINE = "baseline.yaml"
Manifest: TypeAlias = Mapping[str, JSON]
Identity: TypeAlias = tuple[str, str, str]


class Culprit(msgspec.Struct, frozen=True):
    """The object at fault."""

    kind: str
    name: str
    namespace: str = ""


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`expected.yaml`: `accept` are causes that are right, too; `repaired` the verdicts allowed for the twin."""

    title: str
    now: datetime
    verdict: Verdict
    cause: str
    culprit: Culprit
    accept: tuple[str, ...] = ()
    repaired: tuple[Verdict, ...] = (Verdict.HEALTHY,)

    @property
    def ref(self) -> Ref:
        """The culprit."""
        return Ref(self.culprit.kind, self.culprit.namespace, self.culprit.name)


@dataclass(frozen=True, slots=True)
class Twin:
    """One of the two clusters: all its objects, and the logs by `<namespace>/<pod>/<container>[.previous]`."""

    objects: tuple[Manifest, ...]
    logs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One case; its name is the name of its folder."""

    name: str
    expected: Expected
    broken: Twin
    repaired: Twin


def find_cases(root: Path) -> list[Path]:
    """The folders of all cases, sorted by name. Raises `UsageError` where there are none."""
    if not (root / BASELINE).is_file():
        raise UsageError(f"{root} has no {BASELINE}: give a folder of cases such as cases/manifests")
    found = sorted(each for each in root.iterdir() if each.is_dir() and not each.name.startswith("."))
    if not found:
        raise UsageError(
            f"no case in {root}: a case is a folder with expected.yaml, broken.yaml and repaired.yaml"
        )
    return found


def load_case(folder: Path) -> Case:
    """Read a case. Raises `CaseBroken` with what is wrong."""
    baseline = _baseline(folder.parent / BASELINE)
    expected = _expected(folder / "expected.yaml")
    common = _objects(folder / "common.yaml") if (folder / "common.yaml").exists() else ()
    broken, repaired = (_twin(folder, name, common, baseline) for name in ("broken", "repaired"))
    return Case(folder.name, expected, broken, repaired)


def _expected(path: Path) -> Expected:
    documents = _documents(path)
    try:
        found = msgspec.convert(documents[0] if len(documents) == 1 else None, Expected, strict=False)
    except msgspec.ValidationError as error:
        raise CaseBroken(f"{path}: {error}") from error
    unknown = [each for each in (found.cause, *found.accept) if each not in CATALOGUE]
    if unknown:
        raise CaseBroken(f"{path}: no cause {unknown[0]!r} in the catalogue (`midwatch causes` lists them)")
    return found


def _twin(folder: Path, name: str, common: Sequence[Manifest], baseline: Mapping[Identity, Manifest]) -> Twin:
    own = (*common, *_objects(folder / f"{name}.yaml"))
    mine = {identity(each) for each in own}
    rest = (each for key, each in baseline.items() if key not in mine)
    return Twin((*own, *rest), _logs(folder / f"{name}.logs"))


def _logs(folder: Path) -> dict[str, str]:
    found = sorted(folder.rglob("*.log"))
    return {str(each.relative_to(folder).with_suffix("")): _read(each).decode(errors="replace") for each in found}


@cache
def _baseline(path: Path) -> Mapping[Identity, Manifest]:
    return {identity(each): each for each in _objects(path)}


def _objects(path: Path) -> tuple[Manifest, ...]:
    found: list[Manifest] = []
    for number, each in enumerate(_documents(path), 1):
        if each is None:
            continue
        if not isinstance(each, dict) or not all(identity(each)[::2]):
            raise CaseBroken(f"{path}: document {number} is no object with a kind and a name")
        found.append(each)
    return tuple(found)


def identity(found: Manifest) -> Identity:
    """Kind, namespace and name; empty where they are absent."""
    head = found.get("metadata")
    head = head if isinstance(head, dict) else {}
    kind, namespace, name = found.get("kind"), head.get("namespace"), head.get("name")
    return str(kind or ""), str(namespace or ""), str(name or "")


def _documents(path: Path) -> list[JSON]:
    try:
        return load_yaml(_read(path))
    except BadYaml as error:
        raise CaseBroken(f"{path}: {error}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CaseBroken(f"{path} cannot be read: {error.strerror}") from error
