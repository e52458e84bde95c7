"""What an application is, from outside: what it needs to start, where it listens, whom it calls, how it logs.

Texts like `${CART_ADDR}` are expanded from the environment of the process, so that a wrong value in a ConfigMap
leads the call astray exactly as it would in reality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MI = 1024 * 1024


class LogStyle(StrEnum):
    """How log lines look."""

    JSON = "json"
    LOGFMT = "logfmt"
    PLAIN = "plain"
    JAVA = "java"
    NGINX = "nginx"
    POSTGRES = "postgres"
    REDIS = "redis"
    RABBITMQ = "rabbitmq"
    KLOG = "klog"


class Protocol(StrEnum):
    """What is spoken at a port."""

    HTTP = "http"
    HTTPS = "https"
    GRPC = "grpc"
    POSTGRES = "postgres"
    MYSQL = "mysql"
    MONGODB = "mongodb"
    REDIS = "redis"
    AMQP = "amqp"
    DNS = "dns"
    TCP = "tcp"


class Lifetime(StrEnum):
    """Whether a program serves until it is stopped, or does its work and exits with 0."""

    SERVES = "serves"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Port:
    """Where it listens. `variable` names the environment variable that overrides `number`; `paths` answer 200."""

    number: int
    protocol: Protocol = Protocol.HTTP
    variable: str = ""
    paths: frozenset[str] = frozenset({"/", "/healthz", "/readyz"})


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that it reads; a `required` one that is missing or malformed ends it with an error.

    `form` is what a value must look like: `text`, `number`, `port`, `address` (host:port) or `url`.
    """

    name: str
    required: bool = True
    form: str = "text"


@dataclass(frozen=True, slots=True)
class File:
    """A file it reads at the start (`keys`: settings that must occur in it), or a directory it `writes` to."""

    path: str
    writes: bool = False
    required: bool = True
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dependency:
    """Another service. `address` is host:port or a URL, with `${VARIABLES}`; so are the credentials of databases.

    `at_start`: it must be reached, or the program logs why and exits with 1.
    """

    name: str
    address: str
    protocol: Protocol = Protocol.HTTP
    user: str = ""
    password: str = ""
    database: str = ""
    timeout: float = 2.0
    at_start: bool = False
    pool: int = 10


@dataclass(frozen=True, slots=True)
class Use:
    """One call that an operation makes: `times` a request; when a `critical` one fails, so does the request."""

    dependency: str
    operation: str = ""
    times: float = 1.0
    critical: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """Something it does on request. `seconds` and `cpu` are its own, calls not counted; `errors` its own rate."""

    name: str
    seconds: float = 0.005
    cpu: float = 0.002
    calls: tuple[Use, ...] = ()
    errors: float = 0.0


@dataclass(frozen=True, slots=True)
class ApiUse:
    """Calls to the Kubernetes API under its service account, each minute; a refusal is logged.

    `critical`: without it the program does not become ready.
    """

    verb: str
    resource: str
    group: str = ""
    namespace: str = ""
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """How a defect shows: of all requests `errors` fail; `seconds` are added; CPU is multiplied; memory leaks.

    `exits` ends the process with that code after `after` seconds (137 is left to the kernel: leak memory instead);
    `log` is what it writes when it fails; `operation` restricts errors and delay to one operation.
    """

    errors: float = 0.0
    seconds: float = 0.0
    cpu: float = 1.0
    leak: float = 0.0
    exits: int | None = None
    after: float = 5.0
    log: str = ""
    operation: str = ""


@dataclass(frozen=True, slots=True)
class AdmissionRule:
    """What an admission webhook refuses: objects of `kinds` that lack a label. The message is the webhook's."""

    kinds: tuple[str, ...] = ("Pod",)
    label: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """One application. Memory in bytes, times in seconds, CPU in cores (`Operation.cpu`: core seconds a request).

    `flags` maps a feature flag to what it does when it is on; flags are read from the JSON file `flag_file`
    (`{"name": true}`) and re-read each minute. `workers` bounds the requests served at the same time. `exit` is
    the code of a program that ends. `defect` is always on (a bad release).
    """

    name: str
    style: LogStyle = LogStyle.JSON
    ports: tuple[Port, ...] = ()
    environment: tuple[Variable, ...] = ()
    files: tuple[File, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    operations: tuple[Operation, ...] = ()
    api: tuple[ApiUse, ...] = ()
    memory: float = 64 * MI
    memory_per_rps: float = 0.2 * MI
    idle_cpu: float = 0.005
    start: float = 2.0
    workers: int = 64
    connections: int = 100
    lifetime: Lifetime = Lifetime.SERVES
    duration: float = 20.0
    exit: int = 0
    defect: Effect | None = None
    flags: Mapping[str, Effect] = field(default_factory=dict[str, Effect])
    flag_file: str = ""
    admission: AdmissionRule | None = None

    def operation(self, name: str) -> Operation | None:
        """One operation; the first when the name is empty."""
        if not name:
            return self.operations[0] if self.operations else None
        return next((each for each in self.operations if each.name == name), None)

    def dependency(self, name: str) -> Dependency | None:
        """One dependency."""
        return next((each for each in self.dependencies if each.name == name), None)
