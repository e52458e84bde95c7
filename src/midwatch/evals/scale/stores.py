"""StatefulSets with their volumes and CronJobs with their last runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from midwatch.evals.scale.plan import Store
from midwatch.evals.synthetic import config, network
from midwatch.evals.synthetic.containers import container, ended, env_secret, finished, tcp_probe
from midwatch.evals.synthetic.pods import Life, admitted, template
from midwatch.evals.synthetic.scaling import budget
from midwatch.evals.synthetic.sets import cron_job, job, job_name, stateful_set
from midwatch.evals.synthetic.site import Site
from midwatch.evals.synthetic.storage import bound_pair, claim_template
from midwatch.evals.synthetic.values import Obj, owner_of

_SIZE = "20Gi"


def store(found: Store, site: Site, random: Random) -> Iterator[Obj]:
    """A StatefulSet, its pods, Services, claims and volumes."""
    name, space, labels = found.name, found.namespace, {"app": found.name}
    at = site.created + timedelta(days=1)
    port = {"client": found.port}
    each = container(
        name,
        found.image,
        ports=port,
        env=[env_secret("PASSWORD", f"{name}-auth", "password")],
        requests={"cpu": "250m", "memory": "512Mi"},
        limits={"memory": "1Gi"},
        volumeMounts=[{"name": "data", "mountPath": "/data"}],
        livenessProbe=tcp_probe("client", initialDelaySeconds=30),
        readinessProbe=tcp_probe("client"),
    )
    lives = [site.life(random.choice(site.workers), at + timedelta(seconds=30 * i)) for i in range(found.replicas)]
    yield config.secret(f"{name}-auth", space, ["password"], at)
    yield from stateful_set(
        name, space, template(labels, [each]), lives, replicas=found.replicas, created=at,
        service=f"{name}-headless", claims=[claim_template("data", _SIZE)], admit=admitted,
    )  # fmt: skip
    ports = [network.port(found.port, "client", name="client")]
    yield network.service(name, space, labels, ports, created=at)
    yield network.service(f"{name}-headless", space, labels, ports, created=at, headless=True)
    for index, life in enumerate(lives):
        if life.place is not None:
            yield from bound_pair(f"data-{name}-{index}", space, _SIZE, life.place, created=at, labels=labels)
    if found.replicas > 1:
        yield budget(name, space, labels, at, healthy=found.replicas)


def cron(name: str, space: str, site: Site, random: Random) -> Iterator[Obj]:
    """An hourly CronJob whose last two runs succeeded."""
    late = timedelta(minutes=random.randint(7, 50), seconds=site.now.second, microseconds=site.now.microsecond)
    last, created = site.now - late, site.created + timedelta(days=1)
    each = container(
        "cleanup", f"registry.example.com/{space}/{name}:1.2.0", args=["--older-than=30d"],
        requests={"cpu": "50m", "memory": "64Mi"},
    )  # fmt: skip
    found = template({"app": name}, [each], restartPolicy="Never")
    top = cron_job(
        name, space, found, schedule=f"{last.minute} * * * *", created=created, last=last,
        succeeded=last + timedelta(seconds=44),
    )  # fmt: skip
    yield top
    for at in (last - timedelta(hours=1), last):
        done = ended(0, at + timedelta(seconds=40), lasted=timedelta(seconds=36))
        place = random.choice(site.workers)
        life = Life(
            at,
            place,
            site.address(place),
            (finished(done),),
            ready_at=at + timedelta(seconds=41),
            phase="Succeeded",
        )
        yield from job(
            job_name(name, at), space, found, [life], created=at, owner=owner_of(top),
            finished=at + timedelta(seconds=44), admit=admitted,
        )  # fmt: skip
