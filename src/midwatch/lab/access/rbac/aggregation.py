"""ClusterRoles that are put together from others by label.

Source: kubernetes/pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.access.selectors import selects
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import CLUSTER_ROLE
from midwatch.lab.core.objects import Obj, labels_of, name_of
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

_USER = controller_user("clusterrole-aggregation-controller")


class Aggregation:
    """Keeps the rules of ClusterRoles with an `aggregationRule` up to date."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._queue = WorkQueue[str](
            env.clock, env.components, "kube-controller-manager", "clusterrole-aggregation", self._sync
        )
        env.store.watch(self._changed, CLUSTER_ROLE)
        self._changed(None)

    def _changed(self, _: Change | None) -> None:
        for each in self._env.store.list(CLUSTER_ROLE):
            if each.get("aggregationRule"):
                self._queue.add(name_of(each))

    def _sync(self, name: str) -> None:
        role = self._env.store.get(CLUSTER_ROLE, "", name)
        if role is None or not role.get("aggregationRule"):
            return
        rules = self._rules(role)
        if rules != (role.get("rules") or []):
            self._env.registry.update(CLUSTER_ROLE, {**role, "rules": rules}, user=_USER)

    def _rules(self, role: Obj) -> list[Obj]:
        selectors: Sequence[Obj] = role["aggregationRule"].get("clusterRoleSelectors") or ()
        found: list[Obj] = []
        for selector in selectors:
            for each in sorted(self._env.store.list(CLUSTER_ROLE), key=name_of):
                if name_of(each) == name_of(role) or not selects(selector, labels_of(each)):
                    continue
                own: Sequence[Obj] = each.get("rules") or ()
                found.extend(rule for rule in own if rule not in found)
        return found
