"""The EndpointSlices that a Service should have, given those it has: few of them change.

Source: k8s.io/endpointslice/reconciler.go (reconcileByPortMapping).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from midwatch.lab.controllers.cluster.endpoint import Ports, port_objects
from midwatch.lab.core.objects import Obj, labels_of, name_of, owner_reference, part, parts, spec, with_meta

MOST = 100  # maxEndpointsPerSlice
MANAGER = "endpointslice-controller.k8s.io"
NAME_LABEL, MANAGER_LABEL = "kubernetes.io/service-name", "endpointslice.kubernetes.io/managed-by"
_HEADLESS = "service.kubernetes.io/headless"


@dataclass
class Plan:
    """What to write."""

    create: list[Obj] = field(default_factory=list[Obj])
    update: list[Obj] = field(default_factory=list[Obj])
    delete: list[Obj] = field(default_factory=list[Obj])


def plan(service: Obj, wanted: dict[Ports, list[Obj]], have: Sequence[Obj]) -> Plan:
    """Bring the slices of a Service in line with its endpoints, grouped by their ports."""
    result = Plan()
    left = {name_of(each): each for each in have}
    for ports, endpoints in (wanted or {(): []}).items():
        objects = port_objects(ports)
        mine = [each for each in have if _same_ports(each, objects)]
        for each in mine:
            left.pop(name_of(each))
        _group(result, service, objects, endpoints, mine)
    result.delete.extend(left.values())
    return result


def _same_ports(piece: Obj, objects: list[Obj]) -> bool:
    return parts(piece, "ports") == objects


def _group(result: Plan, service: Obj, objects: list[Obj], endpoints: list[Obj], mine: list[Obj]) -> None:
    """Endpoints stay in their slices; new ones fill the gaps, then new slices."""
    fresh = {_identity(each): each for each in endpoints}
    kept = [[fresh.pop(key) for key in map(_identity, parts(each, "endpoints")) if key in fresh] for each in mine]
    rest = list(fresh.values())
    for each in kept:
        room = MOST - len(each)
        each.extend(rest[:room])
        rest = rest[room:]
    empty_allowed = not endpoints
    for piece, members in zip(mine, kept, strict=True):
        if not members and not empty_allowed:
            result.delete.append(piece)
            continue
        empty_allowed = empty_allowed and bool(members)
        new = _described(service, {**piece, "endpoints": members})
        if new != piece:
            result.update.append(new)
    chunks: list[list[Obj]] = [rest[start : start + MOST] for start in range(0, len(rest), MOST)]
    if not endpoints and not mine:
        chunks = [[]]
    result.create.extend(_new(service, objects, each) for each in chunks)


def _identity(found: Obj) -> tuple[str, str]:
    return part(found, "targetRef").get("uid", ""), found["addresses"][0]


def _new(service: Obj, ports: list[Obj], endpoints: list[Obj]) -> Obj:
    address: str = spec(service).get("clusterIP") or ""
    made: Obj = {
        "metadata": {
            "generateName": f"{name_of(service)}-",
            "namespace": service["metadata"]["namespace"],
            "ownerReferences": [owner_reference(service)],
        },
        "addressType": "IPv6" if ":" in address else "IPv4",
        "endpoints": endpoints,
        "ports": ports,
    }
    return _described(service, made)


def _described(service: Obj, piece: Obj) -> Obj:
    labels: dict[str, Any] = {**labels_of(service)}
    labels |= {NAME_LABEL: name_of(service), MANAGER_LABEL: MANAGER}
    if spec(service).get("clusterIP") == "None":
        labels[_HEADLESS] = ""
    else:
        labels.pop(_HEADLESS, None)
    return piece if labels_of(piece) == labels else with_meta(piece, labels=labels)


def managed(pieces: Iterable[Obj]) -> list[Obj]:
    """Those that the controller made."""
    return [each for each in pieces if labels_of(each).get(MANAGER_LABEL) == MANAGER]
