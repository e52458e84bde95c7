"""The bundled demo is what its builder builds, and tells the story that it is meant to tell."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import midwatch
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.containers import EnvVar
from midwatch.domain.kube.networking import EndpointSlice
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.workloads import Deployment, ReplicaSet
from midwatch.domain.resource import Ref
from tests.builders import inventory_of

ROOT = Path(__file__).parents[2]
DEMO = Path(midwatch.__file__).parent / "data" / "demo"


def _files(folder: Path) -> dict[str, str]:
    found = (each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): each.read_text(encoding="utf-8") for each in found}


@cache
def _inventory() -> Inventory:
    return inventory_of(*(each.read_text(encoding="utf-8") for each in sorted(DEMO.rglob("*.yaml"))))


def test_the_committed_snapshot_is_what_the_builder_builds(tmp_path: Path) -> None:
    build = ROOT / "examples" / "demo" / "build.py"
    subprocess.run([sys.executable, build, tmp_path / "demo"], check=True)
    assert _files(tmp_path / "demo") == _files(DEMO)


def test_the_snapshot_is_small() -> None:
    assert sum(len(text.encode()) for text in _files(DEMO).values()) < 600_000


def test_the_two_revisions_of_payments_differ_in_one_variable() -> None:
    inventory = _inventory()
    top = inventory.get(Deployment, "shop", "payments")
    assert top is not None
    old, new = (each for each in inventory.all(ReplicaSet) if inventory.owner(each) == top.ref)
    before, after = (each.spec.template.spec.containers[0] for each in (old, new))
    changed = [(was, now) for was, now in zip(before.env, after.env, strict=True) if was != now]
    assert changed == [(EnvVar(name="LEDGER_DB_PORT", value="5432"), EnvVar(name="LEDGER_DB_PORT", value="5433"))]
    assert before.image == after.image


def test_payments_and_checkout_have_no_ready_endpoint_and_the_others_have() -> None:
    slices = {each.metadata.labels["kubernetes.io/service-name"]: each for each in _inventory().all(EndpointSlice)}
    dark = {name for name, each in slices.items() if not any(end.conditions.ready for end in each.endpoints)}
    assert dark == {"payments", "checkout"}


def test_every_log_belongs_to_a_container_of_a_pod() -> None:
    inventory = _inventory()
    found = list((DEMO / "logs").rglob("*.log"))
    assert found
    for each in found:
        namespace, pod, name = each.relative_to(DEMO / "logs").parts
        owner = inventory.find(Ref("Pod", namespace, pod))
        assert isinstance(owner, Pod)
        assert name.removesuffix(".log").removesuffix(".previous") in {c.name for c in owner.spec.containers}
