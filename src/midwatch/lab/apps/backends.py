"""Databases, caches and brokers: what they are, how they run, and how others connect to them."""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.lab.apps.parts import Backend
from midwatch.lab.world.programs import (
    MI,
    Dependency,
    File,
    LogStyle,
    Operation,
    Port,
    Program,
    Protocol,
    Variable,
)


@dataclass(frozen=True, slots=True)
class Engine:
    """One product: its image, and the environment variables of its first start (user, password, database)."""

    image: str
    tag: str
    port: int
    protocol: Protocol
    style: LogStyle
    data: str
    user: str
    password: str
    database: str
    memory: float
    seconds: float
    tier: str


ENGINES: dict[str, Engine] = {
    "postgres": Engine(
        "docker.io/library/postgres",
        "17.2",
        5432,
        Protocol.POSTGRES,
        LogStyle.POSTGRES,
        "/var/lib/postgresql/data",
        "POSTGRES_USER",
        "POSTGRES_PASSWORD",
        "POSTGRES_DB",
        120,
        0.003,
        "database",
    ),
    "mysql": Engine(
        "docker.io/library/mysql",
        "8.4.3",
        3306,
        Protocol.MYSQL,
        LogStyle.PLAIN,
        "/var/lib/mysql",
        "MYSQL_USER",
        "MYSQL_PASSWORD",
        "MYSQL_DATABASE",
        160,
        0.003,
        "database",
    ),
    "mongodb": Engine(
        "docker.io/library/mongo",
        "8.0.4",
        27017,
        Protocol.MONGODB,
        LogStyle.JSON,
        "/data/db",
        "MONGO_INITDB_ROOT_USERNAME",
        "MONGO_INITDB_ROOT_PASSWORD",
        "MONGO_INITDB_DATABASE",
        140,
        0.002,
        "database",
    ),
    "redis": Engine(
        "docker.io/library/redis",
        "7.4.1",
        6379,
        Protocol.REDIS,
        LogStyle.REDIS,
        "/data",
        "",
        "REDIS_PASSWORD",
        "",
        40,
        0.0005,
        "cache",
    ),
    "rabbitmq": Engine(
        "docker.io/library/rabbitmq",
        "4.0.5-management",
        5672,
        Protocol.AMQP,
        LogStyle.RABBITMQ,
        "/var/lib/rabbitmq",
        "RABBITMQ_DEFAULT_USER",
        "RABBITMQ_DEFAULT_PASS",
        "",
        110,
        0.001,
        "broker",
    ),
}


def backend_program(backend: Backend) -> Program:
    """The program of a backend."""
    engine = ENGINES[backend.kind]
    required = (engine.password,) if engine.tier == "database" else ()
    return Program(
        name=backend.kind,
        style=engine.style,
        ports=(Port(engine.port, engine.protocol, paths=frozenset()),),
        environment=tuple(Variable(each) for each in required),
        files=(File(engine.data, writes=True),) if backend.gigabytes else (),
        operations=(Operation("query", engine.seconds, 0.0008),),
        memory=engine.memory * MI,
        memory_per_rps=0.05 * MI,
        start=4.0,
        connections=100,
        workers=200,
    )


def variables(backend: Backend) -> dict[str, str]:
    """Names of the variables that a caller's address and credentials come in: `POSTGRES_HOST` -> what it holds."""
    engine, prefix = ENGINES[backend.kind], backend.name.replace("-", "_").upper()
    found = {f"{prefix}_HOST": "host", f"{prefix}_PORT": "port"}
    if engine.user:
        found[f"{prefix}_USER"] = "username"
    found[f"{prefix}_PASSWORD"] = "password"
    if engine.database:
        found[f"{prefix}_DATABASE"] = "database"
    return found


def backend_dependency(backend: Backend, *, at_start: bool) -> Dependency:
    """How a caller reaches a backend."""
    engine, by_role = ENGINES[backend.kind], {role: f"${{{name}}}" for name, role in variables(backend).items()}
    return Dependency(
        backend.name,
        f"{by_role['host']}:{by_role['port']}",
        engine.protocol,
        user=by_role.get("username", ""),
        password=by_role["password"],
        database=by_role.get("database", ""),
        at_start=at_start,
        timeout=5.0,
    )
