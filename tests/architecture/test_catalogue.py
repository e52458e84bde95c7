"""The catalogue of causes is complete, bilingual and consistent with what detectors claim."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import midwatch
from midwatch.causes.catalogue import CATALOGUE, cause_of
from midwatch.causes.refine import refined_by
from midwatch.errors import UnknownName

SOURCE = Path(midwatch.__file__).parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_there_are_at_least_ninety_causes() -> None:
    assert len(CATALOGUE) >= 90


def test_every_cause_says_what_proves_and_refutes_it_in_both_languages() -> None:
    for cause in CATALOGUE.values():
        texts = (cause.title, cause.proven_by, cause.refuted_by, *cause.fixes)
        assert cause.fixes, cause.id
        assert cause.links, cause.id
        assert cause.culprits, cause.id
        assert all(each.en and CHINESE.search(each.zh) for each in texts), cause.id


def test_refinements_name_causes_that_exist_and_never_form_circles() -> None:
    for cause in CATALOGUE.values():
        assert set(cause.refines) <= set(CATALOGUE), cause.id
        assert cause.id not in refined_by(cause.id)
        assert all(cause.id not in refined_by(each) for each in refined_by(cause.id)), cause.id


def test_every_cause_that_code_claims_is_in_the_catalogue() -> None:
    named = re.compile(r'Claim\(\s*"([a-z0-9-]+)"')
    for path in (SOURCE / "detectors").glob("*.py"):
        for cause in named.findall(path.read_text(encoding="utf-8")):
            assert cause in CATALOGUE, f"{path.name} claims {cause}"


def test_an_unknown_cause_is_named_in_the_error() -> None:
    with pytest.raises(UnknownName, match="no-such-cause"):
        cause_of("no-such-cause")
