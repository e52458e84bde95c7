"""What only the logs of the clients tell."""

from __future__ import annotations

from datetime import timedelta

from cases.builders.world import BORN, NOW, CaseSpec, World, crashed, of
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic import config, network
from midwatch.evals.synthetic.containers import container, env, env_secret, http_probe, running, tcp_probe
from midwatch.evals.synthetic.pods import template
from midwatch.evals.synthetic.sets import stateful_set
from midwatch.evals.synthetic.storage import bound_pair, claim_template
from midwatch.evals.synthetic.values import Obj
from midwatch.evals.synthetic.workloads import Rollout

_SINCE = NOW - timedelta(minutes=35)


def rbac(w: World) -> Ref:
    """The binding names the ServiceAccount of another namespace."""
    space = w.space("controllers")
    w.add(config.service_account("leases", space, BORN))
    rules = [config.rule(["configmaps"], ["get", "list", "watch"])]
    w.add(config.role("leases", space, rules, BORN))
    w.add(config.binding("leases", space, "leases", "leases", BORN, home="controllers-old" if w.broken else space))
    made = w.app("leases", space, 8760, account="leases", run=crashed("leases", 1, lasted=2) if w.broken else None)
    user = "system:serviceaccount:controllers:leases"
    why = f'cannot list resource "configmaps" in API group "" in the namespace "{space}"'
    why = f'configmaps is forbidden: User "{user}" {why}'
    for each in made.pods if w.broken else ():
        lines = (
            "I0210 09:27:58.000000       1 main.go:52] starting",
            f"E0210 09:27:58.310000       1 reflector.go:166] failed to list *v1.ConfigMap: {why}",
            "F0210 09:27:59.900000       1 main.go:77] caches did not sync",
        )
        _crash_log(w, each, "leases", *lines)
    return of("Deployment", made)


def _crash_log(w: World, pod: Obj, name: str, *lines: str) -> None:
    w.log(pod, name, *lines)
    w.log(pod, name, *lines, previous=True)
    w.warn_all([pod], "BackOff", f"Back-off restarting failed container {name} in pod {{pod}}", count=98)


def _database(w: World, space: str, port: int = 5432) -> None:
    """A PostgreSQL that runs."""
    w.space(space)
    image, place = "docker.io/library/postgres:16.8", w.worker(1)
    each = container(
        "postgres",
        image,
        ports={"client": port},
        requests={"cpu": "250m", "memory": "256Mi"},
        env=[env_secret("POSTGRES_PASSWORD", "postgres", "password")],
        volumeMounts=[{"name": "data", "mountPath": "/var/lib/postgresql/data"}],
        readinessProbe=tcp_probe("client"),
    )
    life = w.site.life(place, BORN)
    w.add(config.secret("postgres", space, ["password", "username"], BORN))
    w.add(
        *stateful_set(
            "postgres",
            space,
            template({"app": "postgres"}, [each]),
            [life],
            replicas=1,
            created=BORN,
            service="postgres",
            claims=[claim_template("data", "10Gi")],
        )
    )
    w.add(*bound_pair("data-postgres-0", space, "10Gi", place, created=BORN))
    w.add(
        network.service(
            "postgres", space, {"app": "postgres"}, [network.port(port, "client", name="client")], created=BORN
        )
    )


def _client(w: World, name: str, space: str, port: int, *lines: str, variables: list[Obj]) -> Rollout:
    run = crashed(name, 1, lasted=3) if w.broken else None
    made = w.app(name, space, port, run=run, env=variables)
    for each in made.pods if w.broken else ():
        _crash_log(w, each, name, *lines)
    return made


def credentials(w: World) -> Ref:
    _database(w, "crops")
    secret = "harvest-db"  # noqa: S105
    w.add(config.secret(secret, "crops", ["password"], NOW - timedelta(minutes=30)))
    variables = [
        env("PGHOST", "postgres"),
        env("PGPORT", "5432"),
        env("PGUSER", "harvest"),
        env_secret("PGPASSWORD", secret, "password"),
    ]
    made = _client(
        w,
        "harvest",
        "crops",
        8770,
        "harvest 1.6.2",
        'psycopg.OperationalError: connection failed: FATAL:  password authentication failed for user "harvest"',
        variables=variables,
    )
    return of("Deployment", made)


def database_port(w: World) -> Ref:
    _database(w, "trains")
    variables = [env("DB_HOST", "postgres"), env("DB_PORT", "5423" if w.broken else "5432")]
    made = _client(
        w,
        "timetable",
        "trains",
        8780,
        "timetable starting",
        'could not connect to server: connection to server at "postgres", port 5423 failed: Connection timed out',
        variables=variables,
    )
    return of("Deployment", made)


def schema(w: World) -> Ref:
    """Both run; the database was restored empty."""
    _database(w, "recipes")
    variables = [env("DATABASE_URL", "postgres://cook@postgres:5432/recipes")]
    made = _client(
        w,
        "cookbook",
        "recipes",
        8790,
        "cookbook starting",
        'ERROR: relation "recipes" does not exist at character 15 (SQLSTATE 42P01)',
        "exit status 1",
        variables=variables,
    )
    return of("Deployment", made)


def cache(w: World) -> Ref:
    """The cache is scaled to zero; its clients are not ready and say so."""
    w.app("redis", "auction", 6379, replicas=0 if w.broken else 1, image="docker.io/library/redis:7.4.2")
    run = running(NOW - timedelta(hours=1), ready=False) if w.broken else None
    made = w.app(
        "bids",
        "auction",
        8795,
        run=run,
        env=[env("REDIS_ADDR", "redis:6379")],
        fields={"readinessProbe": http_probe("/ready", "http")},
        age=timedelta(minutes=55) if w.broken else None,
    )
    for each in made.pods if w.broken else ():
        line = "ERROR redis: dial tcp: connect: connection refused (redis:6379)"
        w.log(each, "bids", *[f"2026-02-10T09:{minute:02}:30Z {line}" for minute in range(0, 30, 2)])
        w.warn_all(
            [each], "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", count=320
        )
    return Ref("Deployment", "auction", "redis")


CASES = (
    CaseSpec(
        "rbac-denied", "rbac-denied", "The binding names somebody else", rbac, accept=("binding-subject-missing",)
    ),
    CaseSpec(
        "db-credentials-invalid", "db-credentials-invalid", "The password was changed on one side", credentials
    ),
    CaseSpec(
        "db-port-wrong",
        "db-port-wrong",
        "Two digits were swapped",
        database_port,
        accept=("service-address-port-mismatch",),
    ),
    CaseSpec("db-schema-missing", "db-schema-missing", "The tables are not there", schema),
    CaseSpec("zero-replicas-of-a-cache", "zero-replicas", "A cache without replicas, clients not ready", cache),
)
