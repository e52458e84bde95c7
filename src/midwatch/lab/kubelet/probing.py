"""What a probe of a container comes back with at this moment.

Source: kubernetes/pkg/kubelet/prober/prober.go, kubernetes/pkg/probe/{http,tcp,grpc,exec}, go/src/net/http.
"""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.lab.core.objects import Obj, part, parts
from midwatch.lab.core.runtime import Process
from midwatch.lab.kubelet.commands import EXEC, is_known
from midwatch.lab.kubelet.durations import go_duration
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.needs import port_number
from midwatch.lab.kubelet.state import Slot, Tenant
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.world.programs import LogStyle, Port, Protocol

_WAITING = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
_READY_PATHS = frozenset({"/readyz", "/ready", "/-/ready", "/healthz/ready"})
_TOOLS = {
    LogStyle.POSTGRES: frozenset({"pg_isready", "psql"}),
    LogStyle.REDIS: frozenset({"redis-cli"}),
    LogStyle.RABBITMQ: frozenset({"rabbitmq-diagnostics", "rabbitmqctl"}),
}
_ANYWHERE = frozenset({"grpc_health_probe", "mysqladmin", "mongosh", "mongo"})
_SHELLS = frozenset({"sh", "bash", "ash"})
_BROKEN = "net/http: HTTP/1.x transport connection broken: malformed HTTP response"
_FRAME = r"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00@\x00"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. An `errored` probe could not be made at all, which counts for nothing."""

    failed: bool = False
    message: str = ""
    errored: bool = False


WELL = Answer()


def probe(host: Host, tenant: Tenant, slot: Slot, check: Obj) -> Answer:
    """Make one probe."""
    limit = float(check.get("timeoutSeconds") or 1)
    if "httpGet" in check:
        return web_answer(
            host, tenant, check["httpGet"], resolve_port(slot.spec, check["httpGet"].get("port")), limit
        )
    if "tcpSocket" in check:
        return _tcp(host, tenant, slot, check["tcpSocket"])
    if "grpc" in check:
        return _grpc(host, tenant, slot, check["grpc"], limit)
    return _execute(slot, part(check, "exec").get("command") or [], limit)


def resolve_port(container: Obj, port: str | int | None) -> int:
    """The number of a port given by number or by name; 0 when there is none of that name."""
    if isinstance(port, int):
        return port
    named = next((each for each in parts(container, "ports") if each.get("name") == port), None)
    if named is not None:
        return int(named["containerPort"])
    return int(port) if port and port.isdigit() else 0


def _bad(message: str) -> Answer:
    return Answer(True, message)


def web_answer(host: Host, tenant: Tenant, check: Obj, port: int, limit: float) -> Answer:
    """One HTTP request. Source: kubernetes/pkg/probe/http/http.go (DoHTTPProbe)."""
    scheme = (check.get("scheme") or "HTTP").lower()
    path = check.get("path") or "/"
    address = check.get("host") or tenant.ip
    url = f"{scheme}://{address}:{port}{path if path.startswith('/') else f'/{path}'}"
    connection = host.network.from_node(host.name, _reached(host, address), port)
    process = connection.process
    if connection.failure is not None or process is None:
        return _bad(f'Get "{url}": {_dial_failure(connection, address, port)}')
    if _seconds(connection, process) > limit:
        return _bad(f'Get "{url}": {_WAITING}')
    found = _listener(process, port)
    wrong = _wrong_protocol(scheme, found)
    if wrong.isdigit():
        return _bad(f"HTTP probe failed with statuscode: {wrong}")
    if wrong:
        return _bad(f'Get "{url}": {wrong}')
    code = _status(process, found, path.partition("?")[0])
    return WELL if 200 <= code < 400 else _bad(f"HTTP probe failed with statuscode: {code}")


def _reached(host: Host, address: str) -> str:
    """The node's own address, where a probe names its loopback."""
    return host.ip if address in ("127.0.0.1", "localhost") else address


def _dial_failure(connection: Connection, address: str, port: int) -> str:
    where = f"dial tcp {address}:{port}"
    match connection.failure:
        case Failure.TIMEOUT:
            return f"{where}: i/o timeout (Client.Timeout exceeded while awaiting headers)"
        case Failure.NO_ROUTE:
            return f"{where}: connect: no route to host"
        case Failure.RESET:
            return f"read tcp {address}:{port}: read: connection reset by peer"
        case _:
            return f"{where}: connect: connection refused"


def _seconds(connection: Connection, process: Process) -> float:
    """How long an answer takes: two round trips, and what the process needs at the moment."""
    return connection.seconds * 2 + process.notes.get("latency", 0.0)


def _listener(process: Process, number: int) -> Port | None:
    return next((each for each in process.program.ports if port_number(process, each) == number), None)


def _wrong_protocol(scheme: str, port: Port | None) -> str:
    """What goes wrong when the other side speaks something else; a number is a status code."""
    spoken = port.protocol if port is not None else Protocol.HTTP
    if scheme == "https":
        if spoken is Protocol.HTTP:
            return "http: server gave HTTP response to HTTPS client"
        return "" if spoken is Protocol.HTTPS else "tls: first record does not look like a TLS handshake"
    match spoken:
        case Protocol.HTTP:
            return ""
        case Protocol.HTTPS:
            return "400"
        case Protocol.GRPC:
            return f'{_BROKEN} "{_FRAME}"'
        case Protocol.REDIS:
            return f"{_BROKEN} \"-ERR unknown command 'GET'\""
        case _:
            return "EOF"


def _status(process: Process, port: Port | None, path: str) -> int:
    if path in _READY_PATHS and process.notes.get("unready"):
        return 503
    return 200 if port is None or path in port.paths else 404


def _tcp(host: Host, tenant: Tenant, slot: Slot, check: Obj) -> Answer:
    port = resolve_port(slot.spec, check.get("port"))
    address = check.get("host") or tenant.ip
    connection = host.network.from_node(host.name, _reached(host, address), port)
    if connection.failure is None and connection.process is not None:
        return WELL
    why = "i/o timeout" if connection.failure is Failure.TIMEOUT else "connect: connection refused"
    if connection.failure is Failure.NO_ROUTE:
        why = "connect: no route to host"
    return _bad(f"dial tcp {address}:{port}: {why}")


def _grpc(host: Host, tenant: Tenant, slot: Slot, check: Obj, limit: float) -> Answer:
    """Source: kubernetes/pkg/probe/grpc/grpc.go."""
    port = resolve_port(slot.spec, check.get("port"))
    where = f"{tenant.ip}:{port}"
    connection = host.network.from_node(host.name, tenant.ip, port)
    process = connection.process
    if connection.failure is not None or process is None:
        return _bad(
            f'timeout: failed to connect service "{where}" within {go_duration(limit)}: context deadline exceeded'
        )
    found = _listener(process, port)
    if found is not None and found.protocol is not Protocol.GRPC:
        return _bad(
            f'timeout: failed to connect service "{where}" within {go_duration(limit)}: context deadline exceeded'
        )
    if _seconds(connection, process) > limit:
        return _bad(f"timeout: health rpc did not complete within {go_duration(limit)}")
    if process.notes.get("unready"):
        return _bad('service unhealthy (responded with "NOT_SERVING")')
    return WELL


def _execute(slot: Slot, command: list[str], limit: float) -> Answer:
    """A command inside the container. Source: kubernetes/pkg/probe/exec/exec.go."""
    if not command or slot.build is None or slot.process is None:
        return WELL
    tool = _tool(command)
    known = _ANYWHERE | _TOOLS.get(slot.process.program.style, frozenset())
    if tool not in known and not is_known(command[0], slot.build):
        why = f'exec: "{command[0]}": executable file not found in $PATH: unknown'
        return Answer(True, f"{EXEC}{why}", errored=True)
    if slot.process.notes.get("latency", 0.0) > limit:
        return _bad(f'command timed out: "{" ".join(command)}" timed out after {go_duration(limit)}')
    return WELL if slot.process.serving else _bad(_complaint(tool, slot.process))


def _tool(command: list[str]) -> str:
    """The program that a command is about, also when a shell runs it."""
    name = command[0].rpartition("/")[2]
    if name in _SHELLS and len(command) > 2:
        words = command[-1].removeprefix("exec ").split()
        return words[0].rpartition("/")[2] if words else name
    return name


def _complaint(tool: str, process: Process) -> str:
    port = process.program.ports[0].number if process.program.ports else 0
    match tool:
        case "pg_isready":
            return f"127.0.0.1:{port} - no response\n"
        case "redis-cli":
            return f"Could not connect to Redis at 127.0.0.1:{port}: Connection refused\n"
        case "rabbitmq-diagnostics" | "rabbitmqctl":
            return "Error: unable to perform an operation on node 'rabbit@localhost'.\n"
        case _:
            return ""
