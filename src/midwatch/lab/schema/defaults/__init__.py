"""Defaulting: what the API server fills in before admission. `defaulter` builds the hook for one cluster."""

from __future__ import annotations

from collections.abc import Callable

from midwatch.lab.core import kinds
from midwatch.lab.core.clock import Clock
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.store import Store
from midwatch.lab.schema.defaults import access, jobs, storage, surroundings, workloads
from midwatch.lab.schema.defaults.custom import custom
from midwatch.lab.schema.defaults.pods import pod, template
from midwatch.lab.schema.defaults.services import Services

__all__ = ["defaulter", "template"]

_DEFAULTS: dict[Kind, Callable[[Obj], Obj]] = {
    kinds.POD: pod,
    kinds.POD_TEMPLATE: lambda found: {**found, "template": template(found.get("template") or {})},
    kinds.DEPLOYMENT: workloads.deployment,
    kinds.REPLICA_SET: workloads.replica_set,
    kinds.REPLICATION_CONTROLLER: workloads.replication_controller,
    kinds.STATEFUL_SET: workloads.stateful_set,
    kinds.DAEMON_SET: workloads.daemon_set,
    kinds.JOB: jobs.job,
    kinds.CRON_JOB: jobs.cron_job,
    kinds.PVC: storage.claim,
    kinds.PV: storage.volume,
    kinds.STORAGE_CLASS: storage.storage_class,
    kinds.CSI_DRIVER: storage.driver,
    kinds.ROLE_BINDING: access.binding,
    kinds.CLUSTER_ROLE_BINDING: access.binding,
    kinds.VALIDATING_WEBHOOK: access.validating_webhooks,
    kinds.MUTATING_WEBHOOK: access.mutating_webhooks,
    kinds.SECRET: access.secret,
    kinds.NAMESPACE: surroundings.namespace,
    kinds.HPA: surroundings.autoscaler,
    kinds.NETWORK_POLICY: surroundings.network_policy,
    kinds.ENDPOINT_SLICE: surroundings.endpoint_slice,
    kinds.ENDPOINTS: surroundings.endpoints,
    kinds.INGRESS_CLASS: surroundings.ingress_class,
    kinds.PRIORITY_CLASS: surroundings.priority_class,
    kinds.LIMIT_RANGE: surroundings.limit_range,
    kinds.NODE: surroundings.node,
    kinds.CSR: surroundings.signing_request,
    kinds.CRD: surroundings.definition,
}


def defaulter(clock: Clock, store: Store) -> Callable[[Kind, Obj], Obj]:
    """What fills in objects of every kind in one cluster."""
    table = {**_DEFAULTS, kinds.SERVICE: Services(clock, store)}

    def default(kind: Kind, found: Obj) -> Obj:
        change = table.get(kind)
        if change is not None:
            return change(found)
        return custom(kind, found) if kind.custom else found

    return default
