"""The comparison itself: two labs agree, and an answer that was altered is found."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.conformance.client import Client, Reply
from tests.conformance.differences import differences
from tests.conformance.scenarios import ALL
from tests.conformance.scenarios.objects import life_of_an_object
from tests.conformance.servers import real_server, served_lab
from tests.conformance.talk import talking


@dataclass(frozen=True, slots=True)
class Altered(Client):
    """A server that says `word` wherever the lab says `instead`."""

    instead: bytes = b""
    word: bytes = b""

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Reply:
        found = Client.ask(self, method, path, body, headers)
        return replace(found, body=found.body.replace(self.instead, self.word))


def test_a_second_lab_in_the_place_of_the_real_server_answers_alike(
    lab: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served_lab(tmp_path) as kubeconfig:
        monkeypatch.setenv("KUBECONFIG_REAL", str(kubeconfig))
        with real_server(tmp_path) as second:
            assert second is not None
            assert second.server != lab.server
            for scenario in ALL:
                with talking(lab) as ours, talking(second) as theirs:
                    scenario(ours)
                    scenario(theirs)
                assert differences(ours.heard, theirs.heard) == [], scenario.__name__


@pytest.mark.parametrize(
    ("instead", "word", "path"),
    [
        (b'"app":"a"', b'"app":"a","more":"x"', ".content.metadata.labels.more"),
        (b'"key":"two"', b'"key":"three"', ".content.data.key"),
        (b'configmaps \\"one\\" not found', b"no such thing", ".content.message"),
    ],
)
def test_an_altered_answer_is_found_with_its_step_and_field(
    instead: bytes, word: bytes, path: str, lab: Client
) -> None:
    context: ssl.SSLContext = lab.context
    altered = Altered(lab.server, context, lab.headers, instead, word)
    with talking(lab) as ours, talking(altered) as theirs:
        life_of_an_object(ours)
        try:
            life_of_an_object(theirs)
        except AssertionError:  # what Kubernetes says is demanded of every server
            ours.heard = ours.heard[: len(theirs.heard)]
    found = differences(ours.heard, theirs.heard)
    assert path in {each.path for each in found}
    assert all(each.step and each.lab != each.real for each in found)


def test_a_run_that_stopped_early_is_a_difference(lab: Client) -> None:
    with talking(lab) as talk:
        life_of_an_object(talk)
    assert [each.path for each in differences(talk.heard, talk.heard[:2])] == ["steps"]


def test_without_a_real_server_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG_REAL", raising=False)
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    with real_server(tmp_path) as found:
        assert found is None
