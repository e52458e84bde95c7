"""Jobs and schedules."""

from __future__ import annotations

from datetime import timedelta

from cases.builders.world import BORN, NOW, CaseSpec, World
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic.containers import container, ended, finished, running
from midwatch.evals.synthetic.events import event
from midwatch.evals.synthetic.pods import Life, template
from midwatch.evals.synthetic.sets import cron_job, job, job_name
from midwatch.evals.synthetic.values import Obj, name_of, owner_of, part

_STARTED = NOW - timedelta(minutes=42)


def _work(name: str, space: str, *args: str) -> Obj:
    image = f"registry.example.com/{space}/{name}:0.9.0"
    each = container(name, image, args=list(args), requests={"cpu": "100m", "memory": "128Mi"})
    return template({"app": name}, [each], restartPolicy="Never")


def _attempt(w: World, index: int, code: int, *, start: timedelta = timedelta()) -> Life:
    at = _STARTED + start + timedelta(minutes=2 * index)
    place = w.worker(index)
    state = ended(code, at + timedelta(seconds=25), lasted=timedelta(seconds=20))
    phase = "Failed" if code else "Succeeded"
    return Life(
        at, place, w.site.address(place), (finished(state),), ready_at=at + timedelta(seconds=26), phase=phase
    )


def backoff(w: World) -> Ref:
    w.space("migration")
    codes = (3, 3, 3, 3) if w.broken else (0,)
    lives = [_attempt(w, index, code) for index, code in enumerate(codes)]
    failure = ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
    made = job(
        "copy-customers",
        "migration",
        _work("copy-customers", "migration", "--batch=500"),
        lives,
        created=_STARTED,
        finished=_STARTED + timedelta(minutes=8),
        failure=failure if w.broken else None,
        backoffLimit=3,
    )
    w.add(*made)
    if w.broken:
        at = _STARTED + timedelta(minutes=8)
        w.events.append(event(made[0], failure[0], failure[1], last=at, warning=True, source="job-controller"))
        for each in made[1:]:
            w.log(
                each,
                "copy-customers",
                "copied 1500 rows",
                'ERROR duplicate key value violates unique constraint "customers_pkey"',
            )
    return Ref("Job", "migration", "copy-customers")


def deadline(w: World) -> Ref:
    w.space("finance")
    limit = 600 if w.broken else 7200
    failure = ("DeadlineExceeded", "Job was active longer than specified deadline")
    lives = [] if w.broken else [_attempt(w, 0, 0)]
    made = job(
        "close-month",
        "finance",
        _work("close-month", "finance"),
        lives,
        created=_STARTED,
        finished=_STARTED + timedelta(minutes=10),
        failure=failure if w.broken else None,
        activeDeadlineSeconds=limit,
    )
    if w.broken:
        part(made[0], "status")["failed"] = 1
        at = _STARTED + timedelta(minutes=10)
        w.events.append(event(made[0], failure[0], failure[1], last=at, warning=True, source="job-controller"))
    w.add(*made)
    return Ref("Job", "finance", "close-month")


def blocked(w: World) -> Ref:
    """Forbid: one run hangs since yesterday, so no other begins."""
    w.space("backup")
    found = _work("dump", "backup")
    hung = NOW - timedelta(hours=27, minutes=30)
    last = hung if w.broken else NOW - timedelta(minutes=30)
    top = cron_job(
        "dump",
        "backup",
        found,
        schedule="0 * * * *",
        created=BORN,
        last=last,
        succeeded=last - timedelta(minutes=58) if w.broken else last + timedelta(minutes=3),
    )
    if w.broken:
        place = w.worker(0)
        life = Life(hung, place, w.site.address(place), (running(hung),), ready_at=hung + timedelta(seconds=9))
        made = job(job_name("dump", hung), "backup", found, [life], created=hung, owner=owner_of(top))
        part(made[0], "status")["ready"] = 1
        active: Obj = {"apiVersion": "batch/v1", "kind": "Job", "name": name_of(made[0]), "namespace": "backup"}
        part(top, "status")["active"] = [active | {"uid": part(made[0], "metadata")["uid"]}]
        told = "Not starting job because prior execution is running and concurrency policy is Forbid"
        w.events.append(
            event(
                top,
                "JobAlreadyActive",
                told,
                first=hung + timedelta(hours=1),
                last=NOW - timedelta(minutes=30),
                count=27,
                source="cronjob-controller",
            )
        )
    else:
        made = job(
            job_name("dump", last),
            "backup",
            found,
            [_attempt(w, 0, 0, start=timedelta(minutes=12))],
            created=last,
            owner=owner_of(top),
            finished=last + timedelta(minutes=3),
        )
    w.add(top, *made)
    return Ref("CronJob", "backup", "dump")


def missed(w: World) -> Ref:
    """The schedule was down for days; with no deadline the controller gives up counting."""
    w.space("reports")
    found = _work("hourly", "reports")
    last = NOW - timedelta(days=9) if w.broken else NOW - timedelta(minutes=4)
    top = cron_job(
        "hourly",
        "reports",
        found,
        schedule="*/5 * * * *",
        created=BORN,
        last=last,
        succeeded=last + timedelta(minutes=1),
    )
    w.add(top)
    if w.broken:
        told = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
        w.warn(top, "TooManyMissedTimes", told, count=150, source="cronjob-controller")
    return Ref("CronJob", "reports", "hourly")


CASES = (
    CaseSpec(
        "job-backoff-exceeded",
        "job-backoff-exceeded",
        "A Job failed too often",
        backoff,
        accept=("application-crash",),
    ),
    CaseSpec("job-deadline-exceeded", "job-deadline-exceeded", "A Job took too long", deadline),
    CaseSpec("cronjob-blocked", "cronjob-blocked", "A hung run blocks all others", blocked, accept=("job-stuck",)),
    CaseSpec("cronjob-missed", "cronjob-missed", "Too many missed start times", missed),
)
