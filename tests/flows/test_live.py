"""Against a real HTTP API server: what a diagnosis costs does not depend on what it finds."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import yaml

from midwatch.app import Target, diagnose
from midwatch.domain.report import Report
from midwatch.settings import Settings
from midwatch.workflow.state import Scope
from tests.flows.shop import healthy, namespace, node
from tests.flows.test_diagnose import crashing
from tests.sources.fake_api import FakeApi


async def _run(manifests: str, folder: Path, denied: tuple[str, ...]) -> tuple[Report, list[str], set[str]]:
    async with FakeApi() as api:
        for document in yaml.safe_load_all(manifests):
            if document:
                api.add(document)
        for path in denied:
            api.deny(path)
        settings = Settings().model_copy(update={"kubeconfig": api.kubeconfig(folder)})
        report = await diagnose(Target(), Scope(), settings, "en")
        return report, api.paths(), {each.method for each in api.requests}


def run(manifests: str, folder: Path, *denied: str) -> tuple[Report, list[str], set[str]]:
    """The report, the paths that were asked for, and the HTTP methods used."""
    return asyncio.run(_run(manifests, folder, denied))


def lists(paths: list[str]) -> Counter[str]:
    return Counter(each for each in paths if "/log" not in each)


def test_requests_do_not_grow_with_findings(tmp_path: Path) -> None:
    base = node("node-1") + namespace("shop")
    few, few_paths, _ = run(base + crashing("one"), tmp_path)
    many, many_paths, _ = run(base + "".join(crashing(f"app-{index}") for index in range(80)), tmp_path)
    assert few.verdict == many.verdict == "fault"
    assert len(many.findings) > 3 * len(few.findings)
    assert lists(few_paths) == lists(many_paths)
    settings = Settings()
    assert sum("/log" in each for each in many_paths) <= settings.steps * settings.queries_per_step


def test_only_get_is_ever_sent(tmp_path: Path) -> None:
    _, _, methods = run(healthy(), tmp_path)
    assert methods == {"GET"}


def test_denied_kinds_are_named_and_never_called_healthy(tmp_path: Path) -> None:
    report, _, _ = run(healthy(), tmp_path, "/api/v1/events")
    assert report.verdict == "inconclusive"
    assert any(each.state == "denied" and "events" in each.what for each in report.unchecked)
    assert any("events" in each for each in report.next_steps)


def test_a_healthy_live_cluster_is_healthy(tmp_path: Path) -> None:
    report, _, _ = run(healthy(), tmp_path)
    assert (report.verdict, report.hypotheses) == ("healthy", [])
