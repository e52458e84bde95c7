"""Environment variables of a container.

Source: kubernetes/pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables).
"""

from __future__ import annotations

from math import ceil

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    labels_of,
    name_of,
    namespace_of,
    part,
    parts,
    spec,
    uid_of,
)
from midwatch.lab.kubelet.expansion import expand
from midwatch.lab.kubelet.failure import ConfigMissing
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.podspec import amount
from midwatch.lab.kubelet.references import read
from midwatch.lab.kubelet.state import Slot, Tenant

_ALWAYS = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "KUBERNETES_SERVICE_HOST": "10.96.0.1",
    "KUBERNETES_SERVICE_PORT": "443",
    "KUBERNETES_SERVICE_PORT_HTTPS": "443",
}


def environment(host: Host, tenant: Tenant, slot: Slot) -> dict[str, str]:
    """All variables, references resolved; raises `ConfigMissing`."""
    result = {**_ALWAYS, "HOSTNAME": spec(tenant.obj).get("hostname") or tenant.name}
    for each in parts(slot.spec, "envFrom"):
        result |= _from_source(host, tenant, slot, each)
    for each in parts(slot.spec, "env"):
        value = _value(host, tenant, slot, each, result)
        if value is not None:
            result[each["name"]] = value
    return result


def _from_source(host: Host, tenant: Tenant, slot: Slot, source: Obj) -> dict[str, str]:
    kind = "secret" if "secretRef" in source else "configmap"
    ref: Obj = source.get("secretRef") or source.get("configMapRef") or {}
    try:
        content = read(host.env.store, kind, tenant.namespace, ref.get("name") or "")
    except ConfigMissing:
        if ref.get("optional"):
            return {}
        raise
    prefix = source.get("prefix") or ""
    invalid = sorted(key for key in content if not _is_name(prefix + key))
    if invalid:
        what = "secret" if kind == "secret" else "configMap"
        message = (
            f"Keys [{', '.join(invalid)}] from the EnvFrom {what} {tenant.namespace}/{ref['name']} were skipped "
            "since they are considered invalid environment variable names."
        )
        host.event(tenant, "Warning", "InvalidEnvironmentVariableNames", message, slot)
    return {prefix + key: value for key, value in content.items() if key not in invalid}


def _is_name(name: str) -> bool:
    """Source: k8s.io/apimachinery/pkg/util/validation (IsRelaxedEnvVarName), the rule since 1.32."""
    return bool(name) and all(32 <= ord(each) <= 126 and each != "=" for each in name)


def _value(host: Host, tenant: Tenant, slot: Slot, variable: Obj, known: dict[str, str]) -> str | None:
    source: Obj | None = variable.get("valueFrom")
    if not source:
        return expand(variable.get("value") or "", known)
    if "fieldRef" in source:
        return field_value(host, tenant, source["fieldRef"].get("fieldPath") or "")
    if "resourceFieldRef" in source:
        return resource_value(host, tenant, slot.spec, source["resourceFieldRef"])
    return _key_value(host, tenant, source)


def _key_value(host: Host, tenant: Tenant, source: Obj) -> str | None:
    kind, shown = ("secret", "Secret") if "secretKeyRef" in source else ("configmap", "ConfigMap")
    ref: Obj = source.get("secretKeyRef") or source.get("configMapKeyRef") or {}
    name, key = ref.get("name") or "", ref.get("key") or ""
    try:
        content = read(host.env.store, kind, tenant.namespace, name)
    except ConfigMissing:
        if ref.get("optional"):
            return None
        raise
    if key not in content and not ref.get("optional"):
        raise ConfigMissing(f"couldn't find key {key} in {shown} {tenant.namespace}/{name}")
    return content.get(key)


def field_value(host: Host, tenant: Tenant, path: str) -> str:
    """A field of the pod, as the downward API gives it. Source: kubernetes/pkg/fieldpath/fieldpath.go."""
    pod = tenant.obj
    if path.startswith(("metadata.labels[", "metadata.annotations[")):
        where = labels_of(pod) if path.startswith("metadata.labels") else annotations_of(pod)
        return where.get(path.partition("[")[2].strip("]'\""), "")
    simple = {
        "metadata.name": name_of(pod),
        "metadata.namespace": namespace_of(pod),
        "metadata.uid": uid_of(pod),
        "spec.nodeName": host.name,
        "spec.serviceAccountName": spec(pod).get("serviceAccountName") or "default",
        "status.hostIP": host.ip,
        "status.hostIPs": host.ip,
        "status.podIP": tenant.ip,
        "status.podIPs": tenant.ip,
    }
    if path in ("metadata.labels", "metadata.annotations"):
        pairs = labels_of(pod) if path.endswith("labels") else annotations_of(pod)
        return "\n".join(f'{key}="{value}"' for key, value in sorted(pairs.items()))
    return simple.get(path, "")


def resource_value(host: Host, tenant: Tenant, container: Obj, ref: Obj) -> str:
    """A request or limit in units of its divisor. Source: kubernetes/pkg/api/v1/resource/helpers.go."""
    side, _, resource = (ref.get("resource") or "").partition(".")
    named = ref.get("containerName")
    slot = tenant.slots.get(named) if named else None
    found = amount(slot.spec if slot else container, side, resource)
    if found is None and side == "limits":
        allocatable: Obj = part(host.node or {}, "status", "allocatable")
        found = parse_quantity(allocatable.get(resource))
    divisor = parse_quantity(ref.get("divisor") or "1") or 1.0
    return str(ceil((found or 0.0) / divisor - 1e-9))
