from __future__ import annotations

from dataclasses import replace

import pytest

from midwatch.domain.resource import Ref
from midwatch.lab.core.runtime import Process
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.world.disturbances import DiskFill
from midwatch.lab.world.programs import Dependency, LogStyle, Port, Program, Protocol
from tests.lab.network.bench import WEB, Bench

_ENGINES = {
    Protocol.POSTGRES: (5432, {"POSTGRES_USER": "u", "POSTGRES_PASSWORD": "one", "POSTGRES_DB": "shop"}),
    Protocol.MYSQL: (3306, {"MYSQL_USER": "u", "MYSQL_PASSWORD": "one", "MYSQL_DATABASE": "shop"}),
    Protocol.MONGODB: (27017, {"MONGO_INITDB_ROOT_USERNAME": "u", "MONGO_INITDB_ROOT_PASSWORD": "one"}),
    Protocol.REDIS: (6379, {"REDIS_PASSWORD": "one"}),
    Protocol.AMQP: (5672, {"RABBITMQ_DEFAULT_USER": "u", "RABBITMQ_DEFAULT_PASS": "one"}),
}


def _pair(protocol: Protocol, style: LogStyle = LogStyle.JSON) -> tuple[Bench, Process, Process, Dependency]:
    bench = Bench()
    number, account = _ENGINES[protocol]
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data-db"}}]
    program = Program("server", ports=(Port(number, protocol),))
    server = bench.pod("db-0", program=program, environment=account, volumes=volumes)
    bench.service("db", [server], ports=[{"name": "main", "port": number}])
    values = {"USER": "u", "PASSWORD": "one", "DATABASE": "shop"}
    client = bench.pod("client", program=replace(WEB, style=style), environment=values)
    user = "" if protocol is Protocol.REDIS else "${USER}"
    return bench, server, client, Dependency("db", f"db:{number}", protocol, user, "${PASSWORD}", "${DATABASE}")


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        (Protocol.POSTGRES, 'FATAL: password authentication failed for user "u" (SQLSTATE 28P01)'),
        (Protocol.MYSQL, "Error 1045 (28000): Access denied for user 'u'@'"),
        (Protocol.MONGODB, "(AuthenticationFailed) Authentication failed."),
        (Protocol.REDIS, "WRONGPASS invalid username-password pair or user is disabled."),
        (Protocol.AMQP, 'Exception (403) Reason: "username or password not allowed"'),
    ],
)
def test_servers_admit_the_right_password_and_refuse_another_in_their_own_words(
    protocol: Protocol, words: str
) -> None:
    bench, _, client, dependency = _pair(protocol)
    assert bench.network.check(client, dependency).failure is None
    client.environment["PASSWORD"] = "two"
    found = bench.network.check(client, dependency)
    assert found.failure is Failure.AUTHENTICATION
    assert words in bench.network.reason(client, dependency, found)


def test_a_database_that_nobody_made_does_not_exist():
    bench, _, client, dependency = _pair(Protocol.POSTGRES)
    client.environment["DATABASE"] = "shops"
    found = bench.network.check(client, dependency)
    assert found.failure is Failure.NO_DATABASE
    assert 'database "shops" does not exist (SQLSTATE 3D000)' in bench.network.reason(client, dependency, found)


def test_a_full_volume_fails_writes_of_the_server_that_mounts_it():
    bench, _, client, dependency = _pair(Protocol.POSTGRES)
    bench.env.world.disturb(DiskFill(Ref("PersistentVolumeClaim", "shop", "other"), 1.0))
    assert bench.network.check(client, dependency).failure is None
    bench.env.world.disturb(DiskFill(Ref("PersistentVolumeClaim", "shop", "data-db"), 0.99))
    found = bench.network.check(client, dependency)
    assert "No space left on device (SQLSTATE 53100)" in bench.network.reason(client, dependency, found)


def test_speaking_the_wrong_protocol_is_noticed():
    bench = Bench()
    rpc = bench.pod("rpc", program=Program("rpc", ports=(Port(8080, Protocol.GRPC),)))
    bench.service("rpc", [rpc])
    client = bench.pod("client")
    right, wrong = Dependency("rpc", "rpc:80", Protocol.GRPC), Dependency("rpc", "http://rpc", Protocol.HTTP)
    assert bench.network.check(client, right).failure is None
    found = bench.network.check(client, wrong)
    assert found.failure is Failure.PROTOCOL
    assert "malformed HTTP response" in bench.network.reason(client, wrong, found)


@pytest.mark.parametrize(
    ("style", "protocol", "words"),
    [
        (LogStyle.JSON, Protocol.HTTP, 'Get \\"http://db\\": dial tcp 10.96.0.9:80: connect: connection refused"'),
        (LogStyle.JSON, Protocol.GRPC, '"transport: Error while dialing: dial tcp 10.96.0.9:80: connect:'),
        (LogStyle.LOGFMT, Protocol.REDIS, 'error="dial tcp 10.96.0.9:80: connect: connection refused"'),
        (LogStyle.JAVA, Protocol.POSTGRES, "org.postgresql.util.PSQLException: Connection to db:80 refused."),
        (LogStyle.NGINX, Protocol.HTTP, "connect() failed (111: Connection refused) while connecting to upstream"),
        (LogStyle.KLOG, Protocol.HTTP, "connection refused"),
    ],
)  # fmt: skip
def test_complaints_are_worded_as_the_client_library_of_each_language_does(
    style: LogStyle, protocol: Protocol, words: str
) -> None:
    bench = Bench()
    client = bench.pod("client", program=replace(WEB, style=style))
    connection = Connection("db", 80, "10.96.0.9:80", failure=Failure.REFUSED)
    assert words in bench.network.complaint(client, Dependency("db", "db", protocol), connection)
