"""Which groups, versions and resources there are, in the old form and aggregated.

Source: k8s.io/apiserver/pkg/endpoints/discovery, k8s.io/api/apidiscovery/v2/types.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from midwatch.lab.api.aggregation import aggregated, is_available
from midwatch.lab.api.call import Answer
from midwatch.lab.api.negotiation import clauses
from midwatch.lab.api.resources import served
from midwatch.lab.api.reviews import REVIEWS
from midwatch.lab.api.usage import GROUP, NODE_METRICS, POD_METRICS, VERSION
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj

_ALL = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
_CHANGED = ("get", "patch", "update")
_SUB: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "scale": ("autoscaling", "v1", "Scale", _CHANGED),
    "log": ("", "", "Pod", ("get",)),
    "eviction": ("policy", "v1", "Eviction", ("create",)),
    "binding": ("", "", "Binding", ("create",)),
    "exec": ("", "", "PodExecOptions", ("create", "get")),
    "token": ("authentication.k8s.io", "v1", "TokenRequest", ("create",)),
    "finalize": ("", "", "Namespace", ("update",)),
}
_DISCOVERY = "apidiscovery.k8s.io"


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its versions in the order of preference, each with its resources; `stale` ones do not answer."""

    name: str
    versions: Sequence[tuple[str, Sequence[tuple[Kind, tuple[str, ...]]]]]
    stale: frozenset[str] = frozenset()


def groups(env: Env) -> list[Group]:
    """All groups; the core one first."""
    found: dict[str, dict[str, list[tuple[Kind, tuple[str, ...]]]]] = {"": {}}
    for each in served(env.kinds):
        found.setdefault(each.kind.group, {}).setdefault(each.kind.version, []).append((each.kind, _ALL))
    for kind in REVIEWS:
        found.setdefault(kind.group, {}).setdefault(kind.version, []).append((kind, ("create",)))
    stale: dict[str, set[str]] = {}
    for group, version, service in aggregated(env):
        kinds = (NODE_METRICS, POD_METRICS) if (group, version) == (GROUP, VERSION) else ()
        found.setdefault(group, {})[version] = [(kind, ("get", "list")) for kind in kinds]
        if not is_available(env, service):
            stale.setdefault(group, set()).add(version)
    return [
        Group(name, sorted(versions.items(), key=_preference), frozenset(stale.get(name, ())))
        for name, versions in found.items()
    ]


def _preference(version: tuple[str, object]) -> tuple[bool, str]:
    """Stable versions first, the newest of them before all (k8s.io/apimachinery/pkg/version)."""
    name = version[0]
    return ("alpha" in name or "beta" in name, "".join(chr(255 - ord(each)) for each in name))


def _version(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version


def group_document(group: Group) -> Obj:
    """An `APIGroup`."""
    versions = [
        {"groupVersion": _version(group.name, version), "version": version} for version, _ in group.versions
    ]
    return {"name": group.name, "versions": versions, "preferredVersion": versions[0]}


def _hash(kind: Kind) -> str:
    return sha256(f"{kind.group}/{kind.version}/{kind.kind}".encode()).hexdigest()[:12]


def _resources(kind: Kind, verbs: tuple[str, ...]) -> Iterable[Obj]:
    """`APIResource`s of a kind and its subresources."""
    found: Obj = {
        "name": kind.plural,
        "singularName": kind.singular or kind.kind.lower(),
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(verbs),
    }
    if kind.short:
        found["shortNames"] = list(kind.short)
    if kind.categories:
        found["categories"] = list(kind.categories)
    if verbs is _ALL:
        found["storageVersionHash"] = _hash(kind)
    yield found
    for each in kind.subresources:
        yield _subresource(kind, each)


def _subresource(kind: Kind, name: str) -> Obj:
    group, version, shown, verbs = _SUB.get(name, ("", "", kind.kind, _CHANGED))
    head: Obj = {"name": f"{kind.plural}/{name}", "singularName": "", "namespaced": kind.namespaced}
    if version:
        head |= {"group": group, "version": version}
    return {**head, "kind": shown, "verbs": list(verbs)}


def resource_list(env: Env, group: str, version: str) -> Answer:
    """`/api/v1` and `/apis/<group>/<version>`."""
    for each in groups(env):
        for name, kinds in each.versions:
            if (each.name, name) == (group, version):
                items = [item for kind, verbs in kinds for item in _resources(kind, verbs)]
                head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": _version(group, version)}
                return Answer({**head, "resources": items})
    raise ApiError(404, "", "404 page not found")


def one_group(env: Env, name: str) -> Answer:
    """`/apis/<group>`."""
    found = next((each for each in groups(env) if each.name == name and name), None)
    if found is None:
        raise ApiError(404, "", "404 page not found")
    return Answer({"kind": "APIGroup", "apiVersion": "v1", **group_document(found)})


def all_groups(env: Env, accept: str) -> Answer:
    """`/apis`: all groups but the core one."""
    found = [each for each in groups(env) if each.name]
    if version := _aggregated_version(accept):
        return _aggregated(found, version)
    return Answer({"kind": "APIGroupList", "apiVersion": "v1", "groups": [group_document(each) for each in found]})


def core_group(env: Env, accept: str, address: str) -> Answer:
    """`/api`."""
    if version := _aggregated_version(accept):
        return _aggregated([each for each in groups(env) if not each.name], version)
    servers = [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}]
    return Answer({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": servers})


def _aggregated_version(accept: str) -> str:
    """`v2` or `v2beta1` when a client wants all at once."""
    for each in clauses(accept):
        if each.group == _DISCOVERY and each.kind == "APIGroupDiscoveryList" and each.version in ("v2", "v2beta1"):
            return each.version
        if not each.kind:
            return ""
    return ""


def _aggregated(found: Sequence[Group], version: str) -> Answer:
    items = [_group_discovery(each) for each in found]
    head: Obj = {"kind": "APIGroupDiscoveryList", "apiVersion": f"{_DISCOVERY}/{version}", "metadata": {}}
    media = f"application/json;g={_DISCOVERY};v={version};as=APIGroupDiscoveryList"
    return Answer({**head, "items": items}, media=media)


def _group_discovery(group: Group) -> Obj:
    versions: list[Obj] = []
    for version, kinds in group.versions:
        stale = version in group.stale
        resources = [] if stale else [_discovered(kind, verbs) for kind, verbs in kinds]
        freshness = "Stale" if stale else "Current"
        versions.append({"version": version, "resources": resources, "freshness": freshness})
    return {"metadata": {"name": group.name, "creationTimestamp": None}, "versions": versions}


def _discovered(kind: Kind, verbs: tuple[str, ...]) -> Obj:
    """An `APIResourceDiscovery`."""
    main, *below = _resources(kind, verbs)
    found: Obj = {
        "resource": kind.plural,
        "responseKind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": main["singularName"],
        "verbs": main["verbs"],
    }
    for key in ("shortNames", "categories"):
        if key in main:
            found[key] = main[key]
    if below:
        found["subresources"] = [_discovered_below(kind, each) for each in below]
    return found


def _discovered_below(kind: Kind, found: Obj) -> Obj:
    response = {
        "group": found.get("group", kind.group),
        "version": found.get("version", kind.version),
        "kind": found["kind"],
    }
    return {"subresource": found["name"].partition("/")[2], "responseKind": response, "verbs": found["verbs"]}
