"""Values of Secrets are forgotten, wherever they stand."""

from __future__ import annotations

import json

from midwatch.domain.kube.cluster import Secret
from midwatch.domain.kube.decode import decode_page
from midwatch.sources.secrets import page_without_values
from tests.sources.objects import secret


def test_values_go_and_key_names_stay() -> None:
    page = json.dumps({"kind": "SecretList", "items": [secret("db"), {"metadata": {"name": "bare"}}, 5]}).encode()
    clean = page_without_values(page)
    assert b"aHVudGVyMg" not in clean
    assert page_without_values(clean) == clean
    found = decode_page(clean, "Secret").objects
    assert [(each.name, each.keys) for each in found if isinstance(each, Secret)] == [
        ("db", ("password",)),
        ("bare", None),
    ]
    assert found[0].metadata.annotations == {"team": "shop"}


def test_long_annotations_may_be_copies_under_any_name() -> None:
    odd = secret("db")
    odd["metadata"] = {"name": "db", "annotations": {"backup": "x" * 500, "note": "short", "odd": 5}}
    clean = json.loads(page_without_values(json.dumps({"items": [odd]}).encode()))
    assert clean["items"][0]["metadata"]["annotations"] == {"note": "short"}
