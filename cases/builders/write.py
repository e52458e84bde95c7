"""Write the files of all cases."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from cases.builders import (
    admission,
    configuration,
    control_plane,
    crashes,
    dependencies,
    images,
    jobs,
    lifecycle,
    networking,
    nodes,
    probes,
    scaling,
    scheduling,
    startup,
    storage,
    volumes,
)
from cases.builders.world import NOW, CaseSpec, World, baseline, site
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic.controllers import identity
from midwatch.evals.synthetic.files import to_yaml
from midwatch.evals.synthetic.values import Obj, part, parts, stamp

_FAMILIES = (
    admission,
    scheduling,
    images,
    configuration,
    startup,
    probes,
    crashes,
    networking,
    storage,
    volumes,
    nodes,
    control_plane,
    jobs,
    scaling,
    lifecycle,
    dependencies,
)
MANIFESTS = Path(__file__).parents[1] / "manifests"
"""Where the committed cases lie."""
ALL: tuple[CaseSpec, ...] = tuple(case for family in _FAMILIES for case in family.CASES)


def write_all(folder: Path) -> None:
    """Write the baseline and every case anew."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / "baseline.yaml").write_text(to_yaml(baseline(site())), encoding="utf-8")
    for case in ALL:
        _write_case(folder / case.name, case)


def _write_case(folder: Path, case: CaseSpec) -> None:
    folder.mkdir()
    culprit, broken, logs = _build(case, broken=True)
    _, repaired, repaired_logs = _build(case, broken=False)
    common = [each for each in broken if each in repaired]
    if common:
        _write_objects(folder / "common.yaml", common)
    _write_twin(folder, "broken", [each for each in broken if each not in common], logs)
    _write_twin(folder, "repaired", [each for each in repaired if each not in common], repaired_logs)
    (folder / "expected.yaml").write_text(_expected(case, culprit), encoding="utf-8")


def _expected(case: CaseSpec, culprit: Ref) -> str:
    expected: Obj = {"title": case.title, "now": stamp(NOW), "verdict": "fault", "cause": case.cause}
    if case.accept:
        expected["accept"] = list(case.accept)
    where = {"namespace": culprit.namespace} if culprit.namespace else {}
    expected["culprit"] = {"kind": culprit.kind, **where, "name": culprit.name}
    expected["repaired"] = list(case.repaired)
    return yaml.safe_dump(expected, sort_keys=False, width=110)


def _build(case: CaseSpec, *, broken: bool) -> tuple[Ref, list[Obj], Mapping[str, str]]:
    """The culprit, and what one twin has beyond the baseline."""
    here = site()
    world = World(broken, here, {identity(each): each for each in baseline(here)})
    culprit = case.build(world)
    return culprit, [_readable(each) for each in world.finished()], world.logs


def _write_twin(folder: Path, name: str, objects: Sequence[Obj], logs: Mapping[str, str]) -> None:
    _write_objects(folder / f"{name}.yaml", objects)
    for path, text in logs.items():
        target = folder / f"{name}.logs" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _write_objects(path: Path, objects: Sequence[Obj]) -> None:
    path.write_text(to_yaml(objects), encoding="utf-8")


def _readable(found: Obj) -> Obj:
    """Secrets with their keys and a placeholder for each value."""
    if found["kind"] != "Secret":
        return found
    head = part(found, "metadata")
    keys: Sequence[str] = [
        key for key in part(parts(head, "managedFields")[0], "fieldsV1", "f:data") if key != "."
    ]
    data = {key.removeprefix("f:"): "UkVEQUNURUQ=" for key in keys}
    return found | {"metadata": {k: v for k, v in head.items() if k != "managedFields"}, "data": data}
