"""What programs write when they start and when they cannot: each in its own style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from midwatch.lab.core.runtime import Process
from midwatch.lab.kubelet.durations import go_duration
from midwatch.lab.world.programs import LogStyle, Program
from midwatch.lab.world.style import format_line


def line(process: Process, at: float, level: str, message: str, **fields: object) -> str:
    """One line in the style of the process' program."""
    program = process.program
    return format_line(program.style, at, level, program.name, message, **fields)


_Words: TypeAlias = Mapping[LogStyle | None, str]
"""What programs of each style say; all others say what stands under None."""

_GREETINGS: _Words = {
    LogStyle.POSTGRES: "starting PostgreSQL 17.2 on x86_64-pc-linux-musl, compiled by gcc, 64-bit",
    LogStyle.REDIS: "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
    LogStyle.NGINX: 'using the "epoll" event method',
    LogStyle.RABBITMQ: "Starting RabbitMQ 4.0.5 on Erlang 27.2 [jit]",
    LogStyle.JAVA: "Starting {title} using Java 21.0.5 with PID 1",
    LogStyle.KLOG: "Starting {name}",
    None: "starting {name}",
}
_SERVING: _Words = {
    LogStyle.POSTGRES: "database system is ready to accept connections",
    LogStyle.REDIS: "Ready to accept connections tcp",
    LogStyle.NGINX: "start worker processes",
    LogStyle.RABBITMQ: "Server startup complete; 4 plugins started.",
    LogStyle.JAVA: "Started {title} in {seconds:.3f} seconds (process running for {whole:.3f})",
    LogStyle.KLOG: "Serving on [::]:{port}",
    None: "listening on :{port}",
}
_TAKEN: _Words = {
    LogStyle.POSTGRES: 'could not bind IPv4 address "0.0.0.0": Address already in use (port {port})',
    LogStyle.REDIS: (
        "Warning: Could not create server TCP listening socket *:{port}: bind: Address already in use"
    ),
    LogStyle.NGINX: "bind() to 0.0.0.0:{port} failed (98: Address already in use)",
    LogStyle.JAVA: "Web server failed to start. Port {port} was already in use.",
    LogStyle.PLAIN: (
        "[Errno 98] error while attempting to bind on address ('0.0.0.0', {port}): address already in use"
    ),
    None: "listen tcp :{port}: bind: address already in use",
}
_UNSET: _Words = {
    LogStyle.JAVA: "Could not resolve placeholder '{variable}' in value \"${{{variable}}}\"",
    LogStyle.PLAIN: "KeyError: '{variable}': environment variable is required",
    LogStyle.POSTGRES: "superuser password is not specified: {variable} is not set",
    None: "required environment variable {variable} is not set",
}
_NO_NUMBER: _Words = {
    LogStyle.JAVA: 'Failed to bind {variable}: java.lang.NumberFormatException: For input string: "{value}"',
    LogStyle.PLAIN: "ValueError: invalid literal for int() with base 10: '{value}' ({variable})",
    None: 'invalid value for {variable}: strconv.Atoi: parsing "{value}": invalid syntax',
}
_NO_FILE: _Words = {
    LogStyle.JAVA: "java.nio.file.NoSuchFileException: {path}",
    LogStyle.PLAIN: "FileNotFoundError: [Errno 2] No such file or directory: '{path}'",
    LogStyle.NGINX: 'open() "{path}" failed (2: No such file or directory)',
    None: "open {path}: no such file or directory",
}
_NO_WRITE: _Words = {
    LogStyle.JAVA: "java.nio.file.FileSystemException: {path}: {said}",
    LogStyle.PLAIN: "OSError: [Errno {number}] {said}: '{path}'",
    LogStyle.NGINX: 'mkdir() "{path}" failed ({number}: {said})',
    LogStyle.POSTGRES: 'could not create directory "{path}": {said}',
    LogStyle.REDIS: "Can't open or create append-only dir {path}: {said}",
    None: "mkdir {path}: {why}",
}


def _said(words: _Words, program: Program, **values: object) -> str:
    found = words.get(program.style, words[None])
    return found.format(name=program.name, title=_title(program), **values)


def greeting(program: Program) -> str:
    """The first line."""
    return _said(_GREETINGS, program)


def serving(program: Program, ports: list[int], seconds: float) -> str:
    """The line when it begins to serve."""
    if not ports and program.style is LogStyle.KLOG:
        return "Started"
    if not ports and program.style not in _SERVING:
        return f"{program.name} started"
    return _said(_SERVING, program, port=ports[0] if ports else 0, seconds=seconds, whole=seconds + 0.4)


def bind_failure(program: Program, port: int) -> str:
    """The line when a port is taken."""
    return _said(_TAKEN, program, port=port)


def unset(program: Program, name: str) -> str:
    """The line when a required variable is not there."""
    return _said(_UNSET, program, variable=name)


def malformed(program: Program, name: str, value: str, form: str) -> str:
    """The line when a variable does not look as it must."""
    if form in ("number", "port"):
        return _said(_NO_NUMBER, program, variable=name, value=value)
    if form == "url":
        return f'invalid value for {name}: parse "{value}": missing protocol scheme'
    return f"invalid value for {name}: address {value}: missing port in address"


def no_file(program: Program, path: str) -> str:
    """The line when a file is not there."""
    return _said(_NO_FILE, program, path=path)


def no_setting(path: str, key: str) -> str:
    """The line when a file lacks a setting."""
    return f'configuration {path}: required setting "{key}" is missing'


def no_write(program: Program, path: str, why: str) -> str:
    """The line when a directory cannot be written to."""
    number, said = 30 if why.startswith("read") else 13, f"{why[0].upper()}{why[1:]}"
    return _said(_NO_WRITE, program, path=path, why=why, said=said, number=number)


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
