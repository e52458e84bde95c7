"""Requests with fields that do not exist, occur twice or have the wrong type."""

from __future__ import annotations

import pytest

from midwatch.lab import schema
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import CONFIG_MAP, DEPLOYMENT, EVENT, Kind
from tests.lab.schema.conftest import Obj

NUMBER = "json: cannot unmarshal number into Go struct field"
ARRAY = "json: cannot unmarshal array into Go struct field"
GOOD: Obj = {
    "metadata": {"name": "x"},
    "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "c"}]}}},
}


def test_an_object_without_surprises_passes_unchanged():
    assert schema.decode(DEPLOYMENT, GOOD, schema.STRICT, b'{"spec": {"replicas": 1}}') == (GOOD, [])


def test_unknown_fields_are_refused_reported_or_dropped():
    odd = {"spec": {"foo": 1, "template": {"spec": {"containers": [{"name": "c", "imag": "x"}]}}}}
    texts = ['unknown field "spec.foo"', 'unknown field "spec.template.spec.containers[0].imag"']
    with pytest.raises(ApiError) as caught:
        schema.decode(DEPLOYMENT, odd, schema.STRICT)
    assert (caught.value.code, caught.value.reason) == (400, "BadRequest")
    wanted = f"strict decoding error: {', '.join(texts)}"
    assert caught.value.message == f'Deployment in version "v1" cannot be handled as a Deployment: {wanted}'
    kept = {"spec": {"template": {"spec": {"containers": [{"name": "c"}]}}}}
    assert schema.decode(DEPLOYMENT, odd, schema.WARN) == (kept, texts)
    assert schema.decode(DEPLOYMENT, odd, schema.IGNORE) == (kept, [])


def test_a_key_that_occurs_twice_is_found_in_the_text():
    body = b'{"spec": {"replicas": 1, "replicas": 2, "template": {"spec": {"containers": [{"a": 1, "a": 2}]}}}}'
    found = schema.duplicates(body)
    assert found == ['duplicate field "spec.replicas"', 'duplicate field "spec.template.spec.containers[0].a"']


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (
            {"spec": {"replicas": "3"}},
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            {"spec": {"template": {"spec": {"containers": [{"env": [{"value": 5}]}]}}}},
            f"{NUMBER} EnvVar.spec.template.spec.containers.env.value of type string",
        ),
        (
            {"spec": {"template": []}},
            f"{ARRAY} DeploymentSpec.spec.template of type v1.PodTemplateSpec",
        ),
        (
            {"metadata": {"labels": {"a": True}}},
            "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels.a of type string",
        ),
        (
            {"spec": {"template": {"spec": {"containers": [{"resources": {"limits": {"cpu": "1x"}}}]}}}},
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
    ],
)
def test_wrong_types_are_refused_whatever_the_mode(body: Obj, wanted: str):
    with pytest.raises(ApiError) as caught:
        schema.decode(DEPLOYMENT, body, schema.IGNORE)
    assert caught.value.message == f'Deployment in version "v1" cannot be handled as a Deployment: {wanted}'


def test_nulls_and_whole_numbers_are_fine():
    found, _ = schema.decode(DEPLOYMENT, {"spec": {"replicas": 2.0, "paused": None}}, schema.STRICT)
    assert found == {"spec": {"replicas": 2.0}}
    assert schema.check_fields(EVENT, {"reason": "a", "eventTime": None, "count": 1}) == []
    assert schema.check_fields(CONFIG_MAP, {"data": {"any": "key"}}) == []


def test_custom_fields_are_known_from_their_schema_only():
    widget = Kind("example.com", "v1", "Widget", "widgets", custom=True)
    body = {"metadata": {"name": "x", "nam": "y"}, "spec": {"a": {"b": 1}, "c": 2}}
    assert schema.check_fields(widget, body) == []
    free = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema.register_custom(
        widget, {"type": "object", "properties": {"spec": {"type": "object", "properties": {"a": free}}}}
    )
    found, texts = schema.prune(widget, body)
    assert texts == ['unknown field "metadata.nam"', 'unknown field "spec.c"']
    assert found["spec"] == {"a": {"b": 1}}
    schema.unregister(widget)
