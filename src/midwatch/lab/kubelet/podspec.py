"""Questions about the spec of a pod."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.core.objects import Obj, name_of, namespace_of, part, spec, uid_of


class Role(StrEnum):
    """What a container is in its pod."""

    INIT = "init"
    SIDECAR = "sidecar"
    APP = "app"


@dataclass(frozen=True, slots=True)
class Requests:
    """What a pod reserves: cores and bytes."""

    cpu: float = 0.0
    memory: float = 0.0


def full_name(pod: Obj) -> str:
    """`name_namespace(uid)`. Source: kubernetes/pkg/kubelet/util/format/pod.go."""
    return f"{name_of(pod)}_{namespace_of(pod)}({uid_of(pod)})"


def declared(pod: Obj) -> list[tuple[Role, Obj]]:
    """All containers with their roles: init containers and sidecars in their order, then the others."""
    body = spec(pod)
    inits: list[Obj] = body.get("initContainers") or []
    apps: list[Obj] = body.get("containers") or []
    first = [(Role.SIDECAR if each.get("restartPolicy") == "Always" else Role.INIT, each) for each in inits]
    return [*first, *((Role.APP, each) for each in apps)]


def restart_policy(pod: Obj) -> str:
    """Always, OnFailure or Never."""
    return spec(pod).get("restartPolicy") or "Always"


def host_network(pod: Obj) -> bool:
    """Whether it shares the network of its node."""
    return bool(spec(pod).get("hostNetwork"))


def amount(container: Obj, side: str, resource: str) -> float | None:
    """One of a container's `requests` or `limits`; None when not set."""
    return parse_quantity(part(container, "resources", side).get(resource))


def request(container: Obj, resource: str) -> float:
    """What a container reserves of a resource: its request, or its limit when only that is set."""
    asked = amount(container, "requests", resource)
    return asked if asked is not None else amount(container, "limits", resource) or 0.0


def requests(pod: Obj) -> Requests:
    """What a pod reserves. Source: k8s.io/component-helpers/resource/helpers.go (PodRequests)."""

    def total(resource: str) -> float:
        sides, most, running = 0.0, 0.0, 0.0
        for role, each in declared(pod):
            asked = request(each, resource)
            if role is Role.INIT:
                most = max(most, sides + asked)
            else:
                sides += asked if role is Role.SIDECAR else 0.0
                running += asked
        overhead = parse_quantity(part(spec(pod), "overhead").get(resource)) or 0.0
        return max(most, running) + overhead

    return Requests(total("cpu"), total("memory"))


def qos_class(pod: Obj) -> str:
    """Guaranteed, Burstable or BestEffort. Source: kubernetes/pkg/apis/core/v1/helper/qos/qos.go."""
    guaranteed, any_set = True, False
    for _, each in declared(pod):
        asked, limits = part(each, "resources", "requests"), part(each, "resources", "limits")
        any_set = any_set or any(parse_quantity(side.get(key)) for side in (asked, limits) for key in _COMPUTE)
        for key in _COMPUTE:
            limit = parse_quantity(limits.get(key))
            if not limit or (key in asked and parse_quantity(asked[key]) != limit):
                guaranteed = False
    if not any_set:
        return "BestEffort"
    return "Guaranteed" if guaranteed else "Burstable"


_COMPUTE = ("cpu", "memory")


def security(pod: Obj, container: Obj) -> Obj:
    """What security settings hold for a container: its own before those of the pod."""
    return {**part(spec(pod), "securityContext"), **part(container, "securityContext")}
