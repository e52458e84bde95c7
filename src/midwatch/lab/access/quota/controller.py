"""Keeps `status.hard` and `status.used` of quotas true.

Source: kubernetes/pkg/controller/resourcequota/resource_quota_controller.go.
"""

from __future__ import annotations

from midwatch.lab.access.quantities import canonical, usage_text
from midwatch.lab.access.quota.ledger import Ledger, QuotaKey
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import RESOURCE_QUOTA
from midwatch.lab.core.objects import Obj, spec, status
from midwatch.lab.core.queue import WorkQueue

_RESYNC = 300.0  # kube-controller-manager --resource-quota-sync-period


class QuotaController:
    """Writes what the ledger says."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._queue = WorkQueue[QuotaKey](
            env.clock, env.components, "kube-controller-manager", "resource-quota", self._sync
        )
        self.ledger = Ledger(env, self._queue.add)
        env.clock.every(_RESYNC, self._resync)

    def _sync(self, key: QuotaKey) -> None:
        quota = self._env.store.get(RESOURCE_QUOTA, *key)
        tally = self.ledger.tally(key)
        if quota is None or tally is None:
            return
        hard: Obj = spec(quota).get("hard") or {}
        used = {each: usage_text(each, tally.used.get(each, 0)) for each in hard}
        wanted = {"hard": {each: canonical(value) for each, value in hard.items()}, "used": used}
        if status(quota) != wanted:
            self._env.registry.update_status(RESOURCE_QUOTA, {**quota, "status": wanted})

    def _resync(self) -> None:
        for each in self.ledger.quotas():
            self.ledger.recount(each)
