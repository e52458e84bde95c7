"""The kubelet of one node: it takes pods in, looks at them when something happens, and lets them go.

Source: kubernetes/pkg/kubelet/pod_workers.go, kubernetes/pkg/kubelet/kubelet.go (HandlePodAdditions).
"""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, condition_of, is_deleted, meta, part, spec, stamp, status, uid_of
from midwatch.lab.core.queue import LATENCY, WorkQueue
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.core.store import Change
from midwatch.lab.kubelet.admission import refusal
from midwatch.lab.kubelet.eviction import Evictor
from midwatch.lab.kubelet.exits import record_exit
from midwatch.lab.kubelet.failure import SyncFailed
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.node_status import runtime_problem
from midwatch.lab.kubelet.peers import Network
from midwatch.lab.kubelet.podspec import qos_class
from midwatch.lab.kubelet.prober import new_prober
from midwatch.lab.kubelet.registration import Registration
from midwatch.lab.kubelet.sandbox import release
from midwatch.lab.kubelet.state import Tenant, new_tenant
from midwatch.lab.kubelet.static_pods import StaticPods
from midwatch.lab.kubelet.sync import sync
from midwatch.lab.kubelet.termination import remove, terminate

_ENDED = ("Succeeded", "Failed")
_RECONCILED = 10.0
"""Seconds until a status that others wrote is compared (kubernetes/pkg/kubelet/status, syncPeriod)."""


def _is_ready(pod: Obj) -> bool:
    return (condition_of(pod, "Ready") or {}).get("status") == "True"


class Kubelet:
    """One node's agent."""

    def __init__(self, env: Env, network: Network, name: str, number: int) -> None:
        self.host = Host(env, network, name, number, self.poke)
        self.registration = Registration(self.host)
        self.evictor = Evictor(self.host, self.registration)
        self.static = StaticPods(self.host)
        self._component = f"kubelet/{name}"
        self._fresh: dict[str, Obj] = {}
        self._queue: WorkQueue[str] = WorkQueue(env.clock, env.components, self._component, "pod", self._handle)

    def poke(self, uid: str, after: float) -> None:
        """Look at a pod again after some seconds; if it is being looked at, as soon as that is over."""
        tenant = self.host.tenants.get(uid)
        if tenant is not None and tenant.routine is not None and not (tenant.verdict and not tenant.terminating):
            when = self.host.now + after
            tenant.again = when if tenant.again is None else min(tenant.again, when)
            return
        self._queue.add(uid, after)

    def see(self, change: Change) -> None:
        """A pod of this node changed. Writes nothing itself."""
        uid = uid_of(change.new)
        tenant = self.host.tenants.get(uid)
        if tenant is None:
            if change.type != "DELETED":
                self._fresh[uid] = change.new
            elif self._fresh.pop(uid, None) is None:
                return
            self._queue.add(uid)
            return
        old, tenant.obj = tenant.obj, change.new
        if change.type == "DELETED":
            tenant.routine = None
            self._queue.add(uid)
        elif is_deleted(change.new) and not is_deleted(old):
            self._queue.add(uid)
        elif meta(change.new).get("deletionGracePeriodSeconds") != meta(old).get("deletionGracePeriodSeconds"):
            self._hurry(tenant)
        elif spec(change.new) is not spec(old) or spec(change.new).get("readinessGates"):
            self.poke(uid, LATENCY)
        elif _is_ready(old) and not _is_ready(change.new):
            self.poke(uid, _RECONCILED)  # it may be the node controller that says so

    def _hurry(self, tenant: Tenant) -> None:
        """A pod that is being deleted was given a shorter grace period."""
        tenant.routine, tenant.terminating = None, False
        self._queue.add(tenant.uid)

    def _handle(self, uid: str) -> None:
        host = self.host
        if host.down or uid in self.static.withheld:
            return
        if runtime_problem(host):
            self._queue.add(uid, 5.0)
            return
        tenant = host.tenants.get(uid) or self._admit(uid)
        if tenant is None:
            return
        if host.env.store.get(POD, tenant.namespace, tenant.name) is None or self._replaced(tenant):
            self._forget(tenant)
            return
        self._work(tenant)

    def _replaced(self, tenant: Tenant) -> bool:
        found = self.host.env.store.get(POD, tenant.namespace, tenant.name)
        return found is not None and uid_of(found) != tenant.uid

    def _work(self, tenant: Tenant) -> None:
        """Start (or change) what is being done for a pod."""
        ending = tenant.terminating or tenant.verdict is not None or is_deleted(tenant.obj)
        if tenant.routine is not None:
            if not ending or tenant.terminating:
                return
            tenant.routine = None
        if tenant.finished:
            remove(self.host, tenant)
            return
        tenant.routine = terminate(self.host, tenant) if ending else sync(self.host, tenant)
        self._resume(tenant, tenant.routine)

    def _admit(self, uid: str) -> Tenant | None:
        """Take a pod in, or refuse it."""
        pod = self._fresh.pop(uid, None)
        if pod is None or self.host.env.store.get(POD, meta(pod)["namespace"], meta(pod)["name"]) is None:
            return None
        tenant = new_tenant(pod, self.host.name, stamp(self.host.now))
        if status(pod).get("phase") in _ENDED:
            tenant.terminating = tenant.finished = True
        elif not is_deleted(pod):
            refused = refusal(self.host, pod)
            if refused is not None:
                self._refuse(tenant, *refused)
        self.host.tenants[uid] = tenant
        for slot in tenant.slots.values():
            slot.prober = new_prober(self.host, tenant, slot)
        return tenant

    def _refuse(self, tenant: Tenant, reason: str, message: str) -> None:
        """Source: kubernetes/pkg/kubelet/kubelet.go (rejectPod)."""
        tenant.terminating = tenant.finished = True
        self.host.event(tenant, "Warning", reason, message)
        refused: Obj = {
            **status(tenant.obj),
            "phase": "Failed",
            "reason": reason,
            "message": f"Pod was rejected: {message}",
            "qosClass": status(tenant.obj).get("qosClass") or qos_class(tenant.obj),
            "startTime": tenant.accepted,
            "observedGeneration": meta(tenant.obj).get("generation") or 1,
        }
        tenant.obj = self.host.env.registry.update_status(POD, {**tenant.obj, "status": refused})

    def _resume(self, tenant: Tenant, routine: Iterator[float]) -> None:
        """Go on with what is being done for a pod, until it must wait or is over."""
        if tenant.routine is not routine:
            return
        if not self.host.running:
            tenant.routine = None
            tenant.terminating = tenant.finished
            self._queue.add(tenant.uid)
            return
        try:
            pause = next(routine)
        except StopIteration:
            self._over(tenant)
        except SyncFailed as failed:
            self._over(tenant, failed.delay * self.host.random.uniform(1.0, 1.5))
        except ApiError:
            self._over(tenant, 1.0)
        except Exception as error:  # noqa: BLE001 - a crash is remembered, and stops nothing else
            self.host.env.components.crashed(self._component, f"pod {tenant.namespace}/{tenant.name}", error)
            self._over(tenant, 10.0)
        else:
            self.host.env.clock.after(pause, lambda: self._resume(tenant, routine))

    def _over(self, tenant: Tenant, after: float | None = None) -> None:
        tenant.routine = None
        again, tenant.again = tenant.again, None
        if again is not None:
            self._queue.add(tenant.uid, max(LATENCY, again - self.host.now))
        if after is not None:
            self._queue.add(tenant.uid, after)

    def _forget(self, tenant: Tenant) -> None:
        """The pod is gone from the API: whatever of it still runs is killed."""
        self._drop(tenant)
        release(self.host, tenant)
        self.host.tenants.pop(tenant.uid, None)
        self.host.env.runtime.forget(tenant.uid)

    def _drop(self, tenant: Tenant) -> None:
        tenant.routine = None
        for slot in tenant.slots.values():
            if slot.prober is not None:
                slot.prober.stop()
            if slot.process is not None:
                slot.process.phase, slot.process.listening = Phase.EXITED, frozenset()

    def ended(self, process: Process, code: int, reason: str) -> None:
        """A process of this node ended."""
        tenant = self.host.tenants.get(process.pod_uid)
        slot = tenant.slots.get(process.container) if tenant else None
        if tenant is not None and slot is not None and slot.process is process:
            record_exit(self.host, tenant, slot, process, code, reason)

    def lose_power(self) -> None:
        """The node goes dark: its processes are gone at once, and nobody says so."""
        self.host.down = True
        for tenant in self.host.tenants.values():
            tenant.routine = None
            for slot in tenant.alive:
                if slot.process is not None:
                    slot.process.phase, slot.process.listening = Phase.EXITED, frozenset()
                if slot.prober is not None:
                    slot.prober.stop()

    def regain_power(self) -> None:
        """The node boots: the kubelet finds sandboxes that are gone, and makes its pods anew.

        Source: kubernetes/pkg/kubelet/kuberuntime/util/util.go (PodSandboxChanged).
        """
        self.host.down = False
        self.registration.start(rebooted=True)
        for tenant in self.host.tenants.values():
            for slot in tenant.alive:
                slot.state = {"terminated": self._lost(slot.state or {}, slot.container_id)}
                slot.started = slot.ready = False
            if tenant.sandbox and not tenant.finished:
                tenant.sandbox = ""
                if not is_deleted(tenant.obj):
                    message = "Pod sandbox changed, it will be killed and re-created."
                    self.host.event(tenant, "Normal", "SandboxChanged", message)
            tenant.terminating = tenant.finished
            self._queue.add(tenant.uid, self.host.random.uniform(0.5, 3.0))
        for uid in self._fresh:
            self._queue.add(uid, 1.0)

    def _lost(self, state: Obj, identifier: str) -> Obj:
        return {
            "exitCode": 255,
            "reason": "Unknown",
            "startedAt": part(state, "running").get("startedAt"),
            "finishedAt": stamp(self.host.now),
            "containerID": identifier,
        }

    def leave(self) -> None:
        """The node is gone for good."""
        self.host.down = True
        for tenant in self.host.tenants.values():
            self._drop(tenant)
