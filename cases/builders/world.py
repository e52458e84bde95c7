"""A small cluster in the making: the broken one or its repaired twin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from midwatch.domain.resource import Ref
from midwatch.evals.synthetic import config, network
from midwatch.evals.synthetic.containers import Run, container, crash_looping, ended, running
from midwatch.evals.synthetic.controllers import caught_up, identity
from midwatch.evals.synthetic.events import container_birth, event, pod_created, scaled, scheduled
from midwatch.evals.synthetic.network import settle
from midwatch.evals.synthetic.pods import Life, Place, template
from midwatch.evals.synthetic.site import Site, places
from midwatch.evals.synthetic.system import system
from midwatch.evals.synthetic.values import Obj, name_of, namespace_of, part, parts
from midwatch.evals.synthetic.workloads import Progress, Revision, Rollout, deployment

NOW = datetime(2026, 2, 10, 9, 30, tzinfo=UTC)
BORN = NOW - timedelta(days=40)
FRESH = timedelta(minutes=25)
"""How long ago a broken workload was deployed."""
SETTLED = timedelta(days=6)
"""How long ago one that works was deployed."""
_KEPT = timedelta(hours=1)

CONTROL_PLANE_TAINT = "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }"


@dataclass(frozen=True, slots=True)
class CaseSpec:
    """One case: its folder, the cause it shows, and the function that makes it and names the culprit."""

    name: str
    cause: str
    title: str
    build: Callable[[World], Ref]
    accept: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ("healthy",)


@dataclass
class World:
    """Collects the objects and logs of one twin, on top of the shared baseline."""

    broken: bool
    site: Site
    baseline: Mapping[tuple[str, str, str], Obj]
    objects: list[Obj] = field(default_factory=list[Obj])
    events: list[Obj] = field(default_factory=list[Obj])
    logs: dict[str, str] = field(default_factory=dict[str, str])
    _spaces: set[str] = field(default_factory=set[str])

    def add(self, *found: Obj) -> None:
        """Take objects in."""
        self.objects.extend(found)

    def base(self, kind: str, namespace: str, name: str) -> Obj:
        """An object of the baseline, to be changed and added."""
        return self.baseline[kind, namespace, name]

    def space(self, name: str, labels: Mapping[str, str] | None = None) -> str:
        """A namespace with what every namespace has; once."""
        if name not in self._spaces and name != "default":
            self._spaces.add(name)
            self.add(config.namespace(name, BORN, labels), config.root_ca(name, BORN))
            self.add(config.service_account("default", name, BORN))
        return name

    def worker(self, index: int) -> Place:
        """A worker by its number."""
        return self.site.workers[index % len(self.site.workers)]

    def app(
        self,
        name: str,
        namespace: str,
        port: int,
        *,
        replicas: int = 2,
        run: Run | None = None,
        inits: tuple[Run, ...] = (),
        unschedulable: str = "",
        failure: str = "",
        age: timedelta | None = None,
        born: timedelta | None = None,
        address: bool = True,
        service: bool = True,
        place: Place | None = None,
        image: str = "",
        env: Sequence[Obj] = (),
        fields: Mapping[str, object] | None = None,
        spec: Mapping[str, object] | None = None,
        requests: Mapping[str, str] | None = None,
        limits: Mapping[str, str] | None = None,
        account: str = "default",
        labels: Mapping[str, str] | None = None,
        side: Obj | None = None,
        side_run: Run | None = None,
        progress: Progress | None = None,
        **more: object,
    ) -> Rollout:
        """A Deployment with its Service. Its pods run, or fare as `run`, `unschedulable` or `failure` say.

        `fields` are further fields of the container, `spec` of the pod, `more` of the Deployment; `side` is a
        second container.
        """
        self.space(namespace)
        requests = requests or {"cpu": "100m", "memory": "128Mi"}
        image = image or f"registry.example.com/{namespace}/{name}:1.6.2"
        each = container(name, image, ports={"http": port}, env=env, requests=requests, limits=limits)
        each |= fields or {}
        found = template(
            {"app": name, **(labels or {})}, [each, side] if side else [each], account=account, extra=spec
        )
        runs = tuple(each for each in (run, side_run) if each)
        sick = bool(unschedulable or failure or not all(each.ready for each in (*runs, *inits)))
        at = NOW - (age or (FRESH if sick else SETTLED))
        runs = (run or running(at), side_run or running(at)) if side else (run or running(at),)
        lives = tuple(
            self._life(at + timedelta(seconds=i), runs, inits, unschedulable, address, place or self.worker(i))
            for i in range(0 if failure else replicas)
        )
        since = NOW - born if born else at
        made = deployment(
            name,
            namespace,
            [Revision(found, since, lives, wanted=replicas)],
            replicas=replicas,
            created=since,
            progress=progress or ("exceeded" if sick and NOW - at > timedelta(minutes=10) else "complete"),
            failure=failure,
            **more,  # type: ignore[arg-type]
        )
        self.add(*made.objects)
        if service:
            self.service(name, namespace, port)
        if NOW - at < _KEPT:
            self._births(made, at, failure, unschedulable)
        return made

    def _life(
        self,
        at: datetime,
        runs: tuple[Run, ...],
        inits: tuple[Run, ...],
        unschedulable: str,
        address: bool,
        place: Place,
    ) -> Life:
        if unschedulable:
            return Life(at, unschedulable=unschedulable)
        ready_at = at + timedelta(seconds=10) if all(run.ready for run in runs) else None
        return Life(at, place, self.site.address(place) if address else "", runs, inits, ready_at)

    def _births(self, made: Rollout, at: datetime, failure: str, unschedulable: str) -> None:
        owner = made.replica_sets[-1]
        wanted = int(str(part(owner, "spec")["replicas"]))
        if wanted:
            self.events.append(scaled(made.deployment, name_of(owner), 0, wanted, at))
        if failure:
            self.warn(
                owner, "FailedCreate", f"Error creating: {failure}", count=17, source="replicaset-controller"
            )
        for each in made.pods:
            self.events.append(pod_created(owner, each, at))
            if unschedulable:
                self.warn(each, "FailedScheduling", unschedulable, count=6, source="default-scheduler")
            else:
                self.events.append(scheduled(each, at))
                self._starts(each, at)

    def _starts(self, pod: Obj, at: datetime) -> None:
        specs = parts(part(pod, "spec"), "containers")
        for spec, status in zip(specs, parts(part(pod, "status"), "containerStatuses"), strict=False):
            restarts = int(str(status["restartCount"]))
            if status.get("containerID"):
                self.events.extend(container_birth(pod, spec, at + timedelta(seconds=1)))
            if restarts:
                again = container_birth(pod, spec, NOW - timedelta(minutes=2), pulled=False, count=restarts)
                self.events.extend(again)

    def service(self, name: str, namespace: str, port: int, target: int | str = "http", **more: object) -> Obj:
        """A Service over the pods labelled `app: <name>`."""
        found = network.service(
            name,
            namespace,
            {"app": name},
            [network.port(port, target)],
            created=BORN,
            **more,  # type: ignore[arg-type]
        )
        self.add(found)
        return found

    def warn(
        self,
        about: Obj,
        reason: str,
        message: str,
        *,
        count: int = 1,
        container: str = "",
        source: str = "kubelet",
        since: timedelta = FRESH,
        last: timedelta = timedelta(seconds=21),
        normal: bool = False,
    ) -> None:
        """An event that repeats until a moment ago."""
        first = NOW - (last if count == 1 else since - timedelta(seconds=7))
        self.events.append(
            event(
                about,
                reason,
                message,
                first=first,
                last=NOW - last,
                count=count,
                container=container,
                source=source,
                warning=not normal,
            )
        )

    def warn_all(
        self, pods: Sequence[Obj], reason: str, message: str, *, count: int = 1, normal: bool = False
    ) -> None:
        """The same about the first container of each pod; `{ip}` in the message becomes the pod's address."""
        for each in pods:
            told = message.replace("{ip}", str(part(each, "status").get("podIP", "")))
            name = str(parts(part(each, "spec"), "containers")[0]["name"])
            head = part(each, "metadata")
            told = told.replace("{pod}", f"{head['name']}_{head['namespace']}({head['uid']})")
            self.warn(each, reason, told, count=count, container=name, normal=normal)

    def log(self, pod: Obj, container: str, *lines: str, previous: bool = False) -> None:
        """What a container wrote."""
        path = f"{namespace_of(pod)}/{name_of(pod)}/{container}{'.previous' if previous else ''}.log"
        self.logs[path] = "\n".join(lines) + "\n"

    def finished(self) -> list[Obj]:
        """All objects that differ from the baseline, with what controllers derive from them; events last."""
        own = {identity(each) for each in self.objects}
        rest = [each for key, each in self.baseline.items() if key not in own]
        found = caught_up([*self.objects, *rest], NOW)
        return [*(each for each in found if self.baseline.get(identity(each)) != each), *self.events]


def crashed(
    name: str,
    code: int,
    *,
    restarts: int = 8,
    lasted: int = 4,
    reason: str = "",
    message: str = "",
    backoff: str = "5m0s",
) -> Run:
    """A container between two crashes; the last was two minutes ago."""
    seconds = timedelta(seconds=lasted)
    last = ended(code, NOW - timedelta(minutes=2) + seconds, lasted=seconds, reason=reason, message=message)
    return crash_looping(name, restarts, last, backoff)


def of(kind: str, found: Rollout | Obj) -> Ref:
    """The identity of a workload."""
    top = found.deployment if isinstance(found, Rollout) else found
    return Ref(kind, namespace_of(top), name_of(top))


def site() -> Site:
    """One control plane node and three workers."""
    return Site(NOW, BORN - timedelta(days=50), places(3, 1), 1, lean=True)


def baseline(found: Site) -> list[Obj]:
    """The shared cluster with no application."""
    objects = system(found)
    return [*objects, *settle(objects)]
