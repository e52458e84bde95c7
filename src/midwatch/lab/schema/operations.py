"""The operations on one kind, as the API's description lists them.

Source: k8s.io/apiserver/pkg/endpoints/installer.go (registerResourceHandlers).
"""

from __future__ import annotations

from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj

_DRY = ("dryRun", "When present, indicates that modifications should not be persisted.")
_MANAGER = ("fieldManager", "A name associated with the actor or entity that is making these changes.")
_VALIDATION = ("fieldValidation", "How the server handles unknown and duplicate fields: Ignore, Warn or Strict.")
_FORCE = ("force", 'Force is going to "force" Apply requests.')
_PATCHES = (
    "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
)  # fmt: skip
_ANY = ("application/json", "application/yaml")


def paths_of(kind: Kind, name: str, prefix: str, *, body: bool) -> Obj:
    """Paths with their operations. `name` is the kind's schema; `body` asks for OpenAPI v3's `requestBody`."""
    make = _Maker(kind, prefix, body)
    space = f"{kind.base}/namespaces/{{namespace}}" if kind.namespaced else kind.base
    many, one = f"{space}/{kind.plural}", f"{space}/{kind.plural}/{{name}}"
    found: Obj = {
        many: {
            "get": make("list", f"{name}List"),
            "post": make("post", name, name),
            "delete": make("deletecollection", ""),
        },
        one: _single(make, name),
    }
    if kind.namespaced:
        found[f"{kind.base}/{kind.plural}"] = {"get": make("list", f"{name}List")}
    for each in kind.subresources:
        if each == "status":
            found[f"{one}/status"] = {key: value for key, value in _single(make, name).items() if key != "delete"}
    return found


def _single(make: _Maker, name: str) -> Obj:
    return {
        "get": make("get", name),
        "put": make("put", name, name),
        "patch": make("patch", name, name),
        "delete": make("delete", ""),
    }


class _Maker:
    """Makes operations on one kind."""

    def __init__(self, kind: Kind, prefix: str, body: bool) -> None:
        self._mark = {"group": kind.group, "version": kind.version, "kind": kind.kind}
        self._prefix = prefix
        self._body = body

    def __call__(self, action: str, answer: str, request: str = "") -> Obj:
        found: Obj = {"x-kubernetes-action": action, "x-kubernetes-group-version-kind": self._mark}
        parameters = [self._parameter(*each) for each in _parameters(action)]
        if request:
            types = _PATCHES if action == "patch" else _ANY
            if self._body:
                found["requestBody"] = {"content": {each: {"schema": self._reference(request)} for each in types}}
            else:
                parameters.append(
                    {"name": "body", "in": "body", "required": True, "schema": self._reference(request)}
                )
                found["consumes"] = list(types)
        if parameters:
            found["parameters"] = parameters
        return {**found, "responses": {"200": self._answer(answer)}}

    def _answer(self, answer: str) -> Obj:
        if not answer:
            return {"description": "OK"}
        if self._body:
            schema = {"schema": self._reference(answer)}
            return {"description": "OK", "content": {"application/json": schema}}
        return {"description": "OK", "schema": self._reference(answer)}

    def _reference(self, name: str) -> Obj:
        return {"$ref": f"{self._prefix}{name}"}

    def _parameter(self, name: str, description: str) -> Obj:
        kind = "boolean" if name == "force" else "string"
        found = {"name": name, "in": "query", "description": description, "uniqueItems": True}
        if not self._body:
            return {**found, "type": kind}
        return {key: value for key, value in found.items() if key != "uniqueItems"} | {"schema": {"type": kind}}


def _parameters(action: str) -> tuple[tuple[str, str], ...]:
    if action == "patch":
        return (_DRY, _MANAGER, _VALIDATION, _FORCE)
    return (_DRY, _MANAGER, _VALIDATION) if action in ("post", "put") else ()
