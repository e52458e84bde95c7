"""Ingresses and network policies.

Source: kubernetes/pkg/apis/networking/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj, parts, spec
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import NULL, bad, forbidden, required, unsupported
from midwatch.lab.schema.validation.numbers import same
from midwatch.lab.schema.validation.selectors import check_selector

_PATHS = ("Exact", "ImplementationSpecific", "Prefix")
_PROTOCOLS = ("TCP", "UDP", "SCTP")
_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")


def ingress(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """An Ingress."""
    del old
    body = spec(new)
    rules: Sequence[Obj] = body.get("rules") or ()
    if not rules and body.get("defaultBackend") is None:
        yield bad("spec", NULL, "either `defaultBackend` or `rules` must be specified")
    if body.get("defaultBackend") is not None:
        yield from _backend(body["defaultBackend"], "spec.defaultBackend")
    for index, each in enumerate(rules):
        yield from _host(each.get("host") or "", f"spec.rules[{index}].host")
        if "http" in each:
            yield from _http(each["http"], f"spec.rules[{index}].http")
    for index, each in enumerate(parts(body, "tls")):
        hosts: Sequence[str] = each.get("hosts") or ()
        for at, host in enumerate(hosts):
            form = names.wildcard if "*" in host else names.subdomain
            yield from (bad(f"spec.tls[{index}].hosts[{at}]", host, why) for why in form(host))
        for why in names.subdomain(each["secretName"]) if each.get("secretName") else ():
            yield bad(f"spec.tls[{index}].secretName", each["secretName"], why)
    for why in names.subdomain(body["ingressClassName"]) if body.get("ingressClassName") else ():
        yield bad("spec.ingressClassName", body["ingressClassName"], why)


def _host(host: str, path: str) -> Iterator[FieldError]:
    if not host:
        return
    if names.is_ip(host):
        yield bad(path, host, "must be a DNS name, not an IP address")
    form = names.wildcard if "*" in host else names.subdomain
    yield from (bad(path, host, why) for why in form(host))


def _http(found: Obj, path: str) -> Iterator[FieldError]:
    if not found.get("paths"):
        yield required(f"{path}.paths")
    for index, each in enumerate(found.get("paths") or ()):
        yield from _path(each, f"{path}.paths[{index}]")


def _path(found: Obj, path: str) -> Iterator[FieldError]:
    kind, where = found.get("pathType"), found.get("path") or ""
    if kind is None:
        yield required(f"{path}.pathType", "pathType must be specified")
        return
    if kind not in _PATHS:
        yield unsupported(f"{path}.pathType", kind, _PATHS)
    elif not where.startswith("/") and (where or kind != "ImplementationSpecific"):
        yield bad(f"{path}.path", where, "must be an absolute path")
    if kind in ("Exact", "Prefix"):
        for each in _SEQUENCES:
            if each in where:
                yield bad(f"{path}.path", where, f"must not contain '{each}'")
        for each in ("/..", "/."):
            if where.endswith(each):
                yield bad(f"{path}.path", where, f"cannot end with '{each}'")
    yield from _backend(found.get("backend") or {}, f"{path}.backend")


def _backend(found: Obj, path: str) -> Iterator[FieldError]:
    service: Obj | None = found.get("service")
    if service is None:
        if found.get("resource") is None:
            yield bad(path, "", "resource or service backend is required")
        return
    if found.get("resource") is not None:
        yield bad(path, "", "cannot set both resource and service backends")
        return
    name = service.get("name") or ""
    if not name:
        yield required(f"{path}.service.name")
    else:
        yield from (bad(f"{path}.service.name", name, why) for why in names.dns1035(name))
    port: Obj = service.get("port") or {}
    word, number = port.get("name"), port.get("number")
    if word and number:
        yield bad(path, "", "cannot set both port name & port number")
    elif word:
        yield from (bad(f"{path}.service.port.name", word, why) for why in names.port_name(word))
    elif number:
        yield from (bad(f"{path}.service.port.number", number, why) for why in names.port(number))
    else:
        yield required(path, "port name or number is required")


def ingress_class(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """An IngressClass."""
    if not spec(new).get("controller"):
        yield required("spec.controller")
    if old is not None:
        yield from same(spec(new), spec(old), "spec", ("controller",))


def network_policy(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A NetworkPolicy."""
    del old
    body = spec(new)
    yield from check_selector(body.get("podSelector"), "spec.podSelector")
    for way, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(parts(body, way)):
            path = f"spec.{way}[{index}]"
            for at, each in enumerate(parts(rule, "ports")):
                yield from _policy_port(each, f"{path}.ports[{at}]")
            for at, each in enumerate(parts(rule, peers)):
                yield from _peer(each, f"{path}.{peers}[{at}]")
    for index, each in enumerate(body.get("policyTypes") or ()):
        if each not in ("Ingress", "Egress"):
            yield unsupported(f"spec.policyTypes[{index}]", each, ("Ingress", "Egress"))


def _policy_port(found: Obj, path: str) -> Iterator[FieldError]:
    protocol, port, end = found.get("protocol"), found.get("port"), found.get("endPort")
    if protocol is not None and protocol not in _PROTOCOLS:
        yield unsupported(f"{path}.protocol", protocol, _PROTOCOLS)
    if port is None:
        if end is not None:
            yield bad(f"{path}.endPort", end, "may not be specified when `port` is not specified")
        return
    for why in names.port(port):
        yield bad(f"{path}.port", port, why)
    if end is None:
        return
    if isinstance(port, str):
        yield bad(f"{path}.endPort", end, "may not be specified when `port` is non-numeric")
    elif end < port:
        yield bad(f"{path}.endPort", end, "must be greater than or equal to `port`")


def _peer(found: Obj, path: str) -> Iterator[FieldError]:
    keys = [key for key in ("podSelector", "namespaceSelector", "ipBlock") if found.get(key) is not None]
    for key in keys:
        if key == "ipBlock":
            yield from _block(found[key], f"{path}.ipBlock")
        else:
            yield from check_selector(found[key], f"{path}.{key}")
    if not keys:
        yield required(path, "must specify a peer")
    elif len(keys) > 1 and "ipBlock" in keys:
        yield forbidden(path, "may not specify both ipBlock and another peer")


def _block(found: Obj, path: str) -> Iterator[FieldError]:
    cidr = found.get("cidr") or ""
    if not cidr:
        yield required(f"{path}.cidr")
        return
    outer = names.network(cidr)
    if outer is None:
        yield bad(f"{path}.cidr", cidr, names.CIDR)
        return
    for index, each in enumerate(found.get("except") or ()):
        inner = names.network(each)
        if inner is None:
            yield bad(f"{path}.except[{index}]", each, names.CIDR)
        elif inner.version != outer.version or inner == outer or not inner.subnet_of(outer):  # type: ignore[arg-type]
            yield bad(f"{path}.except[{index}]", each, "must be a strict subset of `cidr`")
