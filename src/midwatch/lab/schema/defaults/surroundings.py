"""Defaults of namespaces, networking, autoscaling, limits and other small kinds.

Source: defaults.go of kubernetes/pkg/apis/{core/v1,networking/v1,autoscaling/v2,scheduling/v1,discovery/v1},
kubernetes/pkg/registry/core/namespace/strategy.go.
"""

from __future__ import annotations

from typing import Any

from midwatch.lab.core.objects import Obj, is_deleted, labels_of, name_of, part, spec, status
from midwatch.lab.schema.defaults.filling import changed, each, filled

_NAME_LABEL = "kubernetes.io/metadata.name"
_CPU: list[Obj] = [
    {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}
]
_PERCENT = {"type": "Percent", "value": 100, "periodSeconds": 15}
_UP: dict[str, Any] = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [{"type": "Pods", "value": 4, "periodSeconds": 15}, _PERCENT],
}
_DOWN: dict[str, Any] = {"selectPolicy": "Max", "policies": [_PERCENT]}


def namespace(found: Obj) -> Obj:
    """A Namespace: its label, its finalizer, its phase."""
    name = name_of(found)
    if name and labels_of(found).get(_NAME_LABEL) != name:
        found = {**found, "metadata": {**found["metadata"], "labels": {**labels_of(found), _NAME_LABEL: name}}}
    if not spec(found).get("finalizers") and not is_deleted(found):
        found = {**found, "spec": {**spec(found), "finalizers": ["kubernetes"]}}
    return found if status(found).get("phase") else {**found, "status": {"phase": "Active"}}


def autoscaler(found: Obj) -> Obj:
    """A HorizontalPodAutoscaler."""

    def fill(piece: Obj) -> Obj:
        piece = filled(piece, {"minReplicas": 1})
        if not piece.get("metrics"):
            piece = {**piece, "metrics": _CPU}
        return changed(piece, "behavior", _behavior)

    return changed(found, "spec", fill)


def _behavior(found: Obj) -> Obj:
    up: Obj = found.get("scaleUp") or {}
    down: Obj = found.get("scaleDown") or {}
    new = {"scaleUp": filled(up, _UP), "scaleDown": filled(down, _DOWN)}
    return found if new["scaleUp"] is up and new["scaleDown"] is down else {**found, **new}


def network_policy(found: Obj) -> Obj:
    """A NetworkPolicy: its types follow from its rules, and ports are TCP."""

    def fill(piece: Obj) -> Obj:
        if not piece.get("policyTypes"):
            piece = {**piece, "policyTypes": ["Ingress", *(["Egress"] if piece.get("egress") else [])]}
        if "podSelector" not in piece:
            piece = {**piece, "podSelector": {}}
        return each(each(piece, "ingress", _rule), "egress", _rule)

    return changed(found, "spec", fill)


def _rule(found: Obj) -> Obj:
    return each(found, "ports", lambda port: filled(port, {"protocol": "TCP"}))


def endpoint_slice(found: Obj) -> Obj:
    """An EndpointSlice's ports."""
    return each(found, "ports", lambda port: {"name": "", **filled(port, {"protocol": "TCP"})})


def endpoints(found: Obj) -> Obj:
    """The ports of Endpoints."""
    return each(found, "subsets", _rule)


def ingress_class(found: Obj) -> Obj:
    """An IngressClass's parameters."""

    def parameters(piece: Obj) -> Obj:
        return changed(piece, "parameters", lambda inner: filled(inner, {"scope": "Cluster"}))

    return changed(found, "spec", parameters)


def priority_class(found: Obj) -> Obj:
    """A PriorityClass."""
    return filled(found, {"preemptionPolicy": "PreemptLowerPriority"})


def limit_range(found: Obj) -> Obj:
    """A LimitRange: what a container gets follows from most and least."""
    return changed(found, "spec", lambda piece: each(piece, "limits", _limits))


def _limits(found: Obj) -> Obj:
    if found.get("type") != "Container":
        return found
    limits: Obj = {**part(found, "max"), **part(found, "default")}
    requests: Obj = {**part(found, "min"), **limits, **part(found, "defaultRequest")}
    new: Obj = {**({"default": limits} if limits else {}), **({"defaultRequest": requests} if requests else {})}
    return found if all(found.get(key) == value for key, value in new.items()) else {**found, **new}


def node(found: Obj) -> Obj:
    """A Node can allocate its capacity unless it says otherwise."""
    state = status(found)
    if state.get("allocatable") or not state.get("capacity"):
        return found
    return {**found, "status": {**state, "allocatable": state["capacity"]}}


def signing_request(found: Obj) -> Obj:
    """A CertificateSigningRequest's usages."""
    usages = {"usages": ["digital signature", "key encipherment"]}
    return changed(found, "spec", lambda piece: filled(piece, usages))


def definition(found: Obj) -> Obj:
    """A CustomResourceDefinition: names that follow from its kind, and no conversion."""

    def fill(piece: Obj) -> Obj:
        piece = changed(piece, "names", _names)
        return filled(piece, {"conversion": {"strategy": "None"}})

    return changed(found, "spec", fill)


def _names(found: Obj) -> Obj:
    kind = str(found.get("kind") or "")
    return filled(found, {"singular": kind.lower(), "listKind": f"{kind}List"}) if kind else found
