"""Which database a client's log line is about, and whether the database or the client is to blame."""

from __future__ import annotations

import pytest

from midwatch.detectors import addresses, probes
from midwatch.detectors.logs import read_log
from midwatch.detectors.logs._databases import clients_of, stems
from midwatch.domain.finding import Claim, Finding
from midwatch.domain.inventory import Inventory
from midwatch.domain.observation import LogDigest, LogTemplate
from midwatch.domain.resource import Ref
from tests.builders import inventory_of

CLIENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: shop, uid: d-NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec: {containers: [{name: app, image: "img:v1", env: [ENV], envFrom: [{secretRef: {name: SECRET}}]}]}
---
apiVersion: v1
kind: Pod
metadata:
  name: NAME-1
  namespace: shop
  labels: {app: NAME}
  ownerReferences: [{kind: Deployment, name: NAME, uid: d-NAME, controller: true}]
spec: {containers: [{name: app, image: "img:v1", env: [ENV], envFrom: [{secretRef: {name: SECRET}}]}]}
status:
  phase: Running
  podIP: 10.0.1.9
  containerStatuses: [{name: app, ready: READY, restartCount: 3, state: {running: {}}}]
---
"""
DATABASE = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: NAME, namespace: shop, uid: s-NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec: {containers: [{name: db, image: "mysql:8", ports: [{containerPort: 3306}]}]}
---
apiVersion: v1
kind: Pod
metadata:
  name: NAME-0
  namespace: shop
  labels: {app: NAME, role: leader}
  ownerReferences: [{kind: StatefulSet, name: NAME, uid: s-NAME, controller: true}]
spec:
  containers:
  - name: db
    image: "mysql:8"
    ports: [{containerPort: 3306}]
    env: [{name: MYSQL_USER, value: ACCOUNT}]
status:
  phase: Running
  podIP: IP
  containerStatuses: [{name: db, ready: READY, restartCount: 0, state: {running: {}}}]
---
apiVersion: v1
kind: Service
metadata: {name: NAME-leader, namespace: shop}
spec: {clusterIP: 10.96.0.LAST, selector: {app: NAME, role: leader}, ports: [{port: 3306}]}
---
apiVersion: v1
kind: Service
metadata: {name: NAME-follower, namespace: shop}
spec: {clusterIP: 10.96.1.LAST, selector: {app: NAME}, ports: [{port: 3306}]}
---
"""
LINK = "com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure"
POOL = "HikariPool-1 - Connection is not available, request timed out after 30000ms"
READ_ONLY = "The MySQL server is running with the --super-read-only option so it cannot execute this statement"


def client(name: str = "cart", env: str = "", secret: str = "", *, ready: bool = False) -> str:
    text = CLIENT.replace("NAME", name).replace("ENV", env).replace("READY", str(ready).lower())
    return text.replace("SECRET", secret or f"{name}-mysql")


def database(name: str = "orders-mysql", user: str = "app", last: int = 7, *, ready: bool = True) -> str:
    text = DATABASE.replace("NAME", name).replace("ACCOUNT", user).replace("LAST", str(last))
    return text.replace("READY", str(ready).lower()).replace("podIP: IP", f"podIP: 10.0.0.{last}")


def read(inventory: Inventory, line: str, count: int = 20, name: str = "cart") -> list[Finding]:
    digest = LogDigest(
        Ref("Pod", "shop", f"{name}-1"), "app", False, count, (LogTemplate(line, count, line, 1, count),)
    )
    return list(read_log(inventory, digest))


def claims(inventory: Inventory, line: str, name: str = "cart") -> dict[tuple[str, str], float]:
    found: list[Claim] = [claim for each in read(inventory, line, name=name) for claim in each.claims]
    return {(each.cause, each.culprit.name): each.strength for each in found if not each.refutes}


def best(inventory: Inventory, line: str) -> tuple[str, str]:
    found = claims(inventory, line)
    return max(found, key=lambda each: found[each])


@pytest.mark.parametrize(
    "line",
    [
        LINK,
        "SQL Error: 0, SQLState: 08S01",
        "OperationalError: (2003, \"Can't connect to MySQL server on 'orders-mysql-leader' (timed out)\")",
        "Error: connect ECONNREFUSED 10.96.0.7:3307",
        "[mysql] packets.go:37: dial tcp 10.96.0.7:3307: i/o timeout",
        "dial tcp 10.0.0.7:3307: connect: connection refused",
        "Socket fail to connect to host:address=(host=orders-mysql-leader)(port=13306)(type=primary)",
        f"{POOL} (total=0, active=0, idle=0, waiting=1)",
    ],
)
def test_a_database_that_serves_others_means_that_this_client_has_the_wrong_port(line: str) -> None:
    others = client("bill", ready=True), client("ship", ready=True)
    assert best(inventory_of(client(), *others, database()), line) == ("db-port-wrong", "cart")


def test_a_database_that_is_not_ready_is_not_a_matter_of_ports() -> None:
    found = claims(inventory_of(client(), client("bill", ready=True), database(ready=False)), LINK)
    assert set(found) == {("db-unreachable", "cart")}


def test_a_database_that_most_clients_cannot_reach_is_hardly_a_matter_of_ports() -> None:
    found = claims(inventory_of(client(), client("bill"), client("ship"), database()), LINK)
    assert found["db-port-wrong", "cart"] < found["db-unreachable", "cart"]


def test_the_right_port_is_never_called_wrong() -> None:
    env = "{name: DB_URL, value: 'jdbc:mysql://orders-mysql-leader:3306/app'}"
    found = claims(inventory_of(client(env=env), client("bill", ready=True), database()), LINK)
    assert set(found) == {("db-unreachable", "cart")}


def test_a_host_outside_the_cluster_is_not_taken_for_a_database_inside() -> None:
    line = "Communications link failure: dial tcp 203.0.113.9:3306: i/o timeout"
    assert all(name == "cart" for _, name in claims(inventory_of(client(), database()), line))
    assert "db-port-wrong" not in {cause for cause, _ in claims(inventory_of(client(), database()), line)}


def test_a_pool_without_connections_speaks_of_the_database_where_others_suffer_too() -> None:
    ready = inventory_of(client(ready=True), client("bill", ready=True), database())
    starting = inventory_of(client(), client("bill", ready=True), database())
    exhausted = ("db-connections-exhausted", "orders-mysql")
    assert claims(ready, POOL)[exhausted] > claims(starting, POOL)[exhausted]
    assert claims(starting, POOL)["db-port-wrong", "cart"] < 0.5


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (READ_ONLY, "db-read-only"),
        ("SQL Error: 1290, SQLState: HY000", "db-read-only"),
        ("ERROR: cannot execute INSERT in a read-only transaction (SQLSTATE 25006)", "db-read-only"),
        ("SQL Error: 1040, SQLState: 08004", "db-connections-exhausted"),
        ("Error: ER_CON_COUNT_ERROR: Too many connections", "db-connections-exhausted"),
        ("User 'app' has exceeded the 'max_user_connections' resource", "db-connections-exhausted"),
    ],
)
def test_errors_of_a_database_blame_its_workload(line: str, cause: str) -> None:
    assert best(inventory_of(client(), database()), line) == (cause, "orders-mysql")


@pytest.mark.parametrize(
    "line",
    [
        "SQL Error: 1045, SQLState: 28000",
        "Error 1045 (28000): Access denied for user 'app'@'10.0.1.9' (using password: YES)",
        "ER_ACCESS_DENIED_ERROR: Access denied for user 'app'@'10.0.1.9'",
    ],
)
def test_rejected_credentials_blame_the_client(line: str) -> None:
    assert best(inventory_of(client(), database()), line) == ("db-credentials-invalid", "cart")


def test_of_two_databases_the_one_named_like_the_client_or_its_secret_is_meant() -> None:
    both = database("cartdb-mysql", last=7), database("auditdb-mysql", last=8)
    assert best(inventory_of(client(), *both), READ_ONLY) == ("db-read-only", "cartdb-mysql")
    audited = inventory_of(client("web", secret="audit-mysql"), *both)
    assert max(claims(audited, READ_ONLY, "web")) == ("db-read-only", "auditdb-mysql")


def test_of_two_databases_the_one_with_the_account_is_meant() -> None:
    both = database("one-mysql", user="alpha", last=7), database("two-mysql", user="beta", last=8)
    line = "User 'beta' has exceeded the 'max_user_connections' resource"
    assert best(inventory_of(client(), *both), line) == ("db-connections-exhausted", "two-mysql")


def test_two_databases_that_nothing_tells_apart_share_the_suspicion() -> None:
    found = claims(inventory_of(client(), database("one-mysql"), database("two-mysql", last=8)), READ_ONLY)
    assert set(found) == {("db-read-only", "one-mysql"), ("db-read-only", "two-mysql")}
    assert max(found.values()) < 0.5


def test_a_client_of_replicas_has_the_wrong_address_when_it_may_not_write() -> None:
    env = "{name: MYSQL_HOST, value: orders-mysql-follower}"
    assert best(inventory_of(client(env=env), database()), READ_ONLY) == ("db-address-wrong", "cart")


def test_clients_are_known_by_address_and_by_the_names_of_their_secrets() -> None:
    found = inventory_of(client(), client("bill", "{name: DB, value: 'orders-mysql-leader:3306'}"), database())
    assert {each.name for each in found.derive(clients_of)[Ref("StatefulSet", "shop", "orders-mysql")]} == {
        "cart",
        "bill",
    }


def test_the_words_of_a_name_leave_out_what_every_database_is_called() -> None:
    assert stems("ordersdb-mysql-0") == stems("order-database") == {"order"}


def test_a_variable_with_a_wrong_port_of_a_database_says_so() -> None:
    env = "{name: MYSQL_HOST, value: orders-mysql-leader}, {name: MYSQL_PORT, value: '3307'}"
    inventory = inventory_of(client(env=env), database())
    found = {claim.cause for detect in addresses.DETECTORS for each in detect(inventory) for claim in each.claims}
    assert found == {"db-port-wrong"}


def test_the_probe_of_a_database_tells_that_it_has_no_connection_left() -> None:
    event = """
apiVersion: v1
kind: Event
metadata: {name: e1, namespace: shop}
involvedObject: {kind: Pod, namespace: shop, name: orders-mysql-0}
reason: Unhealthy
message: "Readiness probe failed: ERROR 1040 (HY000): Too many connections"
"""
    found = list(probes.database_probes(inventory_of(database(ready=False), event)))
    assert [(each.cause, each.culprit.name) for each in found[0].claims] == [
        ("db-connections-exhausted", "orders-mysql")
    ]
    assert list(probes.database_probes(inventory_of(database(), event))) == []
