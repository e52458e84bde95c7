"""Containers that cannot start."""

from __future__ import annotations

from datetime import timedelta

from cases.builders.world import BORN, NOW, CaseSpec, World, crashed, of
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic.containers import (
    Run,
    container,
    crash_looping,
    ended,
    env,
    finished,
    running,
    waiting,
)
from midwatch.evals.synthetic.storage import bound_pair
from midwatch.evals.synthetic.values import Obj

_BACK_OFF = "Back-off restarting failed container {name} in pod {{pod}}"


def _refused(name: str, why: str) -> Run:
    """runc could not start the process."""
    task = (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc "
        "create failed: "
    )
    message = f"{task}unable to start container process: error during container init: {why}: unknown"
    last = ended(128, NOW - timedelta(minutes=2), lasted=timedelta(0), reason="StartError", message=message)
    return crash_looping(name, 9, last)


def _refused_case(w: World, name: str, space: str, port: int, why: str, command: list[str]) -> Ref:
    run = _refused(name, why) if w.broken else None
    made = w.app(name, space, port, run=run, fields={"command": command})
    if w.broken:
        task = (
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc "
            "create failed: "
        )
        message = f"Error: {task}unable to start container process: error during container init: {why}: unknown"
        w.warn_all(made.pods, "Failed", message, count=9)
        w.warn_all(made.pods, "BackOff", _BACK_OFF.format(name=name), count=104)
    return of("Deployment", made)


def command_not_found(w: World) -> Ref:
    command = ["serv" if w.broken else "serve", "--listen=:3700"]
    return _refused_case(w, "quiz", "education", 3700, 'exec: "serv": executable file not found in $PATH', command)


def command_not_executable(w: World) -> Ref:
    command = ["/app/start.sh"] if w.broken else ["sh", "/app/start.sh"]
    return _refused_case(w, "grader", "education", 3710, 'exec: "/app/start.sh": permission denied', command)


def init_failing(w: World) -> Ref:
    """The migration before the start fails; the main container never runs."""
    migrate = container(
        "migrate",
        "registry.example.com/clinic/records:3.3.0",
        env=[env("STEP", "up")],
        requests={"cpu": "50m"},
        command=["records", "migrate"],
    )
    fine = finished(ended(0, NOW - timedelta(days=5, hours=23, minutes=59)))
    stuck = crashed("migrate", 2, lasted=3)
    inits: tuple[Run, ...] = (stuck,) if w.broken else (fine,)
    run = waiting("PodInitializing") if w.broken else None
    made = w.app("records", "clinic", 3720, run=run, inits=inits, spec={"initContainers": [migrate]})
    for each in made.pods if w.broken else ():
        lines = (
            "applying 0042_add_allergies.sql",
            'ERROR: relation "patients" does not exist (SQLSTATE 42P01)',
            "migration 0042 failed, exit 2",
        )
        w.log(each, "migrate", *lines)
        w.log(each, "migrate", *lines, previous=True)
        w.warn_all([each], "BackOff", _BACK_OFF.format(name="migrate"), count=98)
    return of("Deployment", made)


def non_root(w: World) -> Ref:
    why = 'container has runAsNonRoot and image will run as root (pod: "{pod}", container: signer)'
    context: Obj = {"runAsNonRoot": True} if w.broken else {"runAsNonRoot": True, "runAsUser": 10001}
    run = waiting("CreateContainerConfigError", why) if w.broken else None
    made = w.app("signer", "notary", 3730, run=run, fields={"securityContext": context})
    if w.broken:
        w.warn_all(made.pods, "Failed", f"Error: {why}", count=116)
    return of("Deployment", made)


def read_only_root(w: World) -> Ref:
    volumes: list[Obj] = [] if w.broken else [{"name": "tmp", "emptyDir": {}}]
    mounts: list[Obj] = [] if w.broken else [{"name": "tmp", "mountPath": "/var/cache/render"}]
    fields: Obj = {"securityContext": {"readOnlyRootFilesystem": True}, "volumeMounts": mounts}
    made = w.app(
        "render",
        "publishing",
        3740,
        run=crashed("render", 1, lasted=1) if w.broken else None,
        spec={"volumes": volumes},
        fields=fields,
    )
    for each in made.pods if w.broken else ():
        lines = (
            "render 1.6.2",
            "panic: open /var/cache/render/index.db: read-only file system",
        )
        w.log(each, "render", *lines)
        w.log(each, "render", *lines, previous=True)
        w.warn_all([each], "BackOff", _BACK_OFF.format(name="render"), count=101)
    return of("Deployment", made)


def volume_permission(w: World) -> Ref:
    """The volume belongs to root, the process is user 1001 and has no fsGroup."""
    home = w.worker(0)
    w.space("wiki")
    w.add(*bound_pair("wiki-data", "wiki", "10Gi", home, created=BORN))
    context: Obj = {"runAsUser": 1001, "runAsGroup": 1001} if w.broken else {"runAsUser": 1001, "fsGroup": 1001}
    made = w.app(
        "wiki",
        "wiki",
        3750,
        replicas=1,
        place=home,
        run=crashed("wiki", 1, lasted=2) if w.broken else None,
        spec={
            "securityContext": context,
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "wiki-data"}}],
        },
        fields={"volumeMounts": [{"name": "data", "mountPath": "/var/lib/wiki"}]},
    )
    for each in made.pods if w.broken else ():
        lines = (
            "wiki: loading plugins",
            "mkdir: cannot create directory '/var/lib/wiki/pages': Permission denied",
            "wiki: fatal: data directory is not writable",
        )
        w.log(each, "wiki", *lines)
        w.log(each, "wiki", *lines, previous=True)
        w.warn_all([each], "BackOff", _BACK_OFF.format(name="wiki"), count=97)
    return of("Deployment", made)


def post_start(w: World) -> Ref:
    hook: Obj = {"postStart": {"exec": {"command": ["/bin/register", "--zone" if w.broken else "--region=eu"]}}}
    run = crashed("beacon", 0, lasted=2, reason="Completed") if w.broken else None
    made = w.app("beacon", "discovery", 3760, run=run, fields={"lifecycle": hook})
    if w.broken:
        w.warn_all(made.pods, "FailedPostStartHook", "PostStartHook failed", count=9)
        w.warn_all(made.pods, "Killing", "FailedPostStartHook", count=9, normal=True)
        w.warn_all(made.pods, "BackOff", _BACK_OFF.format(name="beacon"), count=99)
    return of("Deployment", made)


def port_conflict(w: World) -> Ref:
    """A metrics sidecar was given the port of the application: whoever comes second ends."""
    port = "8480" if w.broken else "9480"
    side = container(
        "exporter",
        "registry.example.com/tools/exporter:0.4.0",
        ports={"metrics": int(port)},
        args=[f"--listen=:{port}"],
        requests={"cpu": "10m", "memory": "32Mi"},
    )
    run = running(NOW - timedelta(minutes=24, seconds=55))
    made = w.app(
        "planner",
        "transit",
        8480,
        run=run,
        age=timedelta(minutes=25) if w.broken else None,
        side=side,
        side_run=crashed("exporter", 1, lasted=1) if w.broken else None,
    )
    for each in made.pods if w.broken else ():
        lines = ("exporter 0.4.0", "listen tcp :8480: bind: address already in use")
        w.log(each, "exporter", *lines)
        w.log(each, "exporter", *lines, previous=True)
        head = "Back-off restarting failed container exporter in pod {pod}"
        w.warn_all([each], "BackOff", head, count=103)
    return of("Deployment", made)


CASES = (
    CaseSpec("command-not-found", "command-not-found", "The command is misspelt", command_not_found),
    CaseSpec(
        "command-not-executable", "command-not-executable", "The script is not executable", command_not_executable
    ),
    CaseSpec(
        "init-container-failing",
        "init-container-failing",
        "The migration before the start fails",
        init_failing,
        accept=("db-schema-missing",),
    ),
    CaseSpec("run-as-non-root-violated", "run-as-non-root-violated", "The image wants to be root", non_root),
    CaseSpec("root-filesystem-read-only", "root-filesystem-read-only", "No place to write", read_only_root),
    CaseSpec(
        "volume-permission-denied",
        "volume-permission-denied",
        "The volume belongs to somebody else",
        volume_permission,
    ),
    CaseSpec("post-start-hook-failed", "post-start-hook-failed", "The hook after the start fails", post_start),
    CaseSpec("port-conflict", "port-conflict", "A sidecar listens where the application does", port_conflict),
)
