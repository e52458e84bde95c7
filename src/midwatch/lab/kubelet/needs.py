"""Whether a program finds what it needs when it starts."""

from __future__ import annotations

import re
from collections.abc import Callable

from midwatch.lab.core.runtime import Process
from midwatch.lab.kubelet import logs
from midwatch.lab.world.programs import Port, Variable

_HOST = re.compile(r"^(?:\[[0-9a-fA-F:]+\]|[^\s:/@]*):(\d{1,5})$")
_URL = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*://\S+$")


def _is_port(text: str) -> bool:
    return text.isdigit() and 0 < int(text) < 65536


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_address(text: str) -> bool:
    match = _HOST.match(text)
    return match is not None and _is_port(match.group(1))


_FORMS: dict[str, Callable[[str], bool]] = {
    "number": _is_number,
    "port": _is_port,
    "address": _is_address,
    "url": lambda text: bool(_URL.match(text)),
}


def problem(process: Process, cannot_write: Callable[[str], str]) -> str:
    """Why the program ends at once, as it says so itself; empty when it finds all it needs.

    `cannot_write` says why a path cannot be written to.
    """
    return _variable_problem(process) or _file_problem(process, cannot_write)


def _variable_problem(process: Process) -> str:
    for each in process.program.environment:
        found = _check(process, each)
        if found:
            return found
    return ""


def _check(process: Process, variable: Variable) -> str:
    value = process.environment.get(variable.name, "")
    if not value:
        return logs.unset(process.program, variable.name) if variable.required else ""
    fits = _FORMS.get(variable.form)
    if fits is None or fits(value.strip()):
        return ""
    return logs.malformed(process.program, variable.name, value, variable.form)


def _file_problem(process: Process, cannot_write: Callable[[str], str]) -> str:
    for each in process.program.files:
        if each.writes:
            why = cannot_write(each.path)
            if why:
                return logs.no_write(process.program, each.path, why)
            continue
        text = process.files.get(each.path)
        if text is None:
            if each.required:
                return logs.no_file(process.program, each.path)
            continue
        missing = next((key for key in each.keys if key not in text), None)
        if missing is not None:
            return logs.no_setting(each.path, missing)
    return ""


def port_number(process: Process, port: Port) -> int:
    """Where a process listens: its environment may say so (`8080`, `:8080`, `0.0.0.0:8080`)."""
    text = process.environment.get(port.variable, "") if port.variable else ""
    last = text.strip().rpartition(":")[2]
    return int(last) if _is_port(last) else port.number
