"""What somebody wants to do, and how the API says that they may not.

Source: k8s.io/apiserver/pkg/authorization/authorizer/interfaces.go,
k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.registry import User


class Wanted(Protocol):
    """The least that says what is wanted of a resource."""

    @property
    def verb(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def resource(self) -> str: ...
    @property
    def namespace(self) -> str: ...


class Asked(Wanted, Protocol):
    """Anything with the fields of `Attributes`."""

    @property
    def subresource(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Attributes:
    """One action. It is about a resource when `resource` is filled, else about the URL `path`."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""


def full_resource(asked: Asked) -> str:
    """`pods`, or `pods/log`."""
    return f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource


def cannot(user: User, asked: Asked) -> str:
    """`User "x" cannot list resource "pods" in API group "" in the namespace "shop"`."""
    if not asked.resource:
        return f'User "{user.name}" cannot {asked.verb} path "{asked.path}"'
    where = f'in the namespace "{asked.namespace}"' if asked.namespace else "at the cluster scope"
    resource = full_resource(asked)
    return f'User "{user.name}" cannot {asked.verb} resource "{resource}" in API group "{asked.group}" {where}'


def refusal(user: User, asked: Asked, reason: str) -> ApiError:
    """403 for an action; `reason` is what the authoriser adds."""
    why = f"{cannot(user, asked)}: {reason}" if reason else cannot(user, asked)
    if not asked.resource:
        return ApiError(403, "Forbidden", f"forbidden: {why}", details={})
    what = f"{asked.resource}.{asked.group}" if asked.group else asked.resource
    if asked.name:
        what = f'{what} "{asked.name}"'
    details = {"name": asked.name, "group": asked.group, "kind": asked.resource}
    return ApiError(
        403,
        "Forbidden",
        f"{what} is forbidden: {why}",
        details={key: each for key, each in details.items() if each},
    )
