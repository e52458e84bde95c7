"""Services.

Source: kubernetes/pkg/apis/core/validation/validation.go (ValidateService, ValidateServiceUpdate).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj, part, spec
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.containers import PROTOCOLS
from midwatch.lab.schema.validation.errors import bad, duplicate, forbidden, required, unsupported
from midwatch.lab.schema.validation.metadata import check_labels

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_POLICIES = ("Cluster", "Local")


def service(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A Service."""
    body = spec(new)
    kind = body.get("type")
    ports: Sequence[Obj] = body.get("ports") or ()
    headless = body.get("clusterIP") == "None"
    if old is not None:
        yield from _addresses(body, spec(old))
    if not ports and not headless and kind != "ExternalName":
        yield required("spec.ports")
    if headless and kind in ("LoadBalancer", "NodePort"):
        yield bad("spec.clusterIPs[0]", "None", f"may not be set to 'None' for {kind} services")
    if kind == "ExternalName":
        yield from _external(body)
    yield from _ports(ports)
    yield from check_labels(body.get("selector") or {}, "spec.selector")
    yield from _choices(body)
    for index, each in enumerate(body.get("externalIPs") or ()):
        if not names.is_ip(each):
            yield bad(f"spec.externalIPs[{index}]", each, names.IP)
    for index, each in enumerate(body.get("clusterIPs") or ()):
        if each != "None" and not names.is_ip(each):
            yield bad(f"spec.clusterIPs[{index}]", each, names.IP)
    yield from _node_ports(ports, kind)


def _choices(body: Obj) -> Iterator[FieldError]:
    affinity, kind = body.get("sessionAffinity"), body.get("type")
    if affinity not in ("ClientIP", "None"):
        yield unsupported("spec.sessionAffinity", affinity, ("ClientIP", "None"))
    timeout = part(body, "sessionAffinityConfig", "clientIP").get("timeoutSeconds")
    if affinity == "ClientIP" and timeout is not None and not 0 < timeout <= 86400:
        why = "must be greater than 0 and less than 86400"
        yield bad("spec.sessionAffinityConfig.clientIP.timeoutSeconds", timeout, why)
    if kind not in _TYPES:
        yield unsupported("spec.type", kind, _TYPES)
    for key in ("externalTrafficPolicy", "internalTrafficPolicy"):
        if body.get(key) not in (None, "", *_POLICIES):
            yield unsupported(f"spec.{key}", body[key], _POLICIES)
    outside = kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and body.get("externalIPs"))
    if body.get("externalTrafficPolicy") and not outside:
        why = "may only be set for externally-accessible services"
        yield bad("spec.externalTrafficPolicy", body["externalTrafficPolicy"], why)
    for key in ("loadBalancerSourceRanges", "allocateLoadBalancerNodePorts", "loadBalancerClass"):
        if body.get(key) is not None and kind != "LoadBalancer":
            yield forbidden(f"spec.{key}", "may only be used when `type` is 'LoadBalancer'")


def _external(body: Obj) -> Iterator[FieldError]:
    for key in ("clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        if body.get(key):
            yield forbidden(f"spec.{key}", "may not be set for ExternalName services")
    name = str(body.get("externalName") or "").removesuffix(".")
    if not name:
        yield required("spec.externalName")
    else:
        yield from (bad("spec.externalName", name, why) for why in names.subdomain(name))


def _ports(ports: Sequence[Obj]) -> Iterator[FieldError]:
    seen: set[str] = set()
    pairs: set[tuple[object, object]] = set()
    for index, each in enumerate(ports):
        path, name = f"spec.ports[{index}]", each.get("name") or ""
        if len(ports) > 1 and not name:
            yield required(f"{path}.name")
        elif name:
            yield from (bad(f"{path}.name", name, why) for why in names.label(name))
            if name in seen:
                yield duplicate(f"{path}.name", name)
            seen.add(name)
        if names.port(each.get("port") or 0):
            yield bad(f"{path}.port", each.get("port") or 0, names.PORT_RANGE)
        if each.get("protocol") not in PROTOCOLS:
            yield unsupported(f"{path}.protocol", each.get("protocol"), PROTOCOLS)
        for why in names.port(each.get("targetPort") or 0):
            yield bad(f"{path}.targetPort", each.get("targetPort") or 0, why)
        for why in names.qualified(each["appProtocol"]) if each.get("appProtocol") else ():
            yield bad(f"{path}.appProtocol", each["appProtocol"], why)
        pair = each.get("protocol"), each.get("port")
        if pair in pairs:
            yield duplicate(path, {"Protocol": pair[0], "Port": pair[1]})
        pairs.add(pair)


def _node_ports(ports: Sequence[Obj], kind: object) -> Iterator[FieldError]:
    seen: set[tuple[object, object]] = set()
    for index, each in enumerate(ports):
        number = each.get("nodePort")
        if not number:
            continue
        if kind == "ClusterIP":
            yield forbidden(f"spec.ports[{index}].nodePort", "may not be used when `type` is 'ClusterIP'")
        pair = each.get("protocol"), number
        if pair in seen:
            yield duplicate(f"spec.ports[{index}].nodePort", number)
        seen.add(pair)


def _addresses(new: Obj, old: Obj) -> Iterator[FieldError]:
    """Addresses are never given back while a Service lives (validateUpgradeDowngradeClusterIPs)."""
    if "ExternalName" in (new.get("type"), old.get("type")):
        return
    after: Sequence[str] = new.get("clusterIPs") or ()
    before: Sequence[str] = old.get("clusterIPs") or ()
    if before and not after:
        yield bad("spec.clusterIPs[0]", list(after), "primary clusterIP can not be unset")
    elif list(after[:1]) != list(before[:1]):
        yield bad("spec.clusterIPs[0]", list(after), "may not change once set")
    families: Sequence[str] = new.get("ipFamilies") or ()
    known: Sequence[str] = old.get("ipFamilies") or ()
    if known and families and families[0] != known[0]:
        yield bad("spec.ipFamilies[0]", list(families), "may not change once set")
