"""The whole investigation, from manifests to a report."""

from __future__ import annotations

import asyncio

import jsonschema
import msgspec
import pytest

from midwatch.app import Investigation, investigate
from midwatch.causes.report import report_of
from midwatch.domain.diagnosis import Verdict
from midwatch.domain.query import LogsQuery, ResourcesQuery
from midwatch.domain.report import Report
from midwatch.domain.resource import Ref
from midwatch.domain.text import Language
from midwatch.settings import Settings
from midwatch.workflow.state import Scope
from tests.flows.shop import app, healthy, namespace, node
from tests.memory import MemorySource

CRASHED = (
    'waiting: {reason: CrashLoopBackOff, message: "back-off 5m0s restarting failed container"}',
    'terminated: {exitCode: 1, reason: Error, finishedAt: "2026-01-01T03:07:05Z"}',
)


def look(source: MemorySource, question: str = "", *namespaces: str) -> Investigation:
    return asyncio.run(investigate(source, Scope(frozenset(namespaces), question), Settings()))


def crashing(name: str, *, port: int = 8080, env: dict[str, str] | None = None) -> str:
    state, last = CRASHED
    return app(name, port=port, env=env, ready=False, restarts=9, state=state, last_state=last)


def test_a_healthy_cluster_is_healthy_and_nothing_else() -> None:
    found = look(MemorySource(healthy()))
    assert found.diagnosis.verdict is Verdict.HEALTHY
    assert found.diagnosis.hypotheses == ()
    assert [each for each in found.diagnosis.findings if each.severity != "info"] == []
    assert found.diagnosis.unchecked == ()


def test_without_permission_for_events_nothing_is_called_healthy() -> None:
    found = look(MemorySource(healthy(), denied=["Event"]))
    assert found.diagnosis.verdict is Verdict.INCONCLUSIVE
    assert any("events" in each.what and each.state == "denied" for each in found.diagnosis.unchecked)


def test_a_crashing_database_explains_its_failing_clients() -> None:
    cluster = (
        node("node-1")
        + namespace("shop")
        + crashing("database", port=5432)
        + crashing("orders", env={"DATABASE_HOST": "database", "DATABASE_PORT": "5432"})
    )
    refused = "ERROR could not connect to database: dial tcp 10.96.0.8:5432: connect: connection refused\n"
    fatal = "PANIC: could not locate a valid checkpoint record\n"
    source = MemorySource(
        cluster,
        logs={
            ("orders-abc123-x1", "orders", True): refused * 5,
            ("database-abc123-x1", "database", True): fatal,
        },
    )
    found = look(source)
    assert found.diagnosis.verdict is Verdict.FAULT
    assert found.diagnosis.faults == 1
    root = found.diagnosis.hypotheses[0]
    assert root.culprit == Ref("Deployment", "shop", "database")
    assert Ref("Deployment", "shop", "orders") in {culprit for _, culprit in root.explains}


def test_two_unrelated_faults_are_two_faults() -> None:
    cluster = node("node-1") + namespace("shop") + crashing("alpha") + crashing("omega")
    found = look(MemorySource(cluster))
    named = {each.culprit.name for each in found.diagnosis.hypotheses[: found.diagnosis.faults]}
    assert named == {"alpha", "omega"}


def test_a_question_puts_what_it_names_first() -> None:
    cluster = node("node-1") + namespace("shop") + crashing("alpha") + crashing("omega")
    for name in ("alpha", "omega"):
        found = look(MemorySource(cluster), f"why does {name} fail?")
        assert found.diagnosis.faults == 1
        assert found.diagnosis.hypotheses[0].culprit.name == name


def test_each_kind_is_listed_once_and_further_queries_are_bounded() -> None:
    cluster = node("node-1") + namespace("shop") + "".join(crashing(f"app-{index}") for index in range(60))
    source = MemorySource(cluster)
    look(source)
    lists = [each for each in source.asked if isinstance(each, ResourcesQuery)]
    logs = [each for each in source.asked if isinstance(each, LogsQuery)]
    settings = Settings()
    assert len(lists) == len(set(lists))
    assert 0 < len(logs) <= settings.steps * settings.queries_per_step
    assert len(logs) == len(set(logs))


def test_a_namespace_scope_asks_for_that_namespace_only() -> None:
    source = MemorySource(healthy())
    look(source, "", "shop")
    lists = [each for each in source.asked if isinstance(each, ResourcesQuery)]
    namespaced = {each.namespace for each in lists if each.kind == "Pod"}
    assert namespaced == {"shop"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_fits_its_published_schema_and_cites_only_what_it_lists(language: Language) -> None:
    found = look(MemorySource(node("node-1") + namespace("shop") + crashing("alpha")))
    report = report_of(found.diagnosis, source="memory", taken_at=found.taken_at, language=language, version="1")
    document = msgspec.json.decode(msgspec.json.encode(report))
    jsonschema.validate(document, msgspec.json.schema(Report))
    known = {each.id for each in report.evidence}
    cited = {each for item in (*report.hypotheses, *report.findings) for each in item.evidence}
    assert report.hypotheses
    assert all(each.evidence for each in report.hypotheses)
    assert cited <= known


def test_the_same_evidence_gives_the_same_report() -> None:
    cluster = node("node-1") + namespace("shop") + crashing("alpha") + crashing("omega")
    one, other = (look(MemorySource(cluster)).diagnosis for _ in range(2))
    assert one.hypotheses == other.hypotheses
    assert one.findings == other.findings
