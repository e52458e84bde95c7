"""Services and what is behind and in front of them."""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import addresses, labels
from midwatch.sources.kubectl_text.get.rows import columns
from midwatch.sources.kubectl_text.get.tables import Row
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import integer, listing, put, text

_PORT = re.compile(r"(\d+)(?::(\d+))?/(\w+)")
_MORE = re.compile(r" \+ \d+ more\.\.\.$")


def service_ports(cell: str) -> list[JSON] | None:
    """`80:30080/TCP,443/TCP`."""
    found: list[JSON] = []
    for port, node_port, protocol in _PORT.findall(cell):
        item: Obj = {"port": int(port), "protocol": protocol}
        if node_port:
            item["nodePort"] = int(node_port)
        found.append(item)
    return found or None


def _outside(row: Row, made: Obj, _reader: Reader) -> None:
    """EXTERNAL-IP is a name for ExternalName, an ingress for LoadBalancer, external addresses otherwise."""
    shown = [item for item in (listing(row("EXTERNAL-IP")) or []) if isinstance(item, str)]
    shown = [item for item in shown if item != "<pending>" and not item.endswith("...")]
    if not shown:
        return
    if row("TYPE") == "ExternalName":
        put(made, "spec.externalName", shown[0])
    elif row("TYPE") == "LoadBalancer":
        put(made, "status.loadBalancer.ingress", list[JSON](addresses.ingress(item) for item in shown))
    else:
        put(made, "spec.externalIPs", list[JSON](shown))


def _endpoints(row: Row, made: Obj, _reader: Reader) -> None:
    """An empty cell is printed where addresses are, but none is ready."""
    if "ENDPOINTS" not in row.cells:
        return
    cell = row("ENDPOINTS")
    made["subsets"] = addresses.subsets([addresses.behind(cell)])
    if addresses.more(cell):
        put(made, "metadata.annotations", {addresses.TRUNCATED: "truncated"})


def _slice(row: Row, made: Obj, _reader: Reader) -> None:
    shown = listing(_MORE.sub("", row("ENDPOINTS"))) or []
    made["endpoints"] = [{"addresses": [item]} for item in shown]
    numbers = [integer(str(item)) for item in listing(row("PORTS")) or []]
    if row("ADDRESSTYPE"):
        made["addressType"] = row("ADDRESSTYPE")
    made["ports"] = [{"port": number} for number in numbers if number is not None]


def _rules(row: Row, made: Obj, _reader: Reader) -> None:
    hosts = listing(_MORE.sub("", row("HOSTS"))) or []
    named: list[JSON] = [{"host": host} for host in hosts if host != "*"]
    if named:
        put(made, "spec.rules", named)
    shown = [item for item in (listing(row("ADDRESS")) or []) if isinstance(item, str)]
    whole = [addresses.ingress(item) for item in shown if not item.endswith("...")]
    if whole:
        put(made, "status.loadBalancer.ingress", list[JSON](whole))


def _pod_selector(row: Row, made: Obj, _reader: Reader) -> None:
    put(made, "spec.podSelector", labels.selector(row("POD-SELECTOR")) or {})


service = columns(
    {
        "TYPE": ("spec.type", text),
        "CLUSTER-IP": ("spec.clusterIP", text),
        "PORT(S)": ("spec.ports", service_ports),
        "SELECTOR": ("spec.selector", labels.comma_pairs),
    },
    _outside,
)
endpoints = columns({}, _endpoints)
endpoint_slice = columns({}, _slice)
ingress = columns({"CLASS": ("spec.ingressClassName", text)}, _rules)
ingress_class = columns({"CONTROLLER": ("spec.controller", text)})
network_policy = columns({}, _pod_selector)
