"""Containers.

Source: kubernetes/pkg/apis/core/validation/validation.go (validateContainerCommon, validateInitContainers ...).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.environment import check_sources, check_variables
from midwatch.lab.schema.validation.errors import bad, duplicate, forbidden, missing, required, unsupported
from midwatch.lab.schema.validation.probes import check_handler, check_probe
from midwatch.lab.schema.validation.resources import check_resources
from midwatch.lab.schema.validation.security import check_security

PROTOCOLS = ("SCTP", "TCP", "UDP")
_PULLS = ("Always", "IfNotPresent", "Never")
_MESSAGES = ("File", "FallbackToLogsOnError")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_ONLY_SIDECARS = "may not be set for init containers without restartPolicy=Always"
Volumes = Mapping[str, Obj]


def check_containers(spec: Obj, volumes: Volumes, path: str) -> Iterator[FieldError]:
    """All containers of a pod spec."""
    containers: Sequence[Obj] = spec.get("containers") or ()
    if not containers:
        yield required(f"{path}.containers")
    seen: set[str] = set()
    for index, each in enumerate(containers):
        here = f"{path}.containers[{index}]"
        yield from _common(each, volumes, here)
        yield from _once(each, seen, here)
        yield from _hooks(each, spec, here)
        if "restartPolicy" in each:
            yield forbidden(f"{here}.restartPolicy", "may not be set for non-init containers")
    yield from _host_ports(containers, f"{path}.containers")
    for index, each in enumerate(spec.get("initContainers") or ()):
        here = f"{path}.initContainers[{index}]"
        yield from _common(each, volumes, here)
        yield from _once(each, seen, here)
        yield from _initial(each, spec, here)


def _once(found: Obj, seen: set[str], path: str) -> Iterator[FieldError]:
    name = found.get("name") or ""
    if name in seen:
        yield duplicate(f"{path}.name", name)
    elif name:
        seen.add(name)


def _initial(found: Obj, spec: Obj, path: str) -> Iterator[FieldError]:
    policy = found.get("restartPolicy")
    if policy not in (None, "Always"):
        yield unsupported(f"{path}.restartPolicy", policy, ("Always",))
    if policy == "Always":
        yield from _hooks(found, spec, path)
        return
    for key in ("lifecycle", *_PROBES):
        if found.get(key) is not None:
            yield forbidden(f"{path}.{key}", _ONLY_SIDECARS)


def _hooks(found: Obj, spec: Obj, path: str) -> Iterator[FieldError]:
    if "lifecycle" in found:
        for key in ("postStart", "preStop"):
            if key in found["lifecycle"]:
                grace = spec.get("terminationGracePeriodSeconds")
                yield from check_handler(found["lifecycle"][key], f"{path}.lifecycle.{key}", grace)
    for key in _PROBES:
        if key in found:
            yield from check_probe(found[key], key, f"{path}.{key}")


def _common(found: Obj, volumes: Volumes, path: str) -> Iterator[FieldError]:
    name = found.get("name")
    if not name:
        yield required(f"{path}.name")
    elif why := names.label(name):
        yield from (bad(f"{path}.name", name, each) for each in why)
    image = found.get("image")
    if not image:
        yield required(f"{path}.image")
    elif image != image.strip():
        yield bad(f"{path}.image", image, "must not have leading or trailing whitespace")
    if found.get("terminationMessagePolicy") not in _MESSAGES:
        yield unsupported(f"{path}.terminationMessagePolicy", found.get("terminationMessagePolicy"), _MESSAGES)
    if found.get("imagePullPolicy") not in _PULLS:
        yield unsupported(f"{path}.imagePullPolicy", found.get("imagePullPolicy"), _PULLS)
    yield from _parts(found, volumes, path)


def _parts(found: Obj, volumes: Volumes, path: str) -> Iterator[FieldError]:
    if found.get("ports"):
        yield from _ports(found["ports"], f"{path}.ports")
    if found.get("env"):
        yield from check_variables(found["env"], f"{path}.env")
    if found.get("envFrom"):
        yield from check_sources(found["envFrom"], f"{path}.envFrom")
    if found.get("volumeMounts"):
        yield from _mounts(found["volumeMounts"], volumes, f"{path}.volumeMounts")
    if found.get("resources"):
        yield from check_resources(found["resources"], f"{path}.resources")
    if found.get("securityContext"):
        yield from check_security(found["securityContext"], f"{path}.securityContext")


def _ports(found: Sequence[Obj], path: str) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, each in enumerate(found):
        here, name = f"{path}[{index}]", each.get("name")
        if name:
            why = names.port_name(name)
            yield from (bad(f"{here}.name", name, each_why) for each_why in why)
            if not why and name in seen:
                yield duplicate(f"{here}.name", name)
            seen.add(name)
        number = each.get("containerPort") or 0
        if number == 0:
            yield required(f"{here}.containerPort")
        elif names.port(number):
            yield bad(f"{here}.containerPort", number, names.PORT_RANGE)
        host = each.get("hostPort") or 0
        if host and names.port(host):
            yield bad(f"{here}.hostPort", host, names.PORT_RANGE)
        if each.get("protocol") not in PROTOCOLS:
            yield unsupported(f"{here}.protocol", each.get("protocol"), PROTOCOLS)


def _host_ports(containers: Sequence[Obj], path: str) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, container in enumerate(containers):
        for at, each in enumerate(container.get("ports") or ()):
            if not each.get("hostPort"):
                continue
            key = f"{each.get('protocol')}/{each.get('hostIP') or ''}/{each['hostPort']}"
            if key in seen:
                yield duplicate(f"{path}[{index}].ports[{at}].hostPort", key)
            seen.add(key)


def _mounts(found: Sequence[Obj], volumes: Volumes, path: str) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, each in enumerate(found):
        name, where = each.get("name") or "", each.get("mountPath") or ""
        if not name:
            yield required(f"{path}[{index}].name")
        if name not in volumes:
            yield missing(f"{path}[{index}].name", name)
        if not where:
            yield required(f"{path}[{index}].mountPath")
        if where in seen:
            yield bad(f"{path}[{index}].mountPath", where, "must be unique")
        seen.add(where)
        if each.get("subPath"):
            yield from descending(each["subPath"], f"{path}.subPath")
            if each.get("subPathExpr"):
                why = "subPathExpr and subPath are mutually exclusive"
                yield bad(f"{path}[{index}].subPathExpr", each["subPathExpr"], why)


def descending(where: str, path: str) -> Iterator[FieldError]:
    """A relative path that stays below."""
    if where.startswith("/"):
        yield bad(path, where, "must be a relative path")
    if ".." in where.split("/"):
        yield bad(path, where, "must not contain '..'")
