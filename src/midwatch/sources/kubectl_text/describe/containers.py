"""Containers of a pod or of a template, and their statuses (describeContainers)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import commands
from midwatch.sources.kubectl_text.describe import environment
from midwatch.sources.kubectl_text.describe.probes import probe
from midwatch.sources.kubectl_text.describe.sections import (
    Handler,
    Section,
    apply,
    fields,
    keys_at,
    prose,
    scalar,
    split,
)
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.times import stamp
from midwatch.sources.kubectl_text.values import boolean, integer, put, text

_NAME = re.compile(r" {2,3}([^\s:][^:]*):\s*$")
_FIRST = re.compile(r" {4}(?:Container ID|Image):")
_PORT = re.compile(r"(\d+)/(\w+)(?: \(([^)]*)\))?")
_MOUNT = re.compile(r" *(.*) from (\S+) \((\w+)(?:,path=(\".*\"))?\)\s*$")
_DEVICE = re.compile(r" *(.*) from (\S+)\s*$")
_RESOURCE = re.compile(r" +(\S+):\s+(\S+)\s*$")


def containers(field: str, statuses: str) -> Handler:
    """`Containers:` and its kin: the specs go to `spec.<field>`, what is running to `status.<statuses>`."""

    def handle(section: Section, obj: Obj, reader: Reader) -> None:
        specs: list[JSON] = []
        running: list[JSON] = []
        for one in _each(section, reader):
            spec: Obj = {"name": one.key}
            status: Obj = {}
            parts = split(one.body, one.number + 1, _KEYS)
            apply([part for part in parts if part.key not in _STATUS], _SPEC, spec, reader)
            apply([part for part in parts if part.key in _STATUS], _STATUS, status, reader)
            specs.append(spec)
            if "state" in status:
                running.append({"name": one.key, **_image_of(spec), **status})
        if specs or section.value == "":
            put(obj, f"spec.{field}", specs)
        if running:
            put(obj, f"status.{statuses}", running)

    return handle


def _each(section: Section, reader: Reader) -> list[Section]:
    """A container begins with its name and, in the next line, its ID or image: no other text looks like that."""
    found: list[Section] = []
    for place, line in enumerate(section.body):
        match = _NAME.match(line)
        if match and place + 1 < len(section.body) and _FIRST.match(section.body[place + 1]):
            found.append(Section(match[1], "", -1, [], section.number + 1 + place))
        elif found:
            found[-1].body.append(line)
        elif line.strip():
            section.odd(reader, [place])
    return found


def _image_of(spec: Obj) -> Obj:
    return {"image": spec["image"]} if "image" in spec else {}


def _ports(section: Section, spec: Obj, reader: Reader) -> None:
    found: list[JSON] = []
    for number, protocol, name in _PORT.findall(section.value):
        made: Obj = {"name": name} if name else {}
        found.append({**made, "containerPort": int(number[:9]), "protocol": protocol})
    if found:
        spec["ports"] = found
    elif text(section.value):
        reader.odd(section.number, f"{section.key}: {section.value}")


def _host_ports(section: Section, spec: Obj, _reader: Reader) -> None:
    """Host ports are printed after the ports, in the same order; 0 means none."""
    ports = spec.get("ports")
    numbers = [int(number[:9]) for number, _, _ in _PORT.findall(section.value)]
    if isinstance(ports, list):
        for number, made in zip(numbers, ports, strict=False):
            if number and isinstance(made, dict):
                made["hostPort"] = number


def _seccomp(section: Section, spec: Obj, reader: Reader) -> None:
    put(spec, "securityContext.seccompProfile.type", section.value)
    fields(section, 6, _SECCOMP, spec, reader)


def _words(field: str) -> Handler:
    def handle(section: Section, spec: Obj, _reader: Reader) -> None:
        shown = [line[6:].rstrip() for line in section.body]
        command = spec.get("command")
        earlier = [str(word) for word in command] if isinstance(command, list) else []
        spec[field] = list[JSON](commands.lines(shown, earlier))

    return handle


def resources(path: str) -> Handler:
    """`cpu: 100m` a line."""

    def handle(section: Section, obj: Obj, reader: Reader) -> None:
        found: Obj = {}
        for place, line in enumerate(section.body):
            match = _RESOURCE.match(line)
            if match:
                found[match[1]] = match[2]
            else:
                section.odd(reader, [place])
        put(obj, path, found)

    return handle


def _probe(field: str) -> Handler:
    def handle(section: Section, spec: Obj, reader: Reader) -> None:
        made = probe(section, reader)
        if made is not None:
            spec[field] = made

    return handle


def _mounts(section: Section, spec: Obj, reader: Reader) -> None:
    found: list[JSON] = []
    for place, line in enumerate(section.body):
        match = _MOUNT.match(line)
        if match is None:
            section.odd(reader, [place])
            continue
        made: Obj = {"name": match[2], "mountPath": match[1]}
        if match[3] == "ro":
            made["readOnly"] = True
        if match[4]:
            made["subPath"] = _unquoted(match[4])
        found.append(made)
    if found:
        spec["volumeMounts"] = found


def _unquoted(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted.strip('"')


def _devices(section: Section, spec: Obj, reader: Reader) -> None:
    matches = [_DEVICE.match(line) for line in section.body]
    section.odd(reader, [place for place, match in enumerate(matches) if match is None])
    found: list[JSON] = [{"devicePath": match[1], "name": match[2]} for match in matches if match]
    if found:
        spec["volumeDevices"] = found


_SECCOMP = {"LocalhostProfile": scalar("securityContext.seccompProfile.localhostProfile")}
_STATE: Mapping[str, Handler] = {
    "Reason": scalar("reason"),
    "Message": prose("message"),
    "Exit Code": scalar("exitCode", integer),
    "Signal": scalar("signal", integer),
    "Started": scalar("startedAt", stamp),
    "Finished": scalar("finishedAt", stamp),
}


def _state(field: str) -> Callable[[Section, Obj, Reader], None]:
    def handle(section: Section, status: Obj, reader: Reader) -> None:
        detail: Obj = {}
        fields(section, 6, _STATE, detail, reader)
        status[field] = {section.value.strip().lower() or "waiting": detail}

    return handle


_SPEC: dict[str, Handler] = {
    "Image": scalar("image"),
    "Port": _ports,
    "Ports": _ports,
    "Host Port": _host_ports,
    "Host Ports": _host_ports,
    "SeccompProfile": _seccomp,
    "Command": _words("command"),
    "Args": _words("args"),
    "Limits": resources("resources.limits"),
    "Requests": resources("resources.requests"),
    "Liveness": _probe("livenessProbe"),
    "Readiness": _probe("readinessProbe"),
    "Startup": _probe("startupProbe"),
    "Environment Variables from": environment.sources,
    "Environment": environment.variables,
    "Mounts": _mounts,
    "Devices": _devices,
}
_STATUS: dict[str, Handler] = {
    "Container ID": scalar("containerID"),
    "Image ID": scalar("imageID"),
    "State": _state("state"),
    "Last State": _state("lastState"),
    "Ready": scalar("ready", boolean),
    "Restart Count": scalar("restartCount", integer),
}
_KEYS = keys_at(4, (*_SPEC, *_STATUS))
