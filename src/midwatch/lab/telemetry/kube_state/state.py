"""Keeps the samples of all objects, recalculated only for those that changed since the last scrape."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from midwatch.lab.core import kinds
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.core.objects import Obj, name_of, namespace_of
from midwatch.lab.core.store import Change, Store
from midwatch.lab.telemetry.kube_state import cluster, workloads
from midwatch.lab.telemetry.kube_state.owners import workload_of
from midwatch.lab.telemetry.kube_state.pods import pod_samples
from midwatch.lab.telemetry.kube_state.series import Sample

_SAMPLES: dict[Kind, Callable[[Obj], Iterator[Sample]]] = {
    kinds.POD: pod_samples,
    kinds.DEPLOYMENT: workloads.deployment_samples,
    kinds.REPLICA_SET: workloads.replica_set_samples,
    kinds.STATEFUL_SET: workloads.stateful_set_samples,
    kinds.DAEMON_SET: workloads.daemon_set_samples,
    kinds.JOB: workloads.job_samples,
    kinds.CRON_JOB: workloads.cron_job_samples,
    kinds.HPA: workloads.hpa_samples,
    kinds.NODE: cluster.node_samples,
    kinds.NAMESPACE: cluster.namespace_samples,
    kinds.PVC: cluster.claim_samples,
    kinds.PV: cluster.volume_samples,
    kinds.SERVICE: cluster.service_samples,
    kinds.RESOURCE_QUOTA: cluster.quota_samples,
}
_WORKLOADS = "namespace_workload_pod:kube_pod_owner:relabel"
_Key = tuple[Kind, str, str]


class KubeState:
    """All families of kube-state-metrics."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._families: dict[str, dict[Labels, float]] = {}
        self._series: dict[_Key, list[tuple[str, Labels]]] = {}
        self._changed: dict[_Key, None] = {}
        store.watch(self._note, *_SAMPLES)
        for kind in _SAMPLES:
            for each in store.list(kind):
                self._changed[kind, namespace_of(each), name_of(each)] = None

    def _note(self, change: Change) -> None:
        self._changed[change.kind, namespace_of(change.new), name_of(change.new)] = None

    def families(self) -> Iterator[tuple[str, dict[Labels, float]]]:
        """All families as of now."""
        changed, self._changed = self._changed, {}
        for key in changed:
            self._update(key)
        yield from self._families.items()

    def _update(self, key: _Key) -> None:
        for name, at in self._series.pop(key, ()):
            self._families[name].pop(at, None)
        kind, namespace, name = key
        found = self._store.get(kind, namespace, name)
        if found is None:
            return
        kept: list[tuple[str, Labels]] = []
        for each in self._samples(kind, found):
            self._families.setdefault(each.name, {})[each.labels] = each.value
            kept.append((each.name, each.labels))
        self._series[key] = kept

    def _samples(self, kind: Kind, found: Obj) -> Iterator[Sample]:
        yield from _SAMPLES[kind](found)
        if kind is kinds.POD:
            owner = workload_of(self._store, found)
            if owner is not None:
                at = labels(
                    namespace=namespace_of(found),
                    pod=name_of(found),
                    workload=owner.name,
                    workload_type=owner.kind.lower(),
                )
                yield Sample(_WORKLOADS, at, 1.0)
