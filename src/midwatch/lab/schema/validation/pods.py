"""Pods and pod templates.

Source: kubernetes/pkg/apis/core/validation/validation.go (ValidatePodSpec, ValidatePodTemplateSpec).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.containers import check_containers
from midwatch.lab.schema.validation.errors import bad, duplicate, forbidden, required, unsupported
from midwatch.lab.schema.validation.metadata import check_annotations, check_labels
from midwatch.lab.schema.validation.scheduling import check_affinity, check_spread, check_tolerations
from midwatch.lab.schema.validation.security import check_pod_security
from midwatch.lab.schema.validation.volumes import check_volumes

_RESTARTS = ("Always", "OnFailure", "Never")
_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_NAMES: tuple[tuple[str, Callable[[str], names.Complaints]], ...] = (
    ("serviceAccountName", names.subdomain),
    ("nodeName", names.subdomain),
    ("hostname", names.label),
    ("subdomain", names.label),
    ("priorityClassName", names.subdomain),
    ("runtimeClassName", names.subdomain),
)
_DEADLINE = "must be between 1 and 2147483647, inclusive"


def check_pod(found: Obj) -> Iterator[FieldError]:
    """A pod that is being created."""
    spec: Obj = found.get("spec") or {}
    yield from check_pod_spec(spec, "spec")
    if spec.get("ephemeralContainers"):
        yield forbidden("spec.ephemeralContainers", "cannot be set on create")
    if spec.get("nodeName") and spec.get("schedulingGates"):
        yield forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared")
    if spec.get("hostNetwork"):
        yield from _host_network(spec.get("containers") or ())


def check_template(found: Obj, path: str, claims: Sequence[Obj] = ()) -> Iterator[FieldError]:
    """A pod template. `claims` are a StatefulSet's claim templates, which containers may mount, too."""
    head: Obj = found.get("metadata") or {}
    yield from check_labels(head.get("labels") or {}, f"{path}.labels")
    yield from check_annotations(head.get("annotations") or {}, f"{path}.annotations")
    spec: Obj = found.get("spec") or {}
    yield from check_pod_spec(spec, f"{path}.spec", {each["metadata"]["name"]: each for each in claims})
    if spec.get("ephemeralContainers"):
        yield forbidden(f"{path}.spec.ephemeralContainers", "ephemeral containers not allowed in pod template")


def check_pod_spec(found: Obj, path: str, claims: Mapping[str, Obj] | None = None) -> Iterator[FieldError]:
    """A pod spec."""
    volumes: Sequence[Obj] = found.get("volumes") or ()
    if volumes:
        yield from check_volumes(volumes, f"{path}.volumes")
    known = {each.get("name") or "": each for each in volumes}
    yield from check_containers(found, {**known, **claims} if claims else known, path)
    if found.get("restartPolicy") not in _RESTARTS:
        yield unsupported(f"{path}.restartPolicy", found.get("restartPolicy"), _RESTARTS)
    if found.get("dnsPolicy") not in _DNS:
        yield unsupported(f"{path}.dnsPolicy", found.get("dnsPolicy"), _DNS)
    for key, form in _NAMES:
        if value := found.get(key):
            yield from (bad(f"{path}.{key}", value, why) for why in form(value))
    yield from _numbers(found, path)
    for key, check in _PARTS.items():
        if found.get(key):
            yield from check(found[key], f"{path}.{key}")
    if found.get("dnsPolicy") == "None" or found.get("dnsConfig"):
        yield from _dns(found, path)


def _numbers(found: Obj, path: str) -> Iterator[FieldError]:
    deadline = found.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline < 2**31:
        yield bad(f"{path}.activeDeadlineSeconds", deadline, _DEADLINE)
    grace = found.get("terminationGracePeriodSeconds", 0)
    if grace < 0:
        yield bad(f"{path}.terminationGracePeriodSeconds", grace, "must be greater than or equal to 0")


def _dns(found: Obj, path: str) -> Iterator[FieldError]:
    config: Obj | None = found.get("dnsConfig")
    servers: Sequence[str] = (config or {}).get("nameservers") or ()
    if found.get("dnsPolicy") == "None":
        if config is None:
            yield required(f"{path}.dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None")
            return
        if not servers:
            why = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            yield required(f"{path}.dnsConfig.nameservers", why)
    if len(servers) > 3:
        yield bad(f"{path}.dnsConfig.nameservers", list(servers), "must not have more than 3 nameservers")
    for index, each in enumerate(servers):
        if not names.is_ip(each):
            yield bad(f"{path}.dnsConfig.nameservers[{index}]", each, names.IP)


def _host_network(containers: Sequence[Obj]) -> Iterator[FieldError]:
    for index, container in enumerate(containers):
        for at, each in enumerate(container.get("ports") or ()):
            if each.get("hostPort", 0) != each.get("containerPort"):
                why = "must match `containerPort` when `hostNetwork` is true"
                yield bad(f"spec.containers[{index}].ports[{at}].hostPort", each.get("hostPort", 0), why)


def _gates(found: Sequence[Obj], path: str) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, each in enumerate(found):
        name = each.get("name") or ""
        for why in names.qualified(name):
            yield bad(f"{path}[{index}]", name, why)
        if name in seen:
            yield duplicate(f"{path}[{index}]", name)
        seen.add(name)


def _aliases(found: Sequence[Obj], path: str) -> Iterator[FieldError]:
    for index, each in enumerate(found):
        if not names.is_ip(each.get("ip") or ""):
            yield bad(f"{path}[{index}].ip", each.get("ip") or "", names.IP)
        for at, host in enumerate(each.get("hostnames") or ()):
            yield from (bad(f"{path}[{index}].hostnames[{at}]", host, why) for why in names.subdomain(host))


_PARTS: dict[str, Callable[[Any, str], Iterator[FieldError]]] = {
    "nodeSelector": check_labels,
    "securityContext": check_pod_security,
    "tolerations": check_tolerations,
    "affinity": check_affinity,
    "topologySpreadConstraints": check_spread,
    "schedulingGates": _gates,
    "hostAliases": _aliases,
}
