"""The write path of the API server: prepare, default, admit, validate, store; delete with finalizers and grace.

Everybody writes through here: HTTP requests and controllers alike, so that a quota refuses a ReplicaSet's pod as
it refuses a person's.

Source: k8s.io/apiserver/pkg/registry/generic/registry/store.go, k8s.io/apiserver/pkg/registry/rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from midwatch.lab.core.clock import Clock
from midwatch.lab.core.errors import ApiError, bad_request, conflict, forbidden, modified, not_found
from midwatch.lab.core.kinds import NAMESPACE, POD, Kind, Kinds
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    meta,
    name_of,
    namespace_of,
    spec,
    stamp,
    status,
    uid_of,
    with_meta,
)
from midwatch.lab.core.store import Store

SUFFIX = "bcdfghjklmnpqrstvwxz2456789"  # k8s.io/apimachinery/pkg/util/rand: no vowels, no words
_NO_GENERATION = frozenset(
    {"ConfigMap", "Secret", "Event", "Lease", "ServiceAccount", "Endpoints", "Namespace", "Node"}
)
_REGISTERED_WITH_STATUS = frozenset({"Node"})  # kubernetes/pkg/registry/core/node/strategy.go


@dataclass(frozen=True, slots=True)
class User:
    """Who asks. `system` users (controllers, kubelets) are not subject to the simulation's authorisation."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    system: bool = False


def controller_user(name: str) -> User:
    """The account of one controller, as events and audit name it."""
    return User(f"system:serviceaccount:kube-system:{name}", ("system:serviceaccounts",), system=True)


ADMIN = User("kubernetes-admin", ("kubeadm:cluster-admins", "system:masters", "system:authenticated"), system=True)


@dataclass(frozen=True, slots=True)
class Request:
    """What admission decides about. `old` is None for CREATE, `obj` for DELETE is the object to be deleted."""

    operation: str
    kind: Kind
    namespace: str
    name: str
    obj: Obj
    old: Obj | None
    user: User
    dry_run: bool = False
    subresource: str = ""


class Admission(Protocol):
    """One admission plugin. Returns the object, changed or not; raises `ApiError` to refuse."""

    @property
    def name(self) -> str: ...
    def admit(self, request: Request) -> Obj: ...


Defaulter = Callable[[Kind, Obj], Obj]
Validator = Callable[[Kind, Obj, "Obj | None"], None]
"""Raises `ApiError` 422 (`invalid`) for a bad object; the third argument is the old one of an update."""


@dataclass
class Hooks:
    """What other packages plug into the write path, in the order of their use.

    `admission` may change the object, `validating` runs after the validators and may only refuse. `finalizers` are
    put on objects of a type when their deletion is asked for.
    """

    defaults: list[Defaulter] = field(default_factory=list[Defaulter])
    admission: list[Admission] = field(default_factory=list[Admission])
    validators: list[Validator] = field(default_factory=list[Validator])
    validating: list[Admission] = field(default_factory=list[Admission])
    finalizers: dict[Kind, str] = field(default_factory=dict[Kind, str])


class Registry:
    """Typed writes to the store, with the API's rules."""

    def __init__(self, clock: Clock, store: Store, kinds: Kinds, hooks: Hooks | None = None) -> None:
        self.clock = clock
        self.store = store
        self.kinds = kinds
        self.hooks = hooks or Hooks()
        self._random = clock.random("registry")

    def create(self, kind: Kind, obj: Obj, *, user: User = ADMIN, dry_run: bool = False) -> Obj:
        """Create an object; raises `ApiError`. A dry run does all but store."""
        prepared = self._prepared(kind, self._named(kind, obj))
        namespace, name = namespace_of(prepared), name_of(prepared)
        for default in self.hooks.defaults:
            prepared = default(kind, prepared)
        request = self._admitted(Request("CREATE", kind, namespace, name, prepared, None, user, dry_run))
        prepared = request.obj
        for validate in self.hooks.validators:
            validate(kind, prepared, None)
        self._checked(request)
        if dry_run:
            if self.store.get(kind, namespace, name) is not None:
                return self.store.create(kind, prepared)
            return prepared
        return self.store.create(kind, prepared)

    def update(
        self, kind: Kind, obj: Obj, *, user: User = ADMIN, dry_run: bool = False, subresource: str = ""
    ) -> Obj:
        """Replace an object (`subresource="status"`: only its status, and metadata other than its identity).

        A `resourceVersion` in the object must be the current one. Raises `ApiError`.
        """
        namespace, name = namespace_of(obj), name_of(obj)
        old = self.store.demand(kind, namespace, name)
        wanted = meta(obj).get("resourceVersion")
        if wanted and wanted != meta(old).get("resourceVersion"):
            raise modified(kind, name)
        if (uid := uid_of(obj)) and uid != uid_of(old):
            raise conflict(
                kind,
                name,
                f"Precondition failed: UID in precondition: {uid}, UID in object meta: {uid_of(old)}",
            )
        new = self._merged(kind, obj, old, subresource)
        if subresource != "status":
            for default in self.hooks.defaults:
                new = default(kind, new)
        request = self._admitted(Request("UPDATE", kind, namespace, name, new, old, user, dry_run, subresource))
        new = request.obj
        if subresource != "status":
            for validate in self.hooks.validators:
                validate(kind, new, old)
        self._checked(request)
        new = self._generation(kind, new, old, subresource)
        if dry_run:
            return new
        if meta(new).get("deletionTimestamp") and not self._held(kind, new):
            self.store.replace(kind, new)
            return self.store.remove(kind, namespace, name)
        return self.store.replace(kind, new)

    def update_status(self, kind: Kind, obj: Obj) -> Obj:
        """Store a new status (and labels, annotations) straight away: for controllers, which need no admission."""
        old = self.store.demand(kind, namespace_of(obj), name_of(obj))
        return self.store.replace(kind, {**old, "status": obj.get("status") or {}})

    def delete(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        *,
        user: User = ADMIN,
        propagation: str = "",
        grace: int | None = None,
        uid: str = "",
        version: str = "",
        dry_run: bool = False,
    ) -> Obj:
        """Delete an object: at once, or mark it until finalizers and kubelet are done. Returns its last version.

        `propagation` is Background (default), Foreground or Orphan; `grace` in seconds, for pods; `uid` and
        `version` are preconditions. Raises `ApiError`.
        """
        old = self.store.demand(kind, namespace, name)
        if uid and uid != uid_of(old):
            why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {uid_of(old)}"
            raise conflict(kind, name, why)
        if version and version != meta(old).get("resourceVersion"):
            why = f"Precondition failed: ResourceVersion in precondition: {version}, "
            why += f"ResourceVersion in object meta: {meta(old)['resourceVersion']}"
            raise conflict(kind, name, why)
        self._checked(self._admitted(Request("DELETE", kind, namespace, name, old, old, user, dry_run)))
        seconds = self._grace(kind, old, grace)
        finalizers = self._finalizers(kind, old, propagation)
        marked = self._marked(kind, old, seconds, finalizers)
        if dry_run:
            return marked
        if seconds > 0 or self._held(kind, marked):
            return self.store.replace(kind, marked)
        return self.store.remove(kind, namespace, name)

    def finalize(self, kind: Kind, obj: Obj, finalizer: str) -> None:
        """Take one finalizer off; the object goes when it was the last and its deletion was asked for."""
        current = self.store.get(kind, namespace_of(obj), name_of(obj))
        if current is None or uid_of(current) != uid_of(obj):
            return
        rest = [each for each in meta(current).get("finalizers") or () if each != finalizer]
        new = with_meta(current, finalizers=rest or None)
        self.store.replace(kind, new)
        if meta(new).get("deletionTimestamp") and not self._held(kind, new):
            self.store.remove(kind, namespace_of(obj), name_of(obj))

    def _named(self, kind: Kind, obj: Obj) -> Obj:
        """Give an object with `generateName` a free name (k8s.io/apiserver, maxNameGenerationCreateAttempts)."""
        head = meta(obj)
        if head.get("name") or not head.get("generateName"):
            return obj
        name = ""
        for _ in range(8):
            name = head["generateName"][:58] + "".join(self._random.choices(SUFFIX, k=5))
            if self.store.get(kind, head.get("namespace") or "", name) is None:
                break
        return with_meta(obj, name=name)

    def _prepared(self, kind: Kind, obj: Obj) -> Obj:
        """Source: k8s.io/apiserver/pkg/registry/rest/create.go (BeforeCreate)."""
        head = dict(meta(obj))
        if head.get("resourceVersion"):
            raise ApiError(500, "", "resourceVersion should not be set on objects to be created")
        if kind.namespaced and not head.get("namespace"):
            raise bad_request("an empty namespace may not be set during creation")
        if not kind.namespaced:
            head.pop("namespace", None)
        self._has_namespace(kind, head)
        head["uid"] = self._uid()
        head["creationTimestamp"] = stamp(self.clock.now)
        for each in ("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"):
            head.pop(each, None)
        if "spec" in obj and kind.kind not in _NO_GENERATION:
            head["generation"] = 1
        rest = {key: value for key, value in obj.items() if key not in ("metadata", "apiVersion", "kind")}
        if kind.has_status and not kind.custom and kind.kind not in _REGISTERED_WITH_STATUS:
            rest.pop("status", None)
        return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": head, **rest}

    def _has_namespace(self, kind: Kind, head: Obj) -> None:
        """Source: k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go."""
        if not kind.namespaced:
            return
        space = self.store.get(NAMESPACE, "", head["namespace"])
        if space is None:
            raise not_found(NAMESPACE, head["namespace"])
        if meta(space).get("deletionTimestamp") and kind.kind != "Event":
            why = f"unable to create new content in namespace {head['namespace']} because it is being terminated"
            raise forbidden(kind, head.get("name", ""), why)

    def _uid(self) -> str:
        bits = f"{self._random.getrandbits(128):032x}"
        return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"

    def _admitted(self, request: Request) -> Request:
        obj = request.obj
        for plugin in self.hooks.admission:
            changed = plugin.admit(request)
            if changed is not obj:
                obj = changed
                request = Request(
                    request.operation, request.kind, request.namespace, request.name, obj, request.old,
                    request.user, request.dry_run, request.subresource,
                )  # fmt: skip
        return request

    def _checked(self, request: Request) -> None:
        for plugin in self.hooks.validating:
            plugin.admit(request)

    def _merged(self, kind: Kind, obj: Obj, old: Obj, subresource: str) -> Obj:
        """What may change changes; identity and, by subresource, status or all else stay."""
        kept = (
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generation",
            "selfLink",
        )
        head = {key: value for key, value in meta(obj).items() if key not in kept}
        head |= {key: meta(old)[key] for key in kept if key in meta(old)}
        head["resourceVersion"] = meta(old)["resourceVersion"]
        base = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": head}
        if subresource == "status":
            return {**old, **base, "status": obj.get("status") or {}}
        rest = {key: value for key, value in obj.items() if key not in ("apiVersion", "kind", "metadata")}
        if kind.has_status:
            rest.pop("status", None)
            if "status" in old:
                rest["status"] = status(old)
        return {**base, **rest}

    def _generation(self, kind: Kind, new: Obj, old: Obj, subresource: str) -> Obj:
        """A new spec is a new generation; so are new annotations of a Deployment.

        Source: kubernetes/pkg/registry/apps/deployment/strategy.go (PrepareForUpdate).
        """
        counts = kind.kind == "Deployment" and subresource != "status"
        noted = counts and annotations_of(new) != annotations_of(old)
        if "generation" not in meta(old) or (spec(new) == spec(old) and not noted):
            return new
        return with_meta(new, generation=meta(old)["generation"] + 1)

    def _grace(self, kind: Kind, old: Obj, grace: int | None) -> int:
        """Source: kubernetes/pkg/registry/core/pod/strategy.go (CheckGracefulDelete)."""
        if kind != POD:
            return 0
        if not spec(old).get("nodeName") or status(old).get("phase") in ("Succeeded", "Failed"):
            return 0
        if grace is not None:
            return grace
        return int(spec(old).get("terminationGracePeriodSeconds", 30))

    def _finalizers(self, kind: Kind, old: Obj, propagation: str) -> Sequence[str]:
        found = [
            each for each in meta(old).get("finalizers") or () if each not in ("orphan", "foregroundDeletion")
        ]
        own = self.hooks.finalizers.get(kind)
        if own and own not in found and "deletionTimestamp" not in meta(old):
            found.append(own)
        if propagation == "Foreground":
            return [*found, "foregroundDeletion"]
        if propagation == "Orphan":
            return [*found, "orphan"]
        return found

    def _marked(self, kind: Kind, old: Obj, seconds: int, finalizers: Sequence[str]) -> Obj:
        when = meta(old).get("deletionTimestamp") or stamp(self.clock.now + seconds)
        grace = meta(old).get("deletionGracePeriodSeconds", seconds)
        head: Obj = {**meta(old), "deletionTimestamp": when, "deletionGracePeriodSeconds": min(grace, seconds)}
        head.pop("finalizers", None)
        if finalizers:
            head["finalizers"] = list(finalizers)
        if "generation" in head and "deletionTimestamp" not in meta(old):
            head["generation"] += 1
        marked = {**old, "metadata": head}
        if kind == NAMESPACE:
            marked["status"] = {**status(old), "phase": "Terminating"}
        return marked

    def _held(self, kind: Kind, obj: Obj) -> bool:
        """Whether an object that is to be deleted must wait: for finalizers, or for the kubelet."""
        if meta(obj).get("finalizers"):
            return True
        if kind == NAMESPACE:
            return bool(spec(obj).get("finalizers"))
        return kind == POD and meta(obj).get("deletionGracePeriodSeconds", 0) > 0
