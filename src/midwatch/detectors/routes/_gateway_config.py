"""Gateways configured by text: blocks of a ConfigMap that send a path to the URL of a Service.

Read are the shapes that path-routing gateways share (nginx `location` with `proxy_pass`, Spring Cloud Gateway
routes with `uri` and `Path=`, and files like them): a block begins at its marker and holds paths and one address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from midwatch.detectors._backing import backings
from midwatch.detectors.common import fact
from midwatch.detectors.routes._routing import Hop, behind, misroutes, segments
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import ConfigMap
from midwatch.domain.kube.networking import Service
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge._edges_pods import pod_edges
from midwatch.knowledge.addresses import Address, Problem, resolve, service_addresses

_START = re.compile(
    r"[ \t]{0,64}(?:-[ \t]{1,8}(?:id|name|match|path|route|paths)\b|location\b|handle(?:_path)?\b)"
)
_PATH = re.compile(
    r"(?:Path=|location[ \t]{1,8}(?:[~=^*]{1,2}[ \t]{1,8})?|handle_path[ \t]"
    r"|\b(?:paths?|prefix)[\"']?[:=][ \t]{0,8}[\"']?)(/[^\s\"',;{}]{1,200})"
)
_NAME = re.compile(r"-[ \t]{1,8}(?:id|name):[ \t]{1,8}[\"']?([\w.\-]{1,100})")
_MAX_LINES = 5000
_MAX_BLOCKS = 200
_MAX_BLOCK = 40


def misrouted(inventory: Inventory) -> Iterator[Finding]:
    """Source: nginx.org/en/docs/http/ngx_http_proxy_module.html; docs.spring.io Spring Cloud Gateway, routes."""
    for each in inventory.all(ConfigMap):
        hops = [hop for key, text in each.data.items() for hop in _hops(each, key, text)]
        existing = [hop for hop in hops if inventory.get(Service, hop.namespace, hop.service) is not None]
        if existing:
            used = _is_read(inventory, each.ref)
            known = [hop for hop in hops if hop in existing or inventory.knows(Service, hop.namespace)]
            yield from misroutes(inventory, each, known, "routes/gateway-config-misroute", used=used)
            yield from _wrong_ports(inventory, each, existing, used=used)


def _is_read(inventory: Inventory, found: Ref) -> bool:
    """Whether a workload mounts or reads a ConfigMap; what only lies there may be a leftover."""
    return found in inventory.derive(_read)


def _read(inventory: Inventory) -> frozenset[Ref]:
    return frozenset(edge.target for edge in pod_edges(inventory) if edge.target.kind == ConfigMap.KIND)


def _hops(found: ConfigMap, key: str, text: str) -> Iterator[Hop]:
    if "://" not in text or not ("Path=" in text or "location" in text or "path" in text or "prefix" in text):
        return
    for block in islice(_blocks(text), _MAX_BLOCKS):
        yield from _hop(found, key, block)


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in text.splitlines()[:_MAX_LINES]:
        if _START.match(line):
            yield block
            block = []
        block.append(line[:500])
    yield block


def _hop(found: ConfigMap, key: str, block: list[str]) -> Iterator[Hop]:
    """One hop when the block is about exactly one path-like thing and one URL."""
    text = "\n".join(block)
    paths = _PATH.findall(text) if "://" in text and len(block) <= _MAX_BLOCK else []
    targets = [each for each in service_addresses(text) if each.scheme] if paths else []
    if len(targets) != 1:
        return
    hints = tuple(part for path in paths for part in segments(path)) + tuple(_NAME.findall(text))
    parts = targets[0].host.split(".")
    namespace = parts[1] if len(parts) > 1 else found.namespace
    yield Hop(hints, parts[0], namespace, targets[0].port, f".data[{key}]")


def _wrong_ports(inventory: Inventory, found: ConfigMap, hops: list[Hop], *, used: bool) -> Iterator[Finding]:
    for hop in hops:
        port = hop.port if isinstance(hop.port, int) else None
        resolution = resolve(inventory, hop.namespace, Address(hop.service, port))
        service = resolution.service
        if service is None or resolution.problem is not Problem.WRONG_PORT or not hop.hints:
            continue
        have = ", ".join(str(each.port) for each in service.spec.ports[:8])
        yield Finding(
            "routes/gateway-config-port",
            found.ref,
            Text(
                f"{found.ref} sends {hop.hints[0]!r} to port {port} of {service.ref}, which exposes only {have}",
                f"{found.ref} 把 {hop.hints[0]!r} 送到 {service.ref} 的端口 {port}，但它只开放 {have}",
            ),
            Severity.WARNING,
            Status.ACTIVE if used else Status.LATENT,
            (Claim("gateway-misroute", behind(inventory, service.ref), 0.85 if used else 0.4),),
            (fact(found, hop.path, f"{hop.service}:{port}"),),
            (service.ref, *(each.ref for each in inventory.derive(backings)[service.ref].pods[:2])),
        )
