"""Pods that have a node but wait there for their volumes (the PreBind step of the VolumeBinding plugin).

Source: kubernetes/pkg/scheduler/framework/plugins/volumebinding/binder.go (BindPodVolumes, checkBindings).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from midwatch.lab.core.claims import SELECTED_NODE, is_bound
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import PVC
from midwatch.lab.core.objects import annotations_of, name_of, spec
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.scheduler.node_state import NodeState
from midwatch.lab.scheduler.queue import Entry
from midwatch.lab.scheduler.rejection import Pod
from midwatch.lab.scheduler.volume_filter import Claims
from midwatch.lab.scheduler.writing import Writing

_TIMEOUT = 600.0  # bindTimeoutSeconds
_FAILED = 'running PreBind plugin "VolumeBinding": binding volumes: '


@dataclass(frozen=True, slots=True)
class _Waiting:
    entry: Entry
    pod: Pod
    node: str
    claims: tuple[str, ...]
    provisioned: frozenset[str]
    until: float


class VolumeBinding:
    """Asks for volumes on the chosen nodes, and calls `bound` or `unbound` when it is settled."""

    def __init__(
        self,
        env: Env,
        component: str,
        writing: Writing,
        bound: Callable[[Entry, Pod, str], None],
        unbound: Callable[[Entry, Pod, str], None],
    ) -> None:
        self._env = env
        self._writing = writing
        self._bound = bound
        self._unbound = unbound
        self._waiting: dict[str, _Waiting] = {}
        self._by_claim: dict[tuple[str, str], set[str]] = {}
        self._work = WorkQueue[str](env.clock, env.components, component, "bind volumes", self._check)

    def bind(self, entry: Entry, pod: Pod, node: NodeState, claims: Claims) -> None:
        """Bind a pod at once, or after its volumes."""
        if not claims.delayed:
            self._bound(entry, pod, node.name)
            return
        names = tuple(name_of(each) for each in claims.delayed)
        for each in claims.delayed:
            self._writing.choose_volume(each, node)
        asked = frozenset(name for name in names if self._asked(pod.namespace, name, node.name))
        self._waiting[pod.uid] = _Waiting(entry, pod, node.name, names, asked, self._env.clock.now + _TIMEOUT)
        for name in names:
            self._by_claim.setdefault((pod.namespace, name), set()).add(pod.uid)
        self._work.add(pod.uid)
        self._env.clock.after(_TIMEOUT, lambda: self._work.add(pod.uid))

    def observe(self, namespace: str, claim: str) -> None:
        """A claim changed."""
        for uid in sorted(self._by_claim.get((namespace, claim), ())):
            self._work.add(uid)

    def forget(self, uid: str) -> None:
        """A pod is gone or bound."""
        waiting = self._waiting.pop(uid, None)
        if waiting is None:
            return
        for name in waiting.claims:
            key = waiting.pod.namespace, name
            self._by_claim[key].discard(uid)
            if not self._by_claim[key]:
                del self._by_claim[key]

    def _check(self, uid: str) -> None:
        waiting = self._waiting.get(uid)
        if waiting is None:
            return
        left = [each for each in waiting.claims if not self._is_bound(waiting.pod.namespace, each)]
        if not left:
            self.forget(uid)
            self._bound(waiting.entry, waiting.pod, waiting.node)
            return
        failed = next((each for each in left if self._was_refused(waiting, each)), None)
        if failed is not None:
            self._give_up(waiting, f'provisioning failed for PVC "{failed}"')
        elif self._env.clock.now >= waiting.until:
            self._give_up(waiting, "context deadline exceeded")

    def _give_up(self, waiting: _Waiting, why: str) -> None:
        self.forget(waiting.pod.uid)
        self._unbound(waiting.entry, waiting.pod, _FAILED + why)

    def _is_bound(self, namespace: str, name: str) -> bool:
        claim = self._env.store.get(PVC, namespace, name)
        return claim is not None and is_bound(claim) and bool(spec(claim).get("volumeName"))

    def _was_refused(self, waiting: _Waiting, name: str) -> bool:
        return name in waiting.provisioned and not self._asked(waiting.pod.namespace, name, waiting.node)

    def _asked(self, namespace: str, name: str, node: str) -> bool:
        claim = self._env.store.get(PVC, namespace, name)
        return claim is not None and annotations_of(claim).get(SELECTED_NODE) == node
