"""Nodes, namespaces, events, configuration, access and extensions as rows.

Source: kubernetes/pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from midwatch.lab.api.ages import human, since
from midwatch.lab.api.tables.columns import NONE, UNKNOWN, Printer, age, columns, name
from midwatch.lab.core.objects import Obj, condition_of, labels_of, meta, spec, status

_ROLE = "node-role.kubernetes.io/"


def _address(node: Obj, kind: str) -> str:
    addresses: Sequence[Obj] = status(node).get("addresses") or ()
    return next((each["address"] for each in addresses if each.get("type") == kind), NONE)


def _roles(node: Obj) -> str:
    found = {each.removeprefix(_ROLE) for each in labels_of(node) if each.startswith(_ROLE)}
    found.add(labels_of(node).get("kubernetes.io/role", ""))
    return ",".join(sorted(found - {""})) or NONE


def _node(found: Obj, now: float) -> list[Any]:
    ready = condition_of(found, "Ready")
    state = "Unknown" if ready is None else "Ready" if ready.get("status") == "True" else "NotReady"
    if spec(found).get("unschedulable"):
        state += ",SchedulingDisabled"
    info: Obj = status(found).get("nodeInfo") or {}
    software = [info.get(each) or UNKNOWN for each in ("osImage", "kernelVersion", "containerRuntimeVersion")]
    head = [name(found), state, _roles(found), age(found, now), info.get("kubeletVersion", "")]
    return [*head, _address(found, "InternalIP"), _address(found, "ExternalIP"), *software]


def _event(found: Obj, now: float) -> list[Any]:
    first = since(found.get("firstTimestamp") or found.get("eventTime"), now)
    last = since(found["lastTimestamp"], now) if found.get("lastTimestamp") else first
    count = found.get("count") or 1
    if series := found.get("series"):
        last, count = since(series.get("lastObservedTime"), now), series.get("count", 1)
    about: Obj = found.get("involvedObject") or {}
    target = about.get("kind", "").lower() + (f"/{about['name']}" if about.get("name") else "")
    source: Obj = found.get("source") or {}
    component = source.get("component") or found.get("reportingComponent") or ""
    host = source.get("host") or found.get("reportingInstance") or ""
    origin = f"{component}, {host}" if host else component
    message = (found.get("message") or "").strip()
    head = [last, found.get("type", ""), found.get("reason", ""), target]
    return [*head, about.get("fieldPath", ""), origin, message, first, count, name(found)]


def _namespace(found: Obj, now: float) -> list[Any]:
    return [name(found), status(found).get("phase", ""), age(found, now)]


def _config_map(found: Obj, now: float) -> list[Any]:
    return [name(found), len(found.get("data") or ()) + len(found.get("binaryData") or ()), age(found, now)]


def _secret(found: Obj, now: float) -> list[Any]:
    return [name(found), found.get("type", ""), len(found.get("data") or ()), age(found, now)]


def _service_account(found: Obj, now: float) -> list[Any]:
    return [name(found), len(found.get("secrets") or ()), age(found, now)]


def _quota(found: Obj, now: float) -> list[Any]:
    hard: Obj = status(found).get("hard") or {}
    used: Obj = status(found).get("used") or {}
    texts = [(key, f"{key}: {used.get(key, '0')}/{hard[key]}") for key in sorted(hard)]
    limits = ", ".join(text for key, text in texts if key.startswith("limits."))
    rest = ", ".join(text for key, text in texts if not key.startswith("limits."))
    return [name(found), rest, limits, age(found, now)]


def _created(found: Obj, _: float) -> list[Any]:
    return [name(found), meta(found).get("creationTimestamp", "")]


def _subjects(found: Obj) -> list[str]:
    subjects: Sequence[Obj] = found.get("subjects") or ()
    by_kind: dict[str, list[str]] = {"User": [], "Group": [], "ServiceAccount": []}
    for each in subjects:
        space = f"{each['namespace']}/" if each.get("namespace") else ""
        by_kind.setdefault(each.get("kind", ""), []).append(space + each.get("name", ""))
    return [", ".join(by_kind[each]) for each in ("User", "Group", "ServiceAccount")]


def _binding(found: Obj, now: float) -> list[Any]:
    role: Obj = found.get("roleRef") or {}
    return [name(found), f"{role.get('kind')}/{role.get('name')}", age(found, now), *_subjects(found)]


def _signing(found: Obj, now: float) -> list[Any]:
    conditions: Sequence[Obj] = status(found).get("conditions") or ()
    kinds = {each.get("type") for each in conditions}
    state = "Denied" if "Denied" in kinds else "Approved" if "Approved" in kinds else "Pending"
    state += ",Failed" if "Failed" in kinds else ""
    state += ",Issued" if status(found).get("certificate") else ""
    body = spec(found)
    asked = human(body["expirationSeconds"]) if body.get("expirationSeconds") else NONE
    return [name(found), age(found, now), body.get("signerName") or NONE, body.get("username", ""), asked, state]


def _lease(found: Obj, now: float) -> list[Any]:
    return [name(found), spec(found).get("holderIdentity") or "", age(found, now)]


def _webhooks(found: Obj, now: float) -> list[Any]:
    return [name(found), len(found.get("webhooks") or ()), age(found, now)]


def _priority(found: Obj, now: float) -> list[Any]:
    default, policy = bool(found.get("globalDefault")), found.get("preemptionPolicy", "")
    return [name(found), found.get("value", 0), default, age(found, now), policy]


def _runtime_class(found: Obj, now: float) -> list[Any]:
    return [name(found), found.get("handler", ""), age(found, now)]


def _api_service(found: Obj, now: float) -> list[Any]:
    """Source: kube-aggregator/pkg/registry/apiservice/storage/storage.go (ConvertToTable)."""
    service: Obj = spec(found).get("service") or {}
    target = f"{service.get('namespace')}/{service.get('name')}" if service else "Local"
    available = condition_of(found, "Available") or {}
    state = available.get("status", "Unknown")
    if state != "True" and available.get("reason"):
        state += f" ({available['reason']})"
    return [name(found), target, state, age(found, now)]


_CREATED = Printer(columns("Name|Created At"), _created)
_BINDING = Printer(columns("Name|Role|Age", "Users|Groups|ServiceAccounts"), _binding)
_WEBHOOKS = Printer(columns("Name|Webhooks|Age", "", "Webhooks"), _webhooks)


def _events() -> Printer:
    wide = {"Subobject", "Source", "First Seen", "Count", "Name"}
    text = "Last Seen|Type|Reason|Object|Subobject|Source|Message|First Seen|Count|Name"
    made = [type(each)(each.name, each.type, each.name in wide) for each in columns(text)]
    return Printer(made, _event)


PRINTERS = {
    "Node": Printer(
        columns(
            "Name|Status|Roles|Age|Version", "Internal-IP|External-IP|OS-Image|Kernel-Version|Container-Runtime"
        ),
        _node,
    ),
    "Event": _events(),
    "Namespace": Printer(columns("Name|Status|Age"), _namespace),
    "ConfigMap": Printer(columns("Name|Data|Age"), _config_map),
    "Secret": Printer(columns("Name|Type|Data|Age"), _secret),
    "ServiceAccount": Printer(columns("Name|Secrets|Age"), _service_account),
    "ResourceQuota": Printer(columns("Name|Request|Limit|Age"), _quota),
    "LimitRange": _CREATED,
    "Role": _CREATED,
    "ClusterRole": _CREATED,
    "CustomResourceDefinition": _CREATED,
    "RoleBinding": _BINDING,
    "ClusterRoleBinding": _BINDING,
    "CertificateSigningRequest": Printer(
        columns("Name|Age|SignerName|Requestor|RequestedDuration|Condition"), _signing
    ),
    "Lease": Printer(columns("Name|Holder|Age"), _lease),
    "MutatingWebhookConfiguration": _WEBHOOKS,
    "ValidatingWebhookConfiguration": _WEBHOOKS,
    "PriorityClass": Printer(columns("Name|Value|Global-Default|Age|PreemptionPolicy", "", "Value"), _priority),
    "RuntimeClass": Printer(columns("Name|Handler|Age"), _runtime_class),
    "APIService": Printer(columns("Name|Service|Available|Age"), _api_service),
}
