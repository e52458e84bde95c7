"""Containers that end, and rollouts that fail or never happen."""

from __future__ import annotations

from datetime import timedelta

from cases.builders.world import FRESH, NOW, SETTLED, CaseSpec, World, crashed, of
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic.containers import container, ended, env, running
from midwatch.evals.synthetic.events import container_birth, event, pod_created, scaled, scheduled
from midwatch.evals.synthetic.pods import Life, pod, template
from midwatch.evals.synthetic.values import Obj, name_of, owner_of, part, parts
from midwatch.evals.synthetic.workloads import Revision, Rollout, deployment

_BACK_OFF = "Back-off restarting failed container {name} in pod {{pod}}"


def oom(w: World) -> Ref:
    """Killed for memory every few minutes; a caller only sees refused connections."""
    run = crashed("aggregator", 137, restarts=7, lasted=140, reason="OOMKilled") if w.broken else None
    limit = "128Mi" if w.broken else "512Mi"
    made = w.app(
        "aggregator",
        "metrics",
        9090,
        run=run,
        age=timedelta(minutes=48) if w.broken else None,
        limits={"memory": limit},
        requests={"cpu": "100m", "memory": "128Mi"},
    )
    if w.broken:
        w.warn_all(made.pods, "BackOff", _BACK_OFF.format(name="aggregator"), count=58)
    w.app("dashboard", "metrics", 3900, env=[env("AGGREGATOR_URL", "http://aggregator:9090")])
    return of("Deployment", made)


def application_crash(w: World) -> Ref:
    run = crashed("scorer", 1, lasted=6) if w.broken else None
    made = w.app("scorer", "credit", 5510, run=run)
    for each in made.pods if w.broken else ():
        lines = (
            "2026-02-10T09:27:59Z INFO scorer 1.6.2",
            "Traceback (most recent call last):",
            '  File "/app/scorer/model.py", line 88, in load',
            "    weights = table[version]",
            "KeyError: 'v12'",
        )
        w.log(each, "scorer", *lines)
        w.log(each, "scorer", *lines, previous=True)
        w.warn_all([each], "BackOff", _BACK_OFF.format(name="scorer"), count=101)
    return of("Deployment", made)


def exits(w: World) -> Ref:
    """The command does its work once and ends well; a Deployment starts it for ever."""
    args = ["import", "--once"] if w.broken else ["import", "--watch"]
    run = crashed("importer", 0, lasted=9) if w.broken else None
    made = w.app("importer", "geodata", 5520, run=run, fields={"args": args}, service=False)
    for each in made.pods if w.broken else ():
        lines = ("importing tiles", "imported 1204 tiles, done")
        w.log(each, "importer", *lines)
        w.log(each, "importer", *lines, previous=True)
        w.warn_all([each], "BackOff", _BACK_OFF.format(name="importer"), count=95)
    return of("Deployment", made)


def segfault(w: World) -> Ref:
    run = crashed("codec", 139, lasted=12) if w.broken else None
    made = w.app("codec", "video", 5530, run=run)
    if w.broken:
        w.warn_all(made.pods, "BackOff", _BACK_OFF.format(name="codec"), count=88)
    return of("Deployment", made)


def ephemeral(w: World) -> Ref:
    """Pods write their scratch files beyond the limit and are evicted; the ReplicaSet makes new ones."""
    limits = {"ephemeral-storage": "256Mi" if w.broken else "4Gi"}
    age = timedelta(minutes=7) if w.broken else None
    made = w.app("unpacker", "ingest", 5540, limits=limits, age=age, born=SETTLED)
    why = "Pod ephemeral local storage usage exceeds the total limit of containers 256Mi. "
    owner = made.replica_sets[-1]
    for index in range(4) if w.broken else ():
        at, place = NOW - timedelta(minutes=38 - 9 * index), w.worker(index)
        life = Life(at, place, phase="Failed", reason="Evicted", message=why)
        gone = pod(
            part(owner, "spec", "template"), f"{name_of(owner)}-q{index}x7", "ingest", life, owner=owner_of(owner)
        )
        w.add(gone)
        w.warn(gone, "Evicted", why, last=timedelta(minutes=34 - 9 * index))
        told = "Stopping container unpacker"
        w.warn(gone, "Killing", told, last=timedelta(minutes=34 - 9 * index), normal=True, container="unpacker")
    return of("Deployment", made)


def bad_rollout(w: World) -> Ref:
    """The new image crashes; the old pods hold out."""
    return of("Deployment", _second_revision(w, "booking", "travel", 5550))


def _second_revision(w: World, name: str, space: str, port: int) -> Rollout:
    w.space(space)
    old, new = (_booking_template(name, space, port, each) for each in ("2.7.3", "2.8.0"))
    born, at = NOW - timedelta(days=11), NOW - FRESH
    lives = tuple(w.site.life(w.worker(i), born) for i in range(3))
    fresh = w.site.life(w.worker(0), at, crashed(name, 1, lasted=5) if w.broken else running(at))
    after = (fresh,) if w.broken else tuple(w.site.life(w.worker(i), at) for i in range(3))
    made = deployment(
        name,
        space,
        [Revision(old, born, lives if w.broken else ()), Revision(new, at, after)],
        replicas=3,
        created=born,
        progress="exceeded" if w.broken else "complete",
    )
    w.add(*made.objects)
    w.service(name, space, port)
    current = made.replica_sets[-1]
    w.events.append(scaled(made.deployment, name_of(current), 0, 1, at))
    for each in made.pods[-1:] if w.broken else ():
        w.events += [pod_created(current, each, at), scheduled(each, at)]
        w.events += container_birth(each, parts(part(each, "spec"), "containers")[0], at)
        w.warn_all([each], "BackOff", _BACK_OFF.format(name=name), count=90)
        lines = (
            "booking 2.8.0 starting",
            "fatal: unknown flag --enable-seatmap",
        )
        w.log(each, name, *lines)
        w.log(each, name, *lines, previous=True)
    return made


def _booking_template(name: str, space: str, port: int, version: str) -> Obj:
    each = container(
        name,
        f"registry.example.com/{space}/{name}:{version}",
        ports={"http": port},
        args=["--enable-seatmap"],
        requests={"cpu": "100m", "memory": "128Mi"},
    )
    return template({"app": name}, [each])


def paused(w: World) -> Ref:
    """Somebody paused the Deployment; the new template waits and nobody notices but its users."""
    w.space("library")
    old, new = (_booking_template("reader", "library", 5560, each) for each in ("1.1.0", "1.2.0"))
    born, at = NOW - timedelta(days=11), NOW - timedelta(hours=2)
    lives = tuple(w.site.life(w.worker(i), born if w.broken else at) for i in range(2))
    revisions = [Revision(old, born, lives)] if w.broken else [Revision(old, born), Revision(new, at, lives)]
    extra: dict[str, object] = {"paused": True} if w.broken else {}
    made = deployment("reader", "library", revisions, replicas=2, created=born, **extra)  # type: ignore[arg-type]
    if w.broken:
        _pause(made.deployment, new)
    w.add(*made.objects)
    w.service("reader", "library", 5560)
    return of("Deployment", made)


def _pause(top: Obj, new: Obj) -> None:
    part(top, "spec")["template"] = new
    part(top, "metadata")["generation"] = 3
    status = part(top, "status")
    status["observedGeneration"] = 3
    del status["updatedReplicas"]
    progress = parts(status, "conditions")[1]
    progress |= {"status": "Unknown", "reason": "DeploymentPaused", "message": "Deployment is paused"}


def zero_replicas(w: World) -> Ref:
    """Scaled to zero for a test and forgotten, while its callers run."""
    made = w.app("geocoder", "delivery", 5570, replicas=0 if w.broken else 2)
    caller = w.app("parcel", "delivery", 5571, env=[env("GEOCODER_URL", "http://geocoder:5570")])
    if w.broken:
        old = name_of(made.replica_sets[-1])
        w.events.append(scaled(made.deployment, old, 2, 0, NOW - timedelta(minutes=33)))
        address = next(
            str(part(each, "spec")["clusterIP"])
            for each in w.objects
            if each["kind"] == "Service" and name_of(each) == "geocoder"
        )
        for each in caller.pods:
            line = f"ERROR GET http://geocoder:5570/locate: dial tcp {address}:5570: connect: connection refused"
            w.log(each, "parcel", *[f"2026-02-10T09:{minute:02}:11Z {line}" for minute in range(0, 30, 2)])
    return of("Deployment", made)


def recovered_oom(w: World) -> Ref:
    """Decoy beside a fault: another workload was killed for memory six hours ago and is well."""
    killed = ended(137, NOW - timedelta(hours=6), lasted=timedelta(minutes=30), reason="OOMKilled")
    calm = running(NOW - timedelta(hours=5, minutes=59), restarts=4, last=killed)
    other = w.app("renderer", "studio", 5580, run=calm)
    for each in other.pods:
        last, first = NOW - timedelta(hours=6), NOW - timedelta(hours=7)
        message = _BACK_OFF.format(name="renderer").replace("{{pod}}", "{pod}")
        head = part(each, "metadata")
        message = message.replace("{pod}", f"{head['name']}_{head['namespace']}({head['uid']})")
        w.events.append(
            event(each, "BackOff", message, first=first, last=last, count=22, warning=True, container="renderer")
        )
    run = crashed("mixer", 1, lasted=3) if w.broken else None
    made = w.app("mixer", "studio", 5581, run=run)
    for each in made.pods if w.broken else ():
        lines = (
            "mixer 1.6.2",
            "panic: runtime error: index out of range [4] with length 4",
            "goroutine 1 [running]:",
        )
        w.log(each, "mixer", *lines)
        w.log(each, "mixer", *lines, previous=True)
        w.warn_all([each], "BackOff", _BACK_OFF.format(name="mixer"), count=99)
    return of("Deployment", made)


CASES = (
    CaseSpec("oom-killed", "oom-killed", "The memory limit is too low", oom),
    CaseSpec("application-crash", "application-crash", "An exception at the start", application_crash),
    CaseSpec("application-exits", "application-exits", "Ends well and should not", exits),
    CaseSpec("segmentation-fault", "segmentation-fault", "Signal 11", segfault),
    CaseSpec(
        "ephemeral-storage-exhausted",
        "ephemeral-storage-exhausted",
        "Evicted for scratch files",
        ephemeral,
        accept=("pod-evicted",),
    ),
    CaseSpec(
        "bad-rollout",
        "bad-rollout",
        "The new revision crashes, the old one serves",
        bad_rollout,
        accept=("application-crash", "configuration-rejected"),
    ),
    CaseSpec("rollout-paused", "rollout-paused", "A paused Deployment with a waiting template", paused),
    CaseSpec("zero-replicas", "zero-replicas", "Scaled to zero while callers need it", zero_replicas),
    CaseSpec(
        "application-crash-beside-recovered-oom",
        "application-crash",
        "A crash beside an old, healed OOM",
        recovered_oom,
        repaired=("healthy", "recovered"),
    ),
)
