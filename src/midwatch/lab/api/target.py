"""What the path of a request names.

Source: k8s.io/apiserver/pkg/endpoints/request/requestinfo.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midwatch.lab.access.attributes import Attributes

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete", "GET": "get", "HEAD": "get"}
_OF_NAMESPACE = ("status", "finalize")


@dataclass(frozen=True, slots=True)
class Target:
    """A resource, an object or a subresource; only `path` is filled for anything else."""

    path: str
    group: str = ""
    version: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def is_resource(self) -> bool:
        """Whether it is about objects."""
        return bool(self.resource)


def target_of(path: str) -> Target:
    """Read a path such as `/apis/apps/v1/namespaces/shop/deployments/cart/scale`."""
    parts = [each for each in path.split("/") if each]
    if parts[:1] == ["api"] and len(parts) > 2:
        return _resource(path, "", parts[1], parts[2:])
    if parts[:1] == ["apis"] and len(parts) > 3:
        return _resource(path, parts[1], parts[2], parts[3:])
    return Target(path)


def _resource(path: str, group: str, version: str, parts: Sequence[str]) -> Target:
    namespace = ""
    if parts[0] == "namespaces" and len(parts) > 2 and not (not group and parts[2] in _OF_NAMESPACE):
        namespace, parts = parts[1], parts[2:]
    elif parts[0] == "namespaces" and not group and len(parts) > 1:
        namespace = parts[1]
    name = parts[1] if len(parts) > 1 else ""
    return Target(path, group, version, parts[0], namespace, name, "/".join(parts[2:]))


def verb_of(method: str, target: Target, query: Mapping[str, str]) -> str:
    """What is asked for, as authorisation and audit call it; the method in lower case where it is no resource."""
    if not target.is_resource:
        return method.lower()
    verb = _VERBS.get(method, "")
    if target.subresource or target.name:
        return verb
    if verb == "get":
        return "watch" if query.get("watch") in ("true", "1") else "list"
    return "deletecollection" if verb == "delete" else verb


def attributes_of(verb: str, target: Target) -> Attributes:
    """What is to be authorised."""
    if not target.is_resource:
        return Attributes(verb, path=target.path)
    return Attributes(
        verb, target.group, target.resource, target.subresource, target.namespace, target.name, target.path
    )
