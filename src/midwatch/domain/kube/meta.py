"""What every Kubernetes object has (k8s.io/apimachinery/pkg/apis/meta/v1/types.go)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, TypeAlias

import msgspec

from midwatch.domain.resource import Ref

Time: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with its zone; one without is read as UTC."""


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """A part of an object. Every field has a default: the API omits what is empty."""


class OwnerReference(Part, frozen=True):
    """Points to the owner inside the same namespace."""

    api_version: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class ManagedFields(Part, frozen=True):
    """Who last wrote some fields, when, with which verb; the field set itself is not kept."""

    manager: str = ""
    operation: str = ""
    subresource: str = ""
    time: Time | None = None


class ObjectMeta(Part, frozen=True):
    """Standard metadata."""

    name: str = ""
    namespace: str = ""
    generate_name: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    creation_timestamp: Time | None = None
    deletion_timestamp: Time | None = None
    deletion_grace_period_seconds: int | None = None
    finalizers: tuple[str, ...] = ()
    owner_references: tuple[OwnerReference, ...] = ()
    managed_fields: tuple[ManagedFields, ...] = ()


class Condition(Part, frozen=True):
    """A condition of any kind; `status` is `True`, `False` or `Unknown`."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: Time | None = None
    last_update_time: Time | None = None
    last_heartbeat_time: Time | None = None
    observed_generation: int | None = None


class LabelRequirement(Part, frozen=True):
    """One `matchExpressions` entry: operator In, NotIn, Exists, DoesNotExist, Gt or Lt."""

    key: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()


class LabelSelector(Part, frozen=True):
    """Matches labels; an empty selector matches everything, an absent one nothing."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[LabelRequirement, ...] = ()


class KubeObject(Part, frozen=True):
    """An object with identity. Items of a LIST carry no kind of their own, so the class knows it (`KIND`)."""

    KIND: ClassVar[str] = ""

    api_version: str = ""
    kind: str = ""
    metadata: ObjectMeta = ObjectMeta()

    @property
    def ref(self) -> Ref:
        """Identity of this object."""
        return Ref(type(self).KIND or self.kind, self.metadata.namespace, self.metadata.name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name

    @property
    def namespace(self) -> str:
        """Its namespace, empty when cluster-scoped."""
        return self.metadata.namespace


class ObjectReference(Part, frozen=True):
    """A reference to another object, as events and claims carry it."""

    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    field_path: str = ""


class LocalReference(Part, frozen=True):
    """A reference by name inside the same namespace."""

    name: str = ""


class CustomResource(KubeObject, frozen=True):
    """An object of a kind midwatch has no class for: its spec and status as decoded JSON."""

    spec: dict[str, object] = {}
    status: dict[str, object] = {}
    conditions: tuple[Condition, ...] = ()
