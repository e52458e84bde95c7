"""What logs say, and how much it counts."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from midwatch.detectors._log_targets import addresses_in
from midwatch.detectors.logs import read_log
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.observation import Call, LogDigest, LogTemplate
from midwatch.domain.resource import Ref
from midwatch.knowledge.drain import mine
from tests.builders import causes_of, inventory_of

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop}
spec:
  nodeName: n1
  containers:
  - name: app
    image: web:v1
    env: [ENV]
    volumeMounts: [{name: data, mountPath: /data}, {name: conf, mountPath: /etc/app, readOnly: true}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: web-data}}, {name: conf, configMap: {name: conf}}]
status:
  phase: Running
  podIP: 10.0.0.5
  containerStatuses: [{name: app, STATUS}]
"""
DATABASE = """
apiVersion: v1
kind: Pod
metadata: {name: db-0, namespace: shop, labels: {app: db}}
spec: {containers: [{name: mysql, image: mysql:8, ports: [{containerPort: 3306}]}]}
status: {phase: Running, podIP: 10.0.0.7, containerStatuses: [{name: mysql, ready: true, state: {running: {}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {clusterIP: 10.96.0.7, selector: {app: db}, ports: [{port: 3306}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {clusterIP: 10.96.0.8, selector: {app: cart}, ports: [{port: 8080}]}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
"""
CLIENT, SERVER = Ref("Pod", "shop", "web-1"), Ref("Pod", "shop", "db-0")
FAILS = "ready: false, restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}"
RUNS = "ready: true, restartCount: 0, state: {running: {}}"


def cluster(status: str = FAILS, env: str = "", denied: tuple[str, ...] = ()) -> Inventory:
    return inventory_of(POD.replace("STATUS", status).replace("ENV", env), DATABASE, denied=denied)


def read(
    line: str,
    inventory: Inventory | None = None,
    pod: Ref = CLIENT,
    count: int = 5,
    lines: int = 100,
    last: int = 100,
) -> list[Finding]:
    template = LogTemplate(line, count, line, 1, last)
    digest = LogDigest(pod, "app" if pod == CLIENT else "mysql", False, lines, (template,), "logs")
    return list(read_log(inventory or cluster(), digest))


def read_at(silence: timedelta, status: str = RUNS) -> list[Finding]:
    """Ten refusals, the last one so long before the log was read."""
    line, now = "dial tcp 10.96.0.8:8080: connect: connection refused", datetime(2026, 1, 1, tzinfo=UTC)
    template = LogTemplate(line, 10, line, 1, 19, now - silence)
    digest = LogDigest(CLIENT, "app", False, 20, (template,), "logs", now)
    return list(read_log(cluster(status), digest))


def best(found: list[Finding]) -> tuple[str, Ref]:
    top = max((claim for each in found for claim in each.claims), key=lambda claim: claim.strength)
    return top.cause, top.culprit


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("dial tcp 10.96.0.8:8080: connect: connection refused", "dependency-unreachable"),
        ("Error: connect ECONNREFUSED 10.96.0.8:8080", "dependency-unreachable"),
        ("dial tcp: lookup basket on 10.96.0.10:53: no such host", "service-address-mismatch"),
        ("Error: getaddrinfo ENOTFOUND basket.shop.svc.cluster.local", "service-address-mismatch"),
        ("java.net.UnknownHostException: basket: Name or service not known", "service-address-mismatch"),
        (
            "requests: HTTPConnectionPool(host='basket', port=80): Name or service not known",
            "service-address-mismatch",
        ),
        ("dial tcp: lookup cart on 10.96.0.10:53: server misbehaving", "dns-resolution-failure"),
        ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "dns-resolution-failure"),
        ("Connect to cart:8081 [cart/10.96.0.8] failed: Connection refused", "service-address-port-mismatch"),
        ("dial tcp 10.96.0.8:9999: i/o timeout", "service-address-port-mismatch"),
        ("Can't connect to MySQL server on 'db:3307' (111)", "db-port-wrong"),
        ("Can't connect to MySQL server on 'database:3306' (111)", "db-address-wrong"),
        (
            'connection to server at "db" (10.96.0.7), port 5432 failed: Connection refused (PostgreSQL)',
            "db-port-wrong",
        ),
        ("Communications link failure: connect to 10.96.0.7:3306 failed: Connection refused", "db-unreachable"),
        ("Access denied for user 'web'@'10.0.0.5' (using password: YES)", "db-credentials-invalid"),
        ('FATAL: password authentication failed for user "web"', "db-credentials-invalid"),
        ("NOAUTH Authentication required.", "db-credentials-invalid"),
        ("WRONGPASS invalid username-password pair or user is disabled.", "db-credentials-invalid"),
        ("ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN", "db-credentials-invalid"),
        (
            'FATAL: no pg_hba.conf entry for host "10.0.0.5", user "web", database "web", no encryption',
            "db-tls-required",
        ),
        ("Unknown database 'web'", "db-database-missing"),
        ('ERROR: relation "orders" does not exist', "db-schema-missing"),
        ("Table 'web.orders' doesn't exist", "db-schema-missing"),
        ("x509: certificate has expired or is not yet valid", "certificate-expired"),
        ("PKIX path building failed: unable to find valid certification path", "tls-untrusted"),
        ('pods is forbidden: User "system:serviceaccount:shop:web" cannot list resource "pods"', "rbac-denied"),
        ("listen tcp :8080: bind: address already in use", "port-conflict"),
        ("KeyError: 'DATABASE_URL'", "configuration-rejected"),
        ("environment variable DB_HOST is not set", "configuration-rejected"),
        ("Could not resolve placeholder 'db.url' in value", "configuration-rejected"),
        ("nginx: [emerg] unknown directive", "configuration-rejected"),
        ("java.lang.OutOfMemoryError: Java heap space", "memory-saturated"),
        ("open /data/x: permission denied", "volume-permission-denied"),
        ("Fatal error: can't open the file dump.rdb for reading: Permission denied", "volume-permission-denied"),
        ("OSError: [Errno 30] Read-only file system: '/tmp/x'", "root-filesystem-read-only"),
        ("write /etc/app/x: read-only file system", "volume-permission-denied"),
        ("write /data/x: no space left on device", "volume-full"),
        ("write /var/x: no space left on device", "volume-full"),
        ("panic: runtime error: index out of range", "application-crash"),
        ("kafka: client has run out of available brokers to talk to", "broker-unreachable"),
        ("redis.exceptions.ConnectionError: Error 111 connecting", "cache-unreachable"),
        ("rpc error: code = Unavailable desc = no healthy upstream", "dependency-unreachable"),
        ("context deadline exceeded", "dependency-timeout"),
        ("dial tcp 127.0.0.1:8125: connect: connection refused", "dependency-unreachable"),
    ],
)
def test_errors_of_many_runtimes_are_understood(line: str, cause: str) -> None:
    assert best(read(line))[0] == cause


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (
            "The MySQL server is running with the --super-read-only option so it cannot execute this",
            "db-read-only",
        ),
        ("SQLSTATE[08004] [1040] Too many connections", "db-connections-exhausted"),
        ("Data truncation: The table 'orders' is full", "db-disk-full"),
    ],
)
def test_errors_of_the_database_blame_the_database(line: str, cause: str) -> None:
    assert best(read(line)) == (cause, SERVER)


def test_two_databases_of_a_kind_leave_it_open_which_one_is_meant() -> None:
    second = (
        DATABASE.replace("name: db-0", "name: db2-0")
        .replace("name: db,", "name: db2,")
        .replace("app: db}", "app: db2}")
    )
    both = inventory_of(POD.replace("STATUS", FAILS).replace("ENV", ""), DATABASE, second)
    found = [claim for each in read("Too many connections", both) for claim in each.claims]
    assert {claim.culprit for claim in found} == {SERVER, Ref("Pod", "shop", "db2-0")}
    assert max(claim.strength for claim in found) < 0.5


def test_the_variables_of_the_client_tell_which_database_is_meant() -> None:
    second = (
        DATABASE.replace("name: db-0", "name: db2-0")
        .replace("name: db,", "name: db2,")
        .replace("app: db}", "app: db2}")
    )
    env = '{name: DB_URL, value: "jdbc:mysql://db2:3306/web"}'
    both = inventory_of(POD.replace("STATUS", FAILS).replace("ENV", env), DATABASE, second)
    assert best(read("Too many connections (jdbc)", both))[1] == Ref("Pod", "shop", "db2-0")


def test_a_line_without_an_address_is_completed_by_the_variables_of_the_client() -> None:
    env = '{name: MYSQL_HOST, value: "db"}, {name: MYSQL_PORT, value: "3307"}'
    found = read("Communications link failure: Connection refused", cluster(env=env))
    assert best(found)[0] == "db-port-wrong"
    assert any("db:3307" in fact.value for fact in found[0].facts)


def test_an_error_passed_on_by_a_caller_blames_not_the_caller() -> None:
    holder = (
        POD.replace("STATUS", RUNS)
        .replace("web-1", "cart-1")
        .replace("ENV", "{name: REDIS_ADDR, value: 'db:6379'}")
    )
    inventory = inventory_of(POD.replace("STATUS", FAILS).replace("ENV", ""), DATABASE, holder)
    found = read("cart failed: RedisConnectionException: UnableToConnect on db:6379/Interactive", inventory)
    assert max(claim.strength for each in found for claim in each.claims) <= 0.3


def test_what_kubectl_prints_in_place_of_a_log_is_no_log() -> None:
    assert read('Error from server: Get "https://n1:10250/containerLogs": dial tcp: connection refused') == []


def test_a_server_that_rejects_a_client_blames_the_client() -> None:
    assert best(read("Access denied for user 'web'@'10.0.0.5'", pod=SERVER)) == ("db-credentials-invalid", CLIENT)
    assert read("Access denied for user 'web'@'10.9.9.9'", pod=SERVER) == []


def test_a_service_that_was_not_listed_is_not_called_missing() -> None:
    found = read("dial tcp: lookup basket on 10.96.0.10:53: no such host", cluster(denied=("Service",)))
    assert best(found)[0] == "dns-resolution-failure"


def test_addresses_outside_the_cluster_are_not_called_wrong() -> None:
    assert "service-address-mismatch" not in causes_of(
        read("dial tcp api.example.com:443: connect: connection refused")
    )


@pytest.mark.parametrize(
    "line",
    [
        "INFO connection to cart established",
        "2026-01-01 03:00:00.000 INFO 1 --- [main] o.a.Config : retries on connection refused: 3",
        'level=info msg="connection refused, retrying"',
        '{"severity":"info","message":"connection refused"}',
        "GET /not-found 404",
        "listening on :8080",
        "",
    ],
)
def test_plain_lines_say_nothing(line: str) -> None:
    assert read(line) == []


def test_a_failing_container_makes_an_error() -> None:
    assert read("dial tcp 10.96.0.8:8080: connect: connection refused", count=1)[0].severity is Severity.ERROR


def test_a_rare_line_of_a_healthy_container_is_advice() -> None:
    found = read(
        "dial tcp 10.96.0.8:8080: connect: connection refused", cluster(RUNS), count=1, lines=500, last=500
    )
    assert found[0].severity is Severity.INFO
    assert found[0].claims[0].strength <= 0.3


def test_a_line_that_fills_the_log_is_an_error() -> None:
    found = read(
        "dial tcp 10.96.0.8:8080: connect: connection refused", cluster(RUNS), count=60, lines=500, last=500
    )
    assert found[0].severity is Severity.ERROR


def test_errors_of_the_start_that_ended_are_over() -> None:
    found = read(
        "dial tcp 10.96.0.8:8080: connect: connection refused", cluster(RUNS), count=20, lines=500, last=30
    )
    assert (found[0].severity, found[0].status) == (Severity.INFO, Status.RECOVERED)


def test_a_stack_trace_of_a_healthy_container_is_no_crash() -> None:
    assert read("Traceback (most recent call last): ValueError: x", cluster(RUNS)) == []


def test_the_line_is_cited_with_its_source() -> None:
    fact = read("panic: boom")[0].facts[0]
    assert (fact.subject, fact.path, fact.source) == (CLIENT, "log app", "logs")


def test_other_observations_are_ignored() -> None:
    assert list(read_log(cluster(), Call(CLIENT, SERVER))) == []


def test_a_pod_the_survey_did_not_see_is_blamed_itself() -> None:
    gone = Ref("Pod", "shop", "gone")
    assert best(read("panic: boom", pod=gone, count=50)) if read("panic: boom", pod=gone) else True
    assert best(read("Unknown database 'x'", pod=gone))[1] == gone


def test_hostile_lines_take_no_time() -> None:
    lines = (
        "a" * 500,
        "error " + "/" * 490,
        "failed " + "a." * 240,
        "error " + "a:1," * 120,
        "could not " * 50,
        "[" * 500,
    )
    templates = tuple(LogTemplate(line, 1, line) for line in lines * 50)
    started = time.process_time()
    list(read_log(cluster(), LogDigest(CLIENT, "app", False, 300, templates)))
    assert time.process_time() - started < 2.0


TRACE = 'Traceback (most recent call last):\n  File "/a.py", line 6, in f\n    {code}\n{frame}KeyError: {key}'
FRAME = '  File "/usr/lib/python3.12/os.py", line 685, in __getitem__\n    raise KeyError(key) from None\n'


@pytest.mark.parametrize(
    ("code", "frame", "key", "cause"),
    [
        ("os.environ['API_KEY']", FRAME, "'API_KEY'", "configuration-rejected"),
        ("os.environ['TOKEN']", "", "'TOKEN'", "configuration-rejected"),
        ("RATES['USD']", "", "'USD'", "application-crash"),
        ("ITEMS['UNIT_PRICE']", "", "'UNIT_PRICE'", "application-crash"),
    ],
)
def test_only_a_missing_variable_is_configuration(code: str, frame: str, key: str, cause: str) -> None:
    entries = mine(TRACE.format(code=code, frame=frame, key=key).splitlines())
    assert [best(read(each.example))[0] for each in entries] == [cause]


@pytest.mark.parametrize(
    "line",
    [
        "RuntimeError: Failed to bind to address [::]:8080; set GRPC_VERBOSITY=debug",
        "Connection in use: ('0.0.0.0', 8080)",
        "The Tomcat connector configured to listen on port 8080 failed to start. The port may already be in use",
        "Error: No address added out of total 1 resolved",
        "Os { code: 98, kind: AddrInUse, message: ... }: error",
    ],
)
def test_a_port_that_is_taken_is_told_in_many_ways(line: str) -> None:
    assert best(read(line))[0] == "port-conflict"


def test_a_privileged_port_is_not_a_taken_one() -> None:
    assert best(read("Failed to bind to address 0.0.0.0:80: Permission denied"))[0] != "port-conflict"


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (
            "# Can't open or create append-only dir appendonlydir: Read-only file system",
            "volume-permission-denied",
        ),
        ("chown: changing ownership of '/data': Operation not permitted", "volume-permission-denied"),
        ('FATAL:  data directory "/data" has wrong ownership', "volume-permission-denied"),
    ],
)
def test_servers_complain_of_their_data_directory_in_their_own_words(line: str, cause: str) -> None:
    assert best(read(line))[0] == cause


def test_errors_of_a_start_long_ago_are_over_when_the_container_is_well() -> None:
    found = read_at(timedelta(minutes=40))
    assert [(each.status, each.severity) for each in found] == [(Status.RECOVERED, Severity.INFO)]


def test_recent_errors_count_and_so_do_old_ones_of_a_container_that_is_not_ready() -> None:
    assert [each.status for each in read_at(timedelta(minutes=2))] == [Status.ACTIVE]
    assert [each.status for each in read_at(timedelta(minutes=40), FAILS)] == [Status.ACTIVE]


def test_the_time_at_the_head_of_a_line_is_no_address() -> None:
    line = "2026-11-19T11:38:32.935Z ERROR 1 --- [main] Client : I/O error: Connection timed out"
    assert not [each for each in addresses_in(line) if each.host.startswith("2026")]


def test_a_missing_service_whose_workload_runs_is_gone_rather_than_misnamed() -> None:
    workload = """
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ads, namespace: shop}
spec: {selector: {matchLabels: {app: ads}}, template: {metadata: {labels: {app: ads}}}}
"""
    line = "dial tcp: lookup ads on 10.96.0.10:53: no such host"
    found = read(line, inventory_of(POD.replace("STATUS", FAILS).replace("ENV", ""), workload))
    assert best(found) == ("service-missing", Ref("Service", "shop", "ads"))
