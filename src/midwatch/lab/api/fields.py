"""Which fields can be selected by.

Source: kubernetes/pkg/apis/core/v1/conversion.go and its like; k8s.io/apimachinery/pkg/runtime/conversion.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.core.errors import bad_request
from midwatch.lab.core.kinds import Kind

_META = ("metadata.name", "metadata.namespace")
_REFERENCE = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
_POD = (
    "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
    "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName",
)  # fmt: skip
_FIELDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "pods"): _POD,
    ("", "nodes"): ("spec.unschedulable",),
    ("", "namespaces"): ("status.phase",),
    ("", "secrets"): ("type",),
    ("", "services"): ("spec.clusterIP", "spec.type"),
    ("", "replicationcontrollers"): ("status.replicas",),
    ("", "events"): (
        *(f"involvedObject.{each}" for each in _REFERENCE), "reason", "reportingComponent", "source", "type",
    ),
    ("events.k8s.io", "events"): (
        *(f"regarding.{each}" for each in _REFERENCE), "reason", "reportingController", "source", "type",
    ),
    ("apps", "statefulsets"): ("status.successful",),
    ("batch", "jobs"): ("status.successful",),
    ("certificates.k8s.io", "certificatesigningrequests"): ("spec.signerName",),
}  # fmt: skip


def check_field(kind: Kind, field: str, selectable: Sequence[str] = ()) -> None:
    """Raises `ApiError` 400 unless objects of a kind can be selected by a field."""
    own = _FIELDS.get((kind.group, kind.plural))
    if field in _META or field in (own or ()) or field in selectable:
        return
    if own is None and not kind.custom:
        raise bad_request(f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"')
    raise bad_request(f"field label not supported: {field}")
