"""Services, endpoints, slices and ingresses (describeService, describeEndpoints, describeIngressV1)."""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import addresses, kinds, labels
from midwatch.sources.kubectl_text.describe.common import COMMON
from midwatch.sources.kubectl_text.describe.grids import grid
from midwatch.sources.kubectl_text.describe.sections import Handler, Section, ignore, scalar, scalars
from midwatch.sources.kubectl_text.objects import frame
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import dig, integer, listing, port, put, text, word

_PORT = re.compile(r"(\S+)\s+(\d{1,9})/(\w+)")
_BACKEND = re.compile(r"(\S+?):(\S*)(?: \((.*)\))?")
_RESOURCE = re.compile(r"APIGroup: (\S+), Kind: (\S+), Name: (\S+)")
_TLS = re.compile(r"(?:SNI routes|(\S+) terminates)\s*(.*)")
_NO_BACKEND = "default-http-backend"
_TARGET = re.compile(r"(\S+)/(\w+)")


def _ports(obj: Obj) -> list[JSON]:
    found = dig(obj, "spec", "ports")
    return found if isinstance(found, list) else []


def _port(section: Section, obj: Obj, reader: Reader) -> None:
    match = _PORT.match(section.value)
    if match is None:
        reader.odd(section.number, f"{section.key}: {section.value}")
        return
    made: Obj = {} if match[1] == "<unset>" else {"name": match[1]}
    put(obj, "spec.ports", [*_ports(obj), {**made, "port": int(match[2]), "protocol": match[3]}])


def _of_port(field: str) -> Handler:
    """TargetPort, NodePort and AppProtocol follow the port that they belong to."""

    def handle(section: Section, obj: Obj, _reader: Reader) -> None:
        ports = _ports(obj)
        value = port(_TARGET.sub(r"\1", section.value.strip()).rpartition(" ")[2])
        if ports and isinstance(ports[-1], dict) and value is not None:
            ports[-1][field] = value

    return handle


def _service_endpoints(section: Section, obj: Obj, reader: Reader) -> None:
    """Each port's `Endpoints:` line adds to one Endpoints object, marked as hearsay.

    kubectl 1.31 prints every address here, later ones the ready ones, earlier ones the ready ones of Endpoints.
    """
    made = _hearsay(obj, reader)
    ports, subsets = _ports(obj), made["subsets"]
    name, protocol = (word(ports[-1], "name"), word(ports[-1], "protocol")) if ports else ("", "")
    if isinstance(subsets, list):
        subsets += addresses.subsets([addresses.behind(section.value, name, protocol)])
    if addresses.more(section.value):
        put(made, "metadata.annotations", {addresses.HEARSAY: "Service", addresses.TRUNCATED: "truncated"})


def _hearsay(obj: Obj, reader: Reader) -> Obj:
    for made in reader.extra:
        if word(made, "kind") == "Endpoints":
            return made
    made = frame(kinds.of("Endpoints"), word(obj, "metadata", "name"), word(obj, "metadata", "namespace"))
    put(made, "metadata.annotations", {addresses.HEARSAY: "Service"})
    made["subsets"] = []
    reader.extra.append(made)
    return made


def _balancer(section: Section, obj: Obj, _reader: Reader) -> None:
    shown = [str(item).partition(" ")[0] for item in listing(section.value) or []]
    if shown:
        put(obj, "status.loadBalancer.ingress", list[JSON](addresses.ingress(item) for item in shown))


def _ip(section: Section, obj: Obj, _reader: Reader) -> None:
    """The cluster IP; up to kubectl 1.30 a wanted load balancer's IP comes after it under the same key."""
    path = "spec.loadBalancerIP" if dig(obj, "spec", "clusterIP") else "spec.clusterIP"
    if text(section.value):
        put(obj, path, section.value.strip())


SERVICE: dict[str, Handler] = {
    **COMMON,
    **scalars(
        {
            "Selector": ("spec.selector", labels.comma_pairs),
            "Type": ("spec.type", text),
            "IP Family Policy": ("spec.ipFamilyPolicy", text),
            "IP Families": ("spec.ipFamilies", listing),
            "IPs": ("spec.clusterIPs", listing),
            "External IPs": ("spec.externalIPs", listing),
            "Desired LoadBalancer IP": ("spec.loadBalancerIP", text),
            "External Name": ("spec.externalName", text),
            "Session Affinity": ("spec.sessionAffinity", text),
            "External Traffic Policy": ("spec.externalTrafficPolicy", text),
            "Internal Traffic Policy": ("spec.internalTrafficPolicy", text),
            "HealthCheck NodePort": ("spec.healthCheckNodePort", integer),
            "LoadBalancer Source Ranges": ("spec.loadBalancerSourceRanges", listing),
            "Traffic Distribution": ("spec.trafficDistribution", text),
        }
    ),
    "IP": _ip,
    "LoadBalancer Ingress": _balancer,
    "Port": _port,
    "TargetPort": _of_port("targetPort"),
    "AppProtocol": _of_port("appProtocol"),
    "NodePort": _of_port("nodePort"),
    "Endpoints": _service_endpoints,
}


def _subsets(section: Section, obj: Obj, reader: Reader) -> None:
    found: list[JSON] = []
    made: Obj = {}
    for place, line in enumerate(section.body):
        key, _, value = line.strip().partition(":")
        ips: list[JSON] = [{"ip": ip} for ip in listing(value) or []]
        if key == "Addresses":
            made = {"addresses": ips} if ips else {}
            found.append(made)
        elif key == "NotReadyAddresses" and ips:
            made["notReadyAddresses"] = ips
        elif key == "Ports":
            made["ports"] = _named_ports(section.body[place + 1 :])
    section.odd(reader, [place for place, line in enumerate(section.body) if not found and line.strip()])
    obj["subsets"] = found


def _named_ports(lines: list[str]) -> list[JSON]:
    """A table of name, port and protocol, up to the next blank line or field."""
    table: list[str] = []
    for line in lines:
        if not line.strip() or re.match(r" *(?:Addresses|- Addresses):", line):
            break
        table.append(line)
    found: list[JSON] = []
    for row in grid(table).rows:
        number = integer(row.get("Port", ""))
        name: Obj = {"name": row["Name"]} if text(row.get("Name", "")) else {}
        found.append({**name, **({"port": number} if number else {}), "protocol": row.get("Protocol", "TCP")})
    return found


ENDPOINTS: dict[str, Handler] = {**COMMON, "Subsets": _subsets}


def _slice_ports(section: Section, obj: Obj, _reader: Reader) -> None:
    obj["ports"] = _named_ports(section.body)


def _slice_endpoints(section: Section, obj: Obj, reader: Reader) -> None:
    found: list[JSON] = []
    made: Obj = {}
    for place, line in enumerate(section.body):
        key, _, value = line.strip().partition(":")
        value = value.strip()
        if key == "- Addresses":
            made = {"addresses": listing(value) or []}
            found.append(made)
        elif key == "Ready":
            made["conditions"] = {"ready": value == "true"} if text(value) else {}
        elif key == "TargetRef":
            kind, _, name = value.partition("/")
            made["targetRef"] = {"kind": kind, "name": name}
        elif key in ("Hostname", "NodeName", "Zone"):
            if text(value):
                made[key[0].lower() + key[1:]] = value
        elif line.strip() and key != "Conditions":
            section.odd(reader, [place])
    obj["endpoints"] = found


ENDPOINT_SLICE: dict[str, Handler] = {
    **COMMON,
    "AddressType": scalar("addressType"),
    "Ports": _slice_ports,
    "Endpoints": _slice_endpoints,
}


def _backend(shown: str) -> Obj | None:
    """`web:80 (10.0.0.1:8080)`, or a resource in place of a service."""
    resource = _RESOURCE.search(shown)
    if resource:
        group: Obj = {"apiGroup": resource[1]} if text(resource[1]) else {}
        return {"resource": {**group, "kind": resource[2], "name": resource[3]}}
    match = _BACKEND.fullmatch(shown.strip())
    if match is None or match[1] == _NO_BACKEND:
        return None
    made: Obj = {"name": match[1]}
    number = port(match[2])
    if number is not None:
        made["port"] = {"number" if isinstance(number, int) else "name": number}
    return {"service": made}


def _default_backend(section: Section, obj: Obj, _reader: Reader) -> None:
    made = None if section.value == "<default>" else _backend(section.value)
    if made:
        put(obj, "spec.defaultBackend", made)


def _tls(section: Section, obj: Obj, reader: Reader) -> None:
    found: list[JSON] = []
    for place, line in enumerate(section.body):
        match = _TLS.fullmatch(line.strip())
        if match:
            secret: Obj = {"secretName": match[1]} if match[1] else {}
            found.append({**secret, "hosts": listing(match[2]) or []})
        else:
            section.odd(reader, [place])
    put(obj, "spec.tls", found)


def _rules(section: Section, obj: Obj, reader: Reader) -> None:
    """A host in a line of its own, its paths below it, deeper; path and backend may each be missing."""
    found: list[JSON] = []
    paths: list[JSON] = []
    for place, line in enumerate(section.body):
        shown = line.strip()
        if not shown or shown.startswith(("Host ", "----")):
            continue
        indent = len(line) - len(line.lstrip())
        if indent <= 2:
            words = shown.split()
            if len(words) > 1:
                continue  # `*  *  <default>`: no rule at all
            paths = []
            host: Obj = {} if shown == "*" else {"host": shown}
            found.append({**host, "http": {"paths": paths}})
            continue
        path, _, rest = shown.partition(" ") if shown.startswith("/") else ("", "", shown)
        backend = _backend(rest)
        if backend is None:
            section.odd(reader, [place])
        else:
            paths.append({**({"path": path} if path else {}), "backend": backend})
    if found:
        put(obj, "spec.rules", found)


def _ingress_address(section: Section, obj: Obj, _reader: Reader) -> None:
    shown = listing(section.value)
    if shown:
        put(obj, "status.loadBalancer.ingress", list[JSON](addresses.ingress(str(item)) for item in shown))


INGRESS: dict[str, Handler] = {
    **COMMON,
    "Address": _ingress_address,
    "Ingress Class": scalar("spec.ingressClassName"),
    "Default backend": _default_backend,
    "TLS": _tls,
    "Rules": _rules,
}
INGRESS_CLASS: dict[str, Handler] = {**COMMON, "Controller": scalar("spec.controller"), "Parameters": ignore}
