"""Semantic validation: what the API refuses with 422, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from midwatch.lab.core import kinds
from midwatch.lab.core.errors import FieldError, invalid
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, meta, name_of
from midwatch.lab.schema.validation import (
    access,
    config,
    definitions,
    jobs,
    networking,
    policies,
    services,
    storage,
    workloads,
)
from midwatch.lab.schema.validation.custom import custom
from midwatch.lab.schema.validation.metadata import check_metadata, check_metadata_update
from midwatch.lab.schema.validation.pods import check_pod
from midwatch.lab.schema.validation.podupdates import check_pod_update

__all__ = ["validate"]

Check = Callable[[Obj, "Obj | None"], Iterator[FieldError]]

_CHECKS: dict[Kind, Check] = {
    kinds.DEPLOYMENT: workloads.deployment,
    kinds.REPLICA_SET: workloads.replica_set,
    kinds.STATEFUL_SET: workloads.stateful_set,
    kinds.DAEMON_SET: workloads.daemon_set,
    kinds.REPLICATION_CONTROLLER: workloads.replication_controller,
    kinds.CONTROLLER_REVISION: config.revision,
    kinds.JOB: jobs.job,
    kinds.CRON_JOB: jobs.cron_job,
    kinds.SERVICE: services.service,
    kinds.PVC: storage.claim,
    kinds.PV: storage.volume,
    kinds.STORAGE_CLASS: storage.storage_class,
    kinds.CONFIG_MAP: config.config_map,
    kinds.SECRET: config.secret,
    kinds.NODE: config.node,
    kinds.LEASE: config.lease,
    kinds.INGRESS: networking.ingress,
    kinds.INGRESS_CLASS: networking.ingress_class,
    kinds.NETWORK_POLICY: networking.network_policy,
    kinds.ROLE: access.role,
    kinds.CLUSTER_ROLE: access.cluster_role,
    kinds.ROLE_BINDING: access.role_binding,
    kinds.CLUSTER_ROLE_BINDING: access.cluster_role_binding,
    kinds.VALIDATING_WEBHOOK: access.webhooks,
    kinds.MUTATING_WEBHOOK: access.webhooks,
    kinds.HPA: policies.autoscaler,
    kinds.PDB: policies.disruption_budget,
    kinds.RESOURCE_QUOTA: policies.quota,
    kinds.LIMIT_RANGE: policies.limit_range,
    kinds.PRIORITY_CLASS: policies.priority_class,
    kinds.CRD: definitions.definition,
}
_BODY = ("apiVersion", "kind", "metadata", "status")


def validate(kind: Kind, new: Obj, old: Obj | None) -> None:
    """Raise `ApiError` 422 with all that is wrong with an object; `old` is what an update replaces."""
    errors = list(_errors(kind, new, old))
    if errors:
        raise invalid(kind, name_of(new), _once(errors))


def _once(errors: list[FieldError]) -> list[FieldError]:
    return list(dict.fromkeys(errors))


def _errors(kind: Kind, new: Obj, old: Obj | None) -> Iterator[FieldError]:
    if old is None:
        yield from check_metadata(kind, meta(new))
    elif meta(old) is not meta(new):
        yield from check_metadata(kind, meta(new))
        yield from check_metadata_update(meta(new), meta(old))
        if _same_body(new, old):
            return
    if kind.custom:
        yield from custom(kind, new)
    elif kind is kinds.POD:
        yield from check_pod(new) if old is None else check_pod_update(new, old)
    else:
        check = _CHECKS.get(kind)
        if check is not None:
            yield from check(new, old)


def _same_body(new: Obj, old: Obj) -> bool:
    """Whether an update changes nothing but metadata and status: what was valid is valid."""
    if any(new[key] is not old.get(key) and new[key] != old.get(key) for key in new if key not in _BODY):
        return False
    return all(key in new for key in old if key not in _BODY)
