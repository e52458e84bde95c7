"""From a declared part to its program and the builds of its image."""

from __future__ import annotations

from dataclasses import replace

from midwatch.lab.apps.backends import backend_dependency, variables
from midwatch.lab.apps.parts import App, Part
from midwatch.lab.world.images import Build
from midwatch.lab.world.programs import (
    MI,
    Dependency,
    Effect,
    File,
    Lifetime,
    Port,
    Program,
    Protocol,
    Variable,
)

FLAG_FILE = "/etc/flags/flags.json"
SETTINGS_FILE = "/etc/app/settings.yaml"


def called(part: Part) -> tuple[str, ...]:
    """Whom a part calls, in the order of first mention; those it needs at the start included."""
    names = [*part.needs, *(use.dependency for each in part.operations for use in each.calls)]
    return tuple(dict.fromkeys(names))


def address_variable(name: str) -> str:
    """`ORDER_HISTORY_ADDR` for `order-history`."""
    return f"{name.replace('-', '_').replace('.', '_').upper()}_ADDR"


def program_of(app: App, part: Part) -> Program:
    """The program of a part: what it reads, whom it calls, what it does."""
    dependencies = tuple(_dependency(app, part, each) for each in called(part))
    return Program(
        name=part.name,
        style=part.style,
        ports=() if part.schedule else (_port(part),),
        environment=_environment(app, part),
        files=_files(part),
        dependencies=dependencies,
        operations=part.operations,
        api=part.api,
        memory=part.memory * MI,
        start=part.start,
        lifetime=Lifetime.ENDS if part.schedule else Lifetime.SERVES,
        flags=part.flags,
        flag_file=FLAG_FILE if part.flags else "",
    )


def _port(part: Part) -> Port:
    paths = {"/healthz", "/readyz", "/metrics"} | {each.name.rpartition(" ")[2] for each in part.operations}
    return Port(part.port, part.protocol, "PORT", frozenset(paths))


def _dependency(app: App, part: Part, name: str) -> Dependency:
    backend = app.backend(name)
    if backend is not None:
        return backend_dependency(backend, at_start=name in part.needs)
    other = app.part(name)
    protocol = other.protocol if other is not None else Protocol.HTTPS
    scheme = "" if protocol is Protocol.GRPC else "http://" if other is not None else "https://"
    address = f"{scheme}${{{address_variable(name)}}}"
    return Dependency(name, address, protocol, at_start=name in part.needs)


def _environment(app: App, part: Part) -> tuple[Variable, ...]:
    found = [] if part.schedule else [Variable("PORT", form="port")]
    for name in called(part):
        backend = app.backend(name)
        if backend is None:
            found.append(Variable(address_variable(name), form="address"))
            continue
        found += [
            Variable(each, form="port" if role == "port" else "text") for each, role in variables(backend).items()
        ]
    return (*found, *(Variable(each) for each in part.settings))


def _files(part: Part) -> tuple[File, ...]:
    found: list[File] = []
    if "file" in part.features:
        found.append(File(SETTINGS_FILE))
    if part.flags:
        found.append(File(FLAG_FILE, required=False))
    if "read-only" in part.features:
        found.append(File("/tmp", writes=True))  # noqa: S108 - a path in the simulated container
    return tuple(found)


BAD = "panic: runtime error: invalid memory address or nil pointer dereference"


def releases(program: Program, version: str) -> dict[str, Build]:
    """What its image's tags hold: the version in use, the one before, and releases that are broken each in a way.

    The next minor version: `.0` fails requests, `.1` crashes at the start, `.2` a segmentation fault, `.3` was
    built for another processor, `.4` exists for arm64 only, `.5` leaks memory, `.6` is slow, `.7` runs as root.
    """
    major, minor, patch = (int(each) for each in version.split("."))
    following = f"{major}.{minor + 1}"
    failing = replace(program, defect=Effect(errors=0.6, log=f"unexpected error: {BAD}"))
    crashing = replace(program, defect=Effect(exits=2, after=1.0, log=BAD))
    leaking = replace(program, defect=Effect(leak=1.5 * MI))
    slow = replace(program, defect=Effect(seconds=0.9, cpu=4.0))
    return {
        version: Build(program),
        f"{major}.{minor}.{patch - 1}": Build(program),
        f"{following}.0": Build(failing),
        f"{following}.1": Build(crashing),
        f"{following}.2": Build(program, broken="segfault"),
        f"{following}.3": Build(program, broken="exec-format"),
        f"{following}.4": Build(program, architectures=("arm64",)),
        f"{following}.5": Build(leaking),
        f"{following}.6": Build(slow),
        f"{following}.7": Build(program, user="0"),
    }
