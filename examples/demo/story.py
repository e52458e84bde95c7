"""What happened in the shop: one fault that hides behind its consequences, and four decoys that are harmless.

At 02:58 a rollout of payments changed the port of its ledger database from 5432 to 5433. payments replaces its
pods at once (Recreate: only one writer may hold the ledger), so nothing old is left to serve. checkout cannot pay
and turns itself not ready, the gateway answers 502 for it, and orders pile up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from shop import (
    APPS,
    BORN,
    LEDGER_PORT,
    NOW,
    PAYMENTS,
    RECOMMENDATIONS,
    SPACE,
    WRONG_LEDGER_PORT,
    App,
    node_for,
    payments_template,
    roll,
)

from midwatch.evals.synthetic.containers import Run, container, crash_looping, ended, env, finished, running
from midwatch.evals.synthetic.events import (
    back_off,
    birth,
    container_birth,
    event,
    pod_created,
    probe_failed,
    scaled,
)
from midwatch.evals.synthetic.pods import Life, Place, pod, template
from midwatch.evals.synthetic.sets import cron_job, job, job_name
from midwatch.evals.synthetic.site import Site
from midwatch.evals.synthetic.values import Obj, name_of, owner_of, part, parts, text
from midwatch.evals.synthetic.workloads import Revision, Rollout, deployment

ROLLED = NOW - timedelta(minutes=14)
SUFFERS = ROLLED + timedelta(seconds=21)
OOM = NOW - timedelta(hours=5, minutes=4)
PRESSURE = NOW - timedelta(hours=3, minutes=20)


def payments(site: Site) -> tuple[Rollout, list[Obj]]:
    """The fault: the new revision starts, finds no ledger, and ends; there are no old pods."""
    lives: list[Life] = []
    for index in range(PAYMENTS.replicas):
        place, last = node_for(site, "payments", index), NOW - timedelta(seconds=9 + 5 * index)
        run = crash_looping("payments", 6, ended(1, last, lasted=timedelta(seconds=31)))
        lives.append(Life(ROLLED + timedelta(seconds=4), place, site.address(place), (run,)))
    before = Revision(payments_template(LEDGER_PORT), NOW - timedelta(days=12))
    after = Revision(payments_template(WRONG_LEDGER_PORT), ROLLED, tuple(lives))
    made = deployment(
        "payments", SPACE, [before, after], replicas=2, created=BORN, progress="exceeded",
        strategy={"type": "Recreate"},
    )  # fmt: skip
    return made, list(_payments_events(made))


def _payments_events(made: Rollout) -> Iterator[Obj]:
    old, new = (name_of(each) for each in made.replica_sets)
    yield scaled(made.deployment, old, 2, 0, ROLLED)
    yield scaled(made.deployment, new, 0, 2, ROLLED + timedelta(seconds=4))
    for each in made.pods:
        at = ROLLED + timedelta(seconds=4)
        yield pod_created(made.replica_sets[-1], each, at)
        yield from birth(each, at)
        spec = parts(part(each, "spec"), "containers")[0]
        yield from container_birth(each, spec, NOW - timedelta(seconds=41), pulled=False, count=6)
        yield back_off(
            each, "payments", first=ROLLED + timedelta(seconds=50), last=NOW - timedelta(seconds=8), count=31
        )
        where = f"{text(each, 'status', 'podIP')}:{PAYMENTS.port}"
        message = f'Get "http://{where}/ready": dial tcp {where}: connect: connection refused'
        first = ROLLED + timedelta(seconds=10)
        yield probe_failed(each, "payments", message, first=first, last=NOW - timedelta(seconds=12), count=38)


def services(site: Site) -> tuple[list[Rollout], list[Obj]]:
    """All other services: checkout suffers, the others run (some were rolled out lately, too)."""
    made: list[Rollout] = []
    events: list[Obj] = []
    for app in APPS:
        if app.name == "checkout":
            begun = NOW - app.rolled + timedelta(seconds=4)
            made.append(roll(app, site, running(begun, ready=False), ready_at=SUFFERS))
            events += _checkout_events(made[-1], app)
        else:
            made.append(roll(app, site))
        if app.rolled < timedelta(hours=1):
            events += _rollout_events(made[-1], app)
    return made, events


def _checkout_events(made: Rollout, app: App) -> Iterator[Obj]:
    for each in made.pods:
        last = NOW - timedelta(seconds=3)
        message = "HTTP probe failed with statuscode: 503"
        yield probe_failed(each, app.name, message, first=SUFFERS - timedelta(seconds=10), last=last, count=164)


def _rollout_events(made: Rollout, app: App) -> Iterator[Obj]:
    """A rolling update that went well."""
    old, new = (name_of(each) for each in made.replica_sets)
    at = NOW - app.rolled
    yield scaled(made.deployment, new, 0, 1, at)
    yield scaled(made.deployment, old, 2, 1, at + timedelta(seconds=14))
    yield scaled(made.deployment, new, 1, 2, at + timedelta(seconds=14))
    yield scaled(made.deployment, old, 1, 0, at + timedelta(seconds=29))
    for each in made.pods:
        yield pod_created(made.replica_sets[-1], each, at)
        yield from birth(each, at)


def recommendations(site: Site) -> tuple[Rollout, list[Obj]]:
    """Decoy: killed for memory three times in the evening, and well since five hours."""
    killed = ended(137, OOM, lasted=timedelta(minutes=9), reason="OOMKilled")
    run = running(OOM + timedelta(seconds=42), restarts=3, last=killed)
    made = roll(RECOMMENDATIONS, site, run, ready_at=OOM + timedelta(seconds=51))
    events: list[Obj] = []
    for each in made.pods:
        first = OOM - timedelta(minutes=19)
        events.append(back_off(each, "recommendations", first=first, last=OOM + timedelta(seconds=30), count=9))
    return made, events


def pressed_node(nodes: list[Obj], made: list[Rollout]) -> tuple[list[Obj], list[Obj]]:
    """Decoy: a node ran short of disk three hours ago and recovered; the remains of an evicted pod are left."""
    node = nodes[-1]
    name, over = name_of(node), PRESSURE + timedelta(minutes=11)
    catalog = next(each for each in made if name_of(each.deployment) == "catalog")
    owner = catalog.replica_sets[-1]
    why = (
        "The node was low on resource: ephemeral-storage. Threshold quantity: 20305656000, available: 19561204Ki. "
    )
    used = "Container catalog was using 48Ki, request is 0, has larger consumption of ephemeral-storage. "
    life = Life(
        PRESSURE - timedelta(hours=60), node_for_name(node), "", phase="Failed", reason="Evicted",
        message=why + used,
    )  # fmt: skip
    gone = pod(part(owner, "spec", "template"), f"{name_of(owner)}-x8w2k", SPACE, life, owner=owner_of(owner))
    events = [
        event(node, reason, f"Node {name} status is now: {reason}", last=at)
        for reason, at in (("NodeHasDiskPressure", PRESSURE), ("NodeHasNoDiskPressure", over))
    ]
    events.append(event(gone, "Evicted", why, last=PRESSURE, warning=True))
    threshold = "Attempting to reclaim ephemeral-storage"
    events.append(event(node, "EvictionThresholdMet", threshold, last=PRESSURE, warning=True))
    return [gone], events


def node_for_name(node: Obj) -> Place:
    """The place that a node is."""
    addresses = parts(part(node, "status"), "addresses")
    return Place(name_of(node), str(addresses[0]["address"]))


def digest_mail(site: Site) -> tuple[list[Obj], list[Obj]]:
    """Decoy: one run of an hourly CronJob failed; the runs after it succeeded."""
    each = container(
        "mail-digest", "registry.example.com/shop/mail:1.3.1", args=["digest", "--once"],
        env=[env("AMQP_ADDR", "rabbitmq:5672")], requests={"cpu": "50m", "memory": "64Mi"},
    )  # fmt: skip
    found = template({"app": "mail-digest"}, [each], restartPolicy="Never")
    hours = [NOW.replace(minute=5) - timedelta(hours=back) for back in (2, 1, 0)]
    top = cron_job(
        "mail-digest", SPACE, found, schedule="5 * * * *", created=BORN, last=hours[-1],
        succeeded=hours[-1] + timedelta(seconds=21),
    )  # fmt: skip
    objects, events = [top], list[Obj]()
    for at in hours:
        made = _digest_run(site, top, found, at, failed=at == hours[0])
        objects += made
        events.append(
            event(top, "SuccessfulCreate", f"Created job {name_of(made[0])}", last=at, source="cronjob-controller")
        )
    failed = objects[1]
    message = "Job has reached the specified backoff limit"
    at = hours[0] + timedelta(seconds=25)
    events.append(event(failed, "BackoffLimitExceeded", message, last=at, warning=True, source="job-controller"))
    return objects, events


def _digest_run(site: Site, top: Obj, found: Obj, at: datetime, *, failed: bool) -> list[Obj]:
    place, end = site.workers[0], at + timedelta(seconds=18)
    run: Run = finished(ended(1 if failed else 0, end, lasted=timedelta(seconds=15)))
    life = Life(at, place, site.address(place), (run,), ready_at=end, phase="Failed" if failed else "Succeeded")
    failure = ("BackoffLimitExceeded", "Job has reached the specified backoff limit") if failed else None
    return job(
        job_name("mail-digest", at), SPACE, found, [life], created=at, owner=owner_of(top),
        finished=end + timedelta(seconds=3), failure=failure, backoffLimit=0,
    )  # fmt: skip
