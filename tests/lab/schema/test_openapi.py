"""The API's description of itself."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from midwatch.lab import schema
from midwatch.lab.core.kinds import BUILT_IN, Kind
from midwatch.lab.schema.definitions import definitions
from midwatch.lab.schema.types import Form, type_of

ROOT = Path(__file__).parents[3]


def test_every_built_in_kind_has_a_schema():
    assert [each.kind for each in BUILT_IN if type_of(each).form is not Form.STRUCT] == []


def test_the_index_names_every_group_with_a_hash():
    paths = schema.openapi_v3_index()["paths"]
    assert {f"api{'s/' + each.group if each.group else ''}/{each.version}" for each in BUILT_IN} == set(paths)
    assert paths["apis/apps/v1"]["serverRelativeURL"].startswith("/openapi/v3/apis/apps/v1?hash=")


def test_a_group_is_described_completely():
    found = json.loads(schema.openapi_v3("apps", "v1") or b"")
    known = found["components"]["schemas"]
    deployment = known["io.k8s.api.apps.v1.Deployment"]
    assert deployment["x-kubernetes-group-version-kind"] == [
        {"group": "apps", "kind": "Deployment", "version": "v1"}
    ]
    assert "io.k8s.api.core.v1.PodTemplateSpec" in known
    text = json.dumps(found)
    referred = {each.split('"')[0] for each in text.split("#/components/schemas/")[1:]}
    assert referred <= set(known)
    patch = found["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    assert patch["x-kubernetes-action"] == "patch"
    assert "fieldValidation" in {each["name"] for each in patch["parameters"]}
    assert schema.openapi_v3("apps", "v2") is None


def test_version_2_is_one_document():
    found = json.loads(schema.openapi_v2())
    assert found["swagger"] == "2.0"
    assert (
        found["definitions"]["io.k8s.api.core.v1.Container"]["properties"]["env"]["x-kubernetes-patch-merge-key"]
        == "name"
    )


def test_custom_types_are_described_with_their_schema():
    widget = Kind("example.com", "v1", "Widget", "widgets", custom=True)
    inner = {"type": "object", "properties": {"size": {"type": "integer", "description": "How big."}}}
    schema.register_custom(widget, {"type": "object", "properties": {"spec": inner}})
    served = [*BUILT_IN, widget]
    assert "apis/example.com/v1" in schema.openapi_v3_index(served)["paths"]
    found = json.loads(schema.openapi_v3("example.com", "v1", served) or b"")
    one = found["components"]["schemas"]["com.example.v1.Widget"]
    assert one["properties"]["spec"]["properties"]["size"]["description"] == "How big."
    assert "com.example.v1.WidgetList" in found["components"]["schemas"]
    schema.unregister(widget)


def test_the_builder_turns_the_validators_schemas_back(tmp_path: Path):
    spec = importlib.util.spec_from_file_location("build", ROOT / "examples" / "schemas" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    folder = tmp_path / "kubernetes-json-schema" / "v1.34.0-local"
    folder.mkdir(parents=True)
    mark = {"group": "", "version": "v1", "kind": "A"}
    one = {
        "type": ["object", "null"],
        "properties": {"kind": {"type": ["string", "null"], "enum": ["A"]}, "b": {"$ref": "#/$defs/x.v1.B"}},
        "x-kubernetes-group-version-kind": [mark],
    }
    (folder / "_definitions.json").write_text(json.dumps({"$defs": {"x.v1.A": one}}))
    import lzma

    found = json.loads(lzma.decompress(build.build(tmp_path)))
    assert found["definitions"]["x.v1.A"] == {
        "type": "object",
        "properties": {"kind": {"type": "string"}, "b": {"$ref": "x.v1.B"}},
        "x-kubernetes-group-version-kind": [mark],
    }


def test_the_bundle_says_where_it_comes_from():
    notice = (ROOT / "src" / "midwatch" / "data" / "schemas" / "NOTICE").read_text()
    assert "Apache License, Version 2.0" in notice
    assert len(definitions()) > 700
