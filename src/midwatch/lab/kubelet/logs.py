"""What programs write when they start and when they cannot: each in its own style."""

from __future__ import annotations

from midwatch.lab.core.runtime import Process
from midwatch.lab.kubelet.durations import go_duration
from midwatch.lab.world.programs import LogStyle, Program
from midwatch.lab.world.style import format_line


def line(process: Process, at: float, level: str, message: str, **fields: object) -> str:
    """One line in the style of the process' program."""
    program = process.program
    return format_line(program.style, at, level, program.name, message, **fields)


def greeting(program: Program) -> str:
    """The first line."""
    match program.style:
        case LogStyle.POSTGRES:
            return "starting PostgreSQL 17.2 on x86_64-pc-linux-musl, compiled by gcc, 64-bit"
        case LogStyle.REDIS:
            return "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo"
        case LogStyle.NGINX:
            return 'using the "epoll" event method'
        case LogStyle.RABBITMQ:
            return "Starting RabbitMQ 4.0.5 on Erlang 27.2 [jit]"
        case LogStyle.JAVA:
            return f"Starting {_title(program)} using Java 21.0.5 with PID 1"
        case LogStyle.KLOG:
            return f"Starting {program.name}"
        case _:
            return f"starting {program.name}"


def serving(program: Program, ports: list[int], seconds: float) -> str:
    """The line when it begins to serve."""
    first = ports[0] if ports else 0
    match program.style:
        case LogStyle.POSTGRES:
            return "database system is ready to accept connections"
        case LogStyle.REDIS:
            return "Ready to accept connections tcp"
        case LogStyle.NGINX:
            return "start worker processes"
        case LogStyle.RABBITMQ:
            return "Server startup complete; 4 plugins started."
        case LogStyle.JAVA:
            return f"Started {_title(program)} in {seconds:.3f} seconds (process running for {seconds + 0.4:.3f})"
        case LogStyle.KLOG:
            return f"Serving on [::]:{first}" if ports else "Started"
        case _:
            return f"listening on :{first}" if ports else f"{program.name} started"


def bind_failure(program: Program, port: int) -> str:
    """The line when a port is taken."""
    match program.style:
        case LogStyle.POSTGRES:
            return f'could not bind IPv4 address "0.0.0.0": Address already in use (port {port})'
        case LogStyle.REDIS:
            return f"Warning: Could not create server TCP listening socket *:{port}: bind: Address already in use"
        case LogStyle.NGINX:
            return f"bind() to 0.0.0.0:{port} failed (98: Address already in use)"
        case LogStyle.JAVA:
            return f"Web server failed to start. Port {port} was already in use."
        case LogStyle.PLAIN:
            return (
                f"[Errno 98] error while attempting to bind on address ('0.0.0.0', {port}): address already in use"
            )
        case _:
            return f"listen tcp :{port}: bind: address already in use"


def unset(program: Program, name: str) -> str:
    """The line when a required variable is not there."""
    match program.style:
        case LogStyle.JAVA:
            return f"Could not resolve placeholder '{name}' in value \"${{{name}}}\""
        case LogStyle.PLAIN:
            return f"KeyError: '{name}': environment variable is required"
        case LogStyle.POSTGRES:
            return f"superuser password is not specified: {name} is not set"
        case _:
            return f"required environment variable {name} is not set"


def malformed(program: Program, name: str, value: str, form: str) -> str:
    """The line when a variable does not look as it must."""
    if form in ("number", "port"):
        match program.style:
            case LogStyle.JAVA:
                return f'Failed to bind {name}: java.lang.NumberFormatException: For input string: "{value}"'
            case LogStyle.PLAIN:
                return f"ValueError: invalid literal for int() with base 10: '{value}' ({name})"
            case _:
                return f'invalid value for {name}: strconv.Atoi: parsing "{value}": invalid syntax'
    if form == "url":
        return f'invalid value for {name}: parse "{value}": missing protocol scheme'
    return f"invalid value for {name}: address {value}: missing port in address"


def no_file(program: Program, path: str) -> str:
    """The line when a file is not there."""
    match program.style:
        case LogStyle.JAVA:
            return f"java.nio.file.NoSuchFileException: {path}"
        case LogStyle.PLAIN:
            return f"FileNotFoundError: [Errno 2] No such file or directory: '{path}'"
        case LogStyle.NGINX:
            return f'open() "{path}" failed (2: No such file or directory)'
        case _:
            return f"open {path}: no such file or directory"


def no_setting(path: str, key: str) -> str:
    """The line when a file lacks a setting."""
    return f'configuration {path}: required setting "{key}" is missing'


def no_write(program: Program, path: str, why: str) -> str:
    """The line when a directory cannot be written to."""
    said = f"{why[0].upper()}{why[1:]}"
    match program.style:
        case LogStyle.JAVA:
            return f"java.nio.file.FileSystemException: {path}: {said}"
        case LogStyle.PLAIN:
            return f"OSError: [Errno {30 if why.startswith('read') else 13}] {said}: '{path}'"
        case LogStyle.NGINX:
            return f'mkdir() "{path}" failed ({30 if why.startswith("read") else 13}: {said})'
        case LogStyle.POSTGRES:
            return f'could not create directory "{path}": {said}'
        case LogStyle.REDIS:
            return f"Can't open or create append-only dir {path}: {said}"
        case _:
            return f"mkdir {path}: {why}"


def retrying(name: str, seconds: float) -> str:
    """The line when what it depends on does not answer yet."""
    return f"{name} is not available, retrying in {go_duration(seconds)}"


def gave_up(name: str, attempts: int) -> str:
    """The last line when it does not answer at all."""
    return f"giving up on {name} after {attempts} attempts"


def last_words(process: Process, at: float, text: str) -> list[str]:
    """What a crashing program writes: a panic comes raw, with its stack, all else in the program's style."""
    if not text.startswith("panic:"):
        return [line(process, at, "fatal", each) for each in text.splitlines()]
    source = f"/src/{process.program.name}/main.go"
    return [text, "", "goroutine 1 [running]:", "main.main()", f"\t{source}:87 +0x1d4"]


def _title(program: Program) -> str:
    return "".join(each.capitalize() for each in program.name.replace("_", "-").split("-")) + "Application"
