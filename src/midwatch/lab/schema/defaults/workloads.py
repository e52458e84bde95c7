"""Defaults of what runs pods.

Source: kubernetes/pkg/apis/apps/v1/defaults.go, kubernetes/pkg/apis/core/v1/defaults.go.
"""

from __future__ import annotations

from typing import Any

from midwatch.lab.core.objects import Obj, part
from midwatch.lab.schema.defaults.filling import changed, each, filled
from midwatch.lab.schema.defaults.pods import template
from midwatch.lab.schema.defaults.storage import claim

_DEPLOYMENT: dict[str, Any] = {
    "replicas": 1,
    "revisionHistoryLimit": 10,
    "progressDeadlineSeconds": 600,
    "strategy": {},
    "template": {},
}
_STATEFUL: dict[str, Any] = {
    "replicas": 1,
    "revisionHistoryLimit": 10,
    "podManagementPolicy": "OrderedReady",
    "updateStrategy": {},
    "template": {},
}
_RETENTION: dict[str, Any] = {"whenDeleted": "Retain", "whenScaled": "Retain"}


def deployment(found: Obj) -> Obj:
    """A Deployment."""
    return changed(found, "spec", _deployment_spec)


def _deployment_spec(found: Obj) -> Obj:
    found = changed(filled(found, _DEPLOYMENT), "strategy", _deployment_strategy)
    return changed(found, "template", template)


def _deployment_strategy(found: Obj) -> Obj:
    found = filled(found, {"type": "RollingUpdate"})
    if found["type"] != "RollingUpdate":
        return found
    rolling: Obj = found.get("rollingUpdate") or {}
    new = filled(rolling, {"maxUnavailable": "25%", "maxSurge": "25%"})
    return found if new is rolling else {**found, "rollingUpdate": new}


def replica_set(found: Obj) -> Obj:
    """A ReplicaSet."""
    return changed(
        _labelled(found), "spec", lambda piece: changed(filled(piece, {"replicas": 1}), "template", template)
    )


def replication_controller(found: Obj) -> Obj:
    """A ReplicationController, whose selector is its template's labels unless it is given."""
    labels = _template_labels(found)

    def fill(piece: Obj) -> Obj:
        piece = filled(piece, {"replicas": 1})
        if labels and not piece.get("selector"):
            piece = {**piece, "selector": labels}
        return changed(piece, "template", template)

    return changed(_labelled(found), "spec", fill)


def _template_labels(found: Obj) -> Obj:
    return part(found, "spec", "template", "metadata", "labels")


def _labelled(found: Obj) -> Obj:
    head: Obj = found.get("metadata") or {}
    labels = _template_labels(found)
    return found if head.get("labels") or not labels else {**found, "metadata": {**head, "labels": labels}}


def daemon_set(found: Obj) -> Obj:
    """A DaemonSet."""

    def fill(piece: Obj) -> Obj:
        piece = filled(piece, {"revisionHistoryLimit": 10, "updateStrategy": {}, "template": {}})
        return changed(changed(piece, "updateStrategy", _daemon_strategy), "template", template)

    return changed(found, "spec", fill)


def _daemon_strategy(found: Obj) -> Obj:
    found = filled(found, {"type": "RollingUpdate"})
    if found["type"] != "RollingUpdate":
        return found
    rolling: Obj = found.get("rollingUpdate") or {}
    new = filled(rolling, {"maxUnavailable": 1, "maxSurge": 0})
    return found if new is rolling else {**found, "rollingUpdate": new}


def stateful_set(found: Obj) -> Obj:
    """A StatefulSet with its claim templates."""

    def fill(piece: Obj) -> Obj:
        piece = changed(filled(piece, _STATEFUL), "updateStrategy", _stateful_strategy)
        retention: Obj = piece.get("persistentVolumeClaimRetentionPolicy") or {}
        new = filled(retention, _RETENTION)
        if new is not retention:
            piece = {**piece, "persistentVolumeClaimRetentionPolicy": new}
        return changed(each(piece, "volumeClaimTemplates", _claim_template), "template", template)

    return changed(found, "spec", fill)


def _claim_template(found: Obj) -> Obj:
    return filled(claim(found), {"apiVersion": "v1", "kind": "PersistentVolumeClaim"})


def _stateful_strategy(found: Obj) -> Obj:
    found = filled(found, {"type": "RollingUpdate"})
    if found["type"] != "RollingUpdate":
        return found
    rolling: Obj = found.get("rollingUpdate") or {}
    new = filled(rolling, {"partition": 0})
    return found if new is rolling else {**found, "rollingUpdate": new}
