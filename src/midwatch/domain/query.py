"""What can be asked of a source. Typed arguments only; there is no query that changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from midwatch.domain.resource import Ref


@dataclass(frozen=True, slots=True)
class ResourcesQuery:
    """All objects of one resource type: one paginated LIST. `namespace` empty means every namespace.

    `resource` is the plural name (`deployments`), `group` the API group (empty for core), `kind` its kind.
    """

    kind: str
    resource: str
    group: str = ""
    version: str = "v1"
    namespace: str = ""
    metadata_only: bool = False

    def __str__(self) -> str:
        where = f" -n {self.namespace}" if self.namespace else " -A"
        return f"list {self.resource}{'.' + self.group if self.group else ''}{where}"


@dataclass(frozen=True, slots=True)
class CatalogQuery:
    """Which resource types the cluster serves (API discovery), custom ones included."""

    def __str__(self) -> str:
        return "discover resource types"


@dataclass(frozen=True, slots=True)
class LogsQuery:
    """The last lines of one container's log; `previous` is the run before the last restart."""

    namespace: str
    pod: str
    container: str
    previous: bool = False
    tail_lines: int = 500

    def __str__(self) -> str:
        return f"logs {self.namespace}/{self.pod} -c {self.container}{' --previous' if self.previous else ''}"


@dataclass(frozen=True, slots=True)
class ComponentsQuery:
    """State of the system services on nodes (kubelet, container runtime, kube-proxy, static control plane)."""

    node: str = ""

    def __str__(self) -> str:
        return f"node components {self.node or '(all nodes)'}"


@dataclass(frozen=True, slots=True)
class ConnectivityQuery:
    """Recorded connection attempts to Services (never made by midwatch against a live cluster)."""

    namespace: str = ""

    def __str__(self) -> str:
        return f"connection checks {self.namespace or '(all namespaces)'}"


@dataclass(frozen=True, slots=True)
class SignalsQuery:
    """Anomalies of time series around objects (latency, errors, traffic, saturation) in a window."""

    namespace: str = ""
    since: datetime | None = None

    def __str__(self) -> str:
        return f"signals {self.namespace or '(all namespaces)'}"


@dataclass(frozen=True, slots=True)
class TracesQuery:
    """Who calls whom, from traces or a service mesh."""

    namespace: str = ""

    def __str__(self) -> str:
        return f"service graph {self.namespace or '(all namespaces)'}"


Query: TypeAlias = (
    ResourcesQuery | CatalogQuery | LogsQuery | ComponentsQuery | ConnectivityQuery | SignalsQuery | TracesQuery
)


def about(query: Query) -> Ref | None:
    """The one object a query is about, if it is about one."""
    if isinstance(query, LogsQuery):
        return Ref("Pod", query.namespace, query.pod)
    return None
