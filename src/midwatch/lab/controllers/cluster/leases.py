"""The leases by which the control plane's parts show that they live (k8s.io/client-go/tools/leaderelection)."""

from __future__ import annotations

from uuid import UUID

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import LEASE, NAMESPACE
from midwatch.lab.core.objects import Obj, name_of, spec, stamp_micro, with_spec
from midwatch.lab.core.queue import WorkQueue

_PERIOD, _DURATION = 10.0, 15
_SPACE = "kube-system"
_HOLDERS = ("kube-controller-manager", "kube-scheduler")


class Leases:
    """Renews the lease of each part that runs. Every 10 s instead of 2: nobody else competes for them."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._random = env.clock.random("leases")
        for name in _HOLDERS:
            work = WorkQueue[str](env.clock, env.components, name, "lease", self._renew)
            env.clock.every(_PERIOD, lambda name=name, work=work: work.add(name, 0.0), first=1.0)

    def _renew(self, name: str) -> None:
        if self._env.store.get(NAMESPACE, "", _SPACE) is None:
            return
        now = stamp_micro(self._env.clock.now)
        old = self._env.store.get(LEASE, _SPACE, name)
        if old is not None:
            renewed = with_spec(old, renewTime=now)
            self._env.store.replace(LEASE, renewed)
            return
        body: Obj = {
            "holderIdentity": self._holder(name),
            "leaseDurationSeconds": _DURATION,
            "acquireTime": now,
            "renewTime": now,
            "leaseTransitions": spec(old or {}).get("leaseTransitions", 0),
        }
        self._env.registry.create(LEASE, {"metadata": {"name": name, "namespace": _SPACE}, "spec": body})

    def _holder(self, name: str) -> str:
        """`<host name>_<uuid>`. Source: kubernetes/cmd/kube-scheduler/app/options/options.go (Config)."""
        homes = self._env.world.manifests.items()
        host = next(
            (node for node, found in homes if any(name_of(each) == name for each in found)), "control-plane"
        )
        return f"{host}_{UUID(int=self._random.getrandbits(128), version=4)}"
