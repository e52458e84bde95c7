"""Defaults of the volumes of pods.

Source: kubernetes/pkg/apis/core/v1/defaults.go (SetDefaults_Volume ...).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.defaults.containers import field_version, pull_policy
from midwatch.lab.schema.defaults.filling import changed, each, filled

_MODE = 0o644
_ISCSI: dict[str, Any] = {"iscsiInterface": "default"}
_RBD: dict[str, Any] = {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"}
_AZURE: dict[str, Any] = {"cachingMode": "ReadWrite", "fsType": "ext4", "readOnly": False, "kind": "Shared"}


def volume(found: Obj) -> Obj:
    """One volume; without a source it is an empty directory."""
    if len(found) < 2:
        return {**found, "emptyDir": {}}
    for key, change in _SOURCES.items():
        if key in found:
            return changed(found, key, change)
    return found


def _mode(found: Obj) -> Obj:
    return found if found.get("defaultMode") is not None else {**found, "defaultMode": _MODE}


def _downward(found: Obj) -> Obj:
    return _mode(each(found, "items", lambda item: changed(item, "fieldRef", field_version)))


def _projected(found: Obj) -> Obj:
    return _mode(each(found, "sources", _projection))


def _projection(found: Obj) -> Obj:
    if "downwardAPI" in found:
        return changed(
            found,
            "downwardAPI",
            lambda piece: each(piece, "items", lambda item: changed(item, "fieldRef", field_version)),
        )
    return changed(
        found,
        "serviceAccountToken",
        lambda piece: piece if "expirationSeconds" in piece else {"expirationSeconds": 3600, **piece},
    )


def _claim_template(found: Obj) -> Obj:
    return changed(
        found,
        "volumeClaimTemplate",
        lambda piece: changed(piece, "spec", lambda inner: filled(inner, {"volumeMode": "Filesystem"})),
    )


_SOURCES: dict[str, Callable[[Obj], Obj]] = {
    "projected": _projected,
    "configMap": _mode,
    "secret": _mode,
    "downwardAPI": _downward,
    "hostPath": lambda found: found if "type" in found else {**found, "type": ""},
    "ephemeral": _claim_template,
    "iscsi": lambda found: filled(found, _ISCSI),
    "rbd": lambda found: filled(found, _RBD),
    "azureDisk": lambda found: filled(found, _AZURE),
    "image": lambda found: filled(found, {"pullPolicy": pull_policy(str(found.get("reference") or ""))}),
}
