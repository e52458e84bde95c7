"""The OpenAPI definitions of Kubernetes' own types, and of the custom ones that a cluster added.

Source: kubernetes/api/openapi-spec (see data/schemas/NOTICE).
"""

from __future__ import annotations

import lzma
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_CUSTOM: dict[Kind, Obj] = {}


@cache
def _bundle() -> Obj:
    data = files("midwatch").joinpath("data", "schemas", "kubernetes.json.xz").read_bytes()
    return msgspec.json.decode(lzma.decompress(data))


def definitions() -> Mapping[str, Obj]:
    """All definitions by name (`io.k8s.api.apps.v1.Deployment`). Decompressed on first use: some 50 ms."""
    return _bundle()["definitions"]


@cache
def _names() -> Mapping[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    for name, schema in definitions().items():
        marks: list[Obj] = schema.get("x-kubernetes-group-version-kind") or []
        if len(marks) == 1:
            found[marks[0]["group"], marks[0]["version"], marks[0]["kind"]] = name
    return found


def name_for(group: str, version: str, kind: str) -> str | None:
    """The name of the definition of a built-in type, None when there is none."""
    return _names().get((group, version, kind))


def custom_name(kind: Kind) -> str:
    """The name under which a custom type is published: `com.example.v1.Widget`.

    Source: k8s.io/kube-openapi/pkg/util/util.go (ToRESTFriendlyName).
    """
    return ".".join([*reversed(kind.group.split(".")), kind.version, kind.kind])


def custom_schema(kind: Kind) -> Obj | None:
    """The structural schema (`openAPIV3Schema`) of a custom type that is registered."""
    return _CUSTOM.get(kind)


def remember(kind: Kind, schema: Mapping[str, Any]) -> None:
    """Know a custom type's schema from now on."""
    _CUSTOM[kind] = dict(schema)


def forget(kind: Kind) -> None:
    """Know it no longer."""
    _CUSTOM.pop(kind, None)
