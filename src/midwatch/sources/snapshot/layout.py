"""What the names of files tell: which tool wrote a dump, and which files are logs.

- `kubectl cluster-info dump --output-directory`: `nodes.json`, `<namespace>/pods.json`,
  `<namespace>/<pod>/logs.txt`
- `oc adm must-gather` / `oc adm inspect`: `cluster-scoped-resources/<group>/<resource>/<name>.yaml`,
  `namespaces/<namespace>/<group>/<resource>.yaml`,
  `namespaces/<namespace>/pods/<pod>/<container>/<container>/logs/current.log`
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from midwatch.domain.kube.kinds import RESOURCE_TYPES

OBJECT_SUFFIXES = (".json", ".yaml", ".yml", ".json.gz", ".yaml.gz", ".yml.gz")
ALL_CONTAINERS = "*"
_LOGS = (
    re.compile(r"(?:^|/)namespaces/([^/]+)/pods/([^/]+)/([^/]+)/\3/logs/(?:current|(previous))\.log$"),
    re.compile(r"(?:^|/)logs/([^/]+)/([^/]+)/([^/]+?)(?:\.(previous))?\.log(?:\.gz)?$"),
)
_DUMP_LOG = re.compile(r"(?:^|/)([^/]+)/([^/]+)/logs\.txt$")
_MUST_GATHER = re.compile(r"(?:^|/)(?:cluster-scoped-resources/[^/]+/|namespaces/[^/]+/(?:pods|core|apps)/)")
_NAMESPACE = re.compile(r"(?:^|/)namespaces/([^/]+)/.")
_RESOURCES = {(each.resource, each.group): (each.kind, each.group) for each in RESOURCE_TYPES}
_BY_RESOURCE = {each.resource: (each.kind, each.group) for each in reversed(RESOURCE_TYPES)}
_BY_RESOURCE["replication-controllers"] = ("ReplicationController", "")

KindGroup = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """A format of dumps. `always`: what it contains even if empty; `namespaces`: its scope, empty for all."""

    name: str
    always: frozenset[KindGroup] = frozenset()
    namespaces: frozenset[str] = field(default=frozenset[str]())


_DUMPED = frozenset(
    {
        ("Node", ""),
        ("Event", ""),
        ("ReplicationController", ""),
        ("Service", ""),
        ("DaemonSet", "apps"),
        ("Deployment", "apps"),
        ("ReplicaSet", "apps"),
        ("Pod", ""),
    }
)


@dataclass(frozen=True, slots=True)
class LogName:
    """Whose log a file is; `container` is `ALL_CONTAINERS` for files that hold the logs of a whole pod."""

    namespace: str
    pod: str
    container: str
    previous: bool


def layout_of(names: Sequence[str]) -> Layout:
    """The format of a dump with these files."""
    if any(_MUST_GATHER.search(name) for name in names):
        return Layout(
            "must-gather", namespaces=frozenset(m[1] for name in names if (m := _NAMESPACE.search(name)))
        )
    dump = next((name for name in names if PurePosixPath(name).stem == "nodes" and may_hold_objects(name)), None)
    prefix = dump[: dump.rfind("/") + 1] if dump else ""
    pods = re.compile(re.escape(prefix) + r"([^/]+)/pods\.(?:json|yaml)$")
    namespaces = frozenset(match[1] for name in names if (match := pods.match(name)))
    if dump and namespaces:
        return Layout("cluster-info dump", _DUMPED, namespaces)
    return Layout("objects")


def log_name(name: str) -> LogName | None:
    """Whose log a file is by its path, None when it is no log."""
    for pattern in _LOGS:
        if match := pattern.search(name):
            return LogName(match[1], match[2], match[3], match[4] is not None)
    match = _DUMP_LOG.search(name)
    return LogName(match[1], match[2], ALL_CONTAINERS, previous=False) if match else None


def is_log(name: str) -> bool:
    """Whether a file is the log of a pod."""
    return log_name(name) is not None


def may_hold_objects(name: str) -> bool:
    """Whether a file is one of JSON or YAML, by its name."""
    return name.endswith(OBJECT_SUFFIXES)


def kind_of_path(name: str) -> KindGroup | None:
    """The kind whose list a file should hold by its name (`core/pods.yaml`), None when that is not known."""
    path = PurePosixPath(name)
    resource = path.name.partition(".")[0]
    group = path.parent.name
    return _RESOURCES.get((resource, "" if group == "core" else group)) or _BY_RESOURCE.get(resource)
