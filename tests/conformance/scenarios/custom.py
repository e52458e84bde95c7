"""Custom resources: established, served, validated, taken away.

Source: k8s.io/apiextensions-apiserver/pkg/registry/customresource, pkg/apiserver/validation/validation.go,
pkg/controller/{status,establish,finalizer}.
"""

from __future__ import annotations

from tests.conformance.talk import MERGE, Talk, loaded

_DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.NS.example.com}
spec:
  group: NS.example.com
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget, shortNames: [gd]}
  conversion: {strategy: None}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
    schema: &schema
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: integer, minimum: 1, maximum: 9}
              color: {type: string, enum: [red, green], default: red}
              name: {type: string, pattern: '^[a-z]+$', maxLength: 5}
          status: {type: object, properties: {size: {type: integer}}}
  - {name: v1beta1, served: true, storage: false, deprecated: true, schema: *schema}
"""


def custom_resources(talk: Talk) -> None:
    """A definition without conversion, and objects good and bad."""
    definitions, group = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", f"{talk.namespace}.example.com"
    name = f"gadgets.{group}"
    talk.ask("define", "POST", definitions, loaded(_DEFINITION, talk), code=201)
    try:
        path = f"{talk.group(f'{group}/v1')}/gadgets"
        talk.until(path, lambda reply: reply.code == 200, "the definition is established")
        _objects(talk, path, group)
        _versions(talk, path)
    finally:
        talk.quiet("DELETE", f"{definitions}/{name}")
    talk.until(path, lambda reply: reply.code == 404, "the resource is taken away")
    talk.ask("the page is gone", "GET", path, code=404)


def _objects(talk: Talk, path: str, group: str) -> None:
    head = {"apiVersion": f"{group}/v1", "kind": "Gadget"}
    made = talk.ask(
        "create", "POST", path, {**head, "metadata": {"name": "one"}, "spec": {"size": 3, "more": 1}}, code=201
    )
    assert made["spec"] == {"size": 3, "color": "red"}
    why = f'Gadget.{group} "two" is invalid: '

    def bad(label: str, spec: dict[str, object], message: str) -> None:
        body = {**head, "metadata": {"name": "two"}, "spec": spec}
        talk.refused(label, "POST", path, body, code=422, reason="Invalid", message=why + message)

    bad(
        "too large",
        {"size": 10},
        "spec.size: Invalid value: 10: spec.size in body should be less than or equal to 9",
    )
    bad("missing", {}, "spec.size: Required value")
    bad(
        "another colour", {"size": 1, "color": "blue"},
        'spec.color: Unsupported value: "blue": supported values: "red", "green"',
    )  # fmt: skip
    bad(
        "a text", {"size": "1"},
        'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    )  # fmt: skip
    bad(
        "a pattern", {"size": 1, "name": "A"},
        "spec.name: Invalid value: \"A\": spec.name in body should match '^[a-z]+$'",
    )  # fmt: skip
    talk.ask("status", "PATCH", f"{path}/one/status", {"status": {"size": 2}}, media=MERGE)
    talk.ask("scale", "PATCH", f"{path}/one/scale", {"spec": {"replicas": 5}}, media=MERGE)
    assert talk.ask("scaled", "GET", f"{path}/one")["spec"]["size"] == 5


def _versions(talk: Talk, path: str) -> None:
    older = path.replace("/v1/", "/v1beta1/")
    found = talk.ask("the older version", "GET", f"{older}/one")
    assert found["apiVersion"].endswith("/v1beta1")
    assert "is deprecated" in talk.heard[-1].said["warning"]


SCENARIOS = (custom_resources,)
