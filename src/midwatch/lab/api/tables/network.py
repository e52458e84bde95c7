"""Services, endpoints, ingresses and network policies as rows.

Source: kubernetes/pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from midwatch.lab.api.tables.columns import NONE, UNSET, Printer, age, columns, few, name, pairs, selector
from midwatch.lab.core.objects import Obj, part, spec, status


def _balancer(found: Obj) -> str:
    points: Sequence[Obj] = part(status(found), "loadBalancer").get("ingress") or ()
    return ",".join(sorted({each.get("ip") or each.get("hostname") or "" for each in points} - {""}))


def _external(found: Obj) -> str:
    body = spec(found)
    own: list[str] = body.get("externalIPs") or []
    match body.get("type"):
        case "ClusterIP" | "NodePort":
            return ",".join(own) or NONE
        case "LoadBalancer":
            points = _balancer(found)
            return ",".join([*([points] if points else []), *own]) or "<pending>"
        case "ExternalName":
            return body.get("externalName", "")
        case _:
            return "<unknown>"


def _port(found: Obj) -> str:
    node = f":{found['nodePort']}" if found.get("nodePort") else ""
    return f"{found['port']}{node}/{found.get('protocol', 'TCP')}"


def _service(found: Obj, now: float) -> list[Any]:
    body = spec(found)
    ips: Sequence[str] = body.get("clusterIPs") or ([body["clusterIP"]] if body.get("clusterIP") else ())
    ports = ",".join(_port(each) for each in body.get("ports") or ()) or NONE
    head = [name(found), body.get("type", ""), ips[0] if ips else NONE, _external(found), ports, age(found, now)]
    return [*head, pairs(body.get("selector"))]


def _subset(found: Obj) -> list[str]:
    addresses: Sequence[Obj] = found.get("addresses") or ()
    ports: Sequence[Obj] = found.get("ports") or ()
    if not ports:
        return [each["ip"] for each in addresses]
    return [f"{each['ip']}:{port['port']}" for port in ports for each in addresses]


def _endpoints(found: Obj, now: float) -> list[Any]:
    subsets: Sequence[Obj] = found.get("subsets") or ()
    return [name(found), few([each for part in subsets for each in _subset(part)], 3), age(found, now)]


def _slice(found: Obj, now: float) -> list[Any]:
    ports: Sequence[Obj] = found.get("ports") or ()
    numbers = [str(each.get("port") or each.get("name") or "*") for each in ports]
    points: Sequence[Obj] = found.get("endpoints") or ()
    addresses = [address for each in points for address in each.get("addresses") or ()]
    shown = few(numbers, 3, UNSET), few(addresses, 3, UNSET)
    return [name(found), found.get("addressType", ""), *shown, age(found, now)]


def _hosts(rules: Sequence[Obj]) -> str:
    hosts = [each["host"] for each in rules[:3] if each.get("host")]
    if not hosts:
        return "*"
    return ",".join(hosts) + (f" + {len(rules) - 3} more..." if len(rules) > 3 else "")


def _ingress(found: Obj, now: float) -> list[Any]:
    body = spec(found)
    hosts, ports = _hosts(body.get("rules") or ()), "80, 443" if body.get("tls") else "80"
    return [name(found), body.get("ingressClassName") or NONE, hosts, _balancer(found), ports, age(found, now)]


def _ingress_class(found: Obj, now: float) -> list[Any]:
    parameters: Obj | None = spec(found).get("parameters")
    shown = NONE
    if parameters:
        group = f".{parameters['apiGroup']}" if parameters.get("apiGroup") else ""
        shown = f"{parameters.get('kind', '')}{group}/{parameters.get('name', '')}"
    return [name(found), spec(found).get("controller", ""), shown, age(found, now)]


def _policy(found: Obj, now: float) -> list[Any]:
    return [name(found), selector(spec(found).get("podSelector")), age(found, now)]


PRINTERS = {
    "Service": Printer(columns("Name|Type|Cluster-IP|External-IP|Port(s)|Age", "Selector"), _service),
    "Endpoints": Printer(columns("Name|Endpoints|Age"), _endpoints),
    "EndpointSlice": Printer(columns("Name|AddressType|Ports|Endpoints|Age"), _slice),
    "Ingress": Printer(columns("Name|Class|Hosts|Address|Ports|Age"), _ingress),
    "IngressClass": Printer(columns("Name|Controller|Parameters|Age"), _ingress_class),
    "NetworkPolicy": Printer(columns("Name|Pod-Selector|Age"), _policy),
}
