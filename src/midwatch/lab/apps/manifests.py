"""From declared parts to the objects that people would apply."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.apps.backends import ENGINES, variables
from midwatch.lab.apps.containers import container, environment_of, mounts_and_volumes, port_name, sidecars
from midwatch.lab.apps.parts import App, Part
from midwatch.lab.apps.programs import SETTINGS_FILE, address_variable, called
from midwatch.lab.core.objects import Obj

PULL_SECRET = "registry-credentials"  # noqa: S105 - a name


def labels(app: App, name: str, tier: str = "service") -> dict[str, str]:
    """The recommended labels (kubernetes.io/docs/concepts/overview/working-with-objects/common-labels)."""
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": app.name,
        "app.kubernetes.io/component": tier,
    }


def selector(name: str) -> dict[str, str]:
    """What selects the pods of a part."""
    return {"app.kubernetes.io/name": name}


def thing(api: str, kind: str, app: App, name: str, tier: str = "service", **body: object) -> Obj:
    """A namespaced object of the application."""
    head: Obj = {"name": name, "namespace": app.namespace, "labels": labels(app, name, tier)}
    return {"apiVersion": api, "kind": kind, "metadata": head, **body}


def part_objects(app: App, part: Part) -> Iterator[Obj]:
    """All objects of one part."""
    yield thing("v1", "ServiceAccount", app, part.name)
    yield from _configuration(app, part)
    yield from _rights(app, part)
    if part.schedule:
        yield _cron_job(app, part)
        return
    yield _deployment(app, part)
    name = port_name(part)
    ports = [{"name": name, "port": part.port, "targetPort": name}]
    yield thing("v1", "Service", app, part.name, spec={"selector": selector(part.name), "ports": ports})
    yield from _around(app, part)


def _configuration(app: App, part: Part) -> Iterator[Obj]:
    addresses = {address_variable(each): _address(app, each) for each in called(part) if app.backend(each) is None}
    data = {**addresses, **part.settings}
    for each in called(part):
        backend = app.backend(each)
        if backend is None:
            continue
        roles = variables(backend)
        known = {"host": backend.name, "port": str(_port_of(app, each)), "database": backend.database}
        data |= {name: known[role] for name, role in roles.items() if role in known}
        yield credentials(app, f"{part.name}-{backend.name}", backend.name)
    if data:
        yield thing("v1", "ConfigMap", app, f"{part.name}-config", data=data)
    if "file" in part.features:
        text = f"service: {part.name}\nlog:\n  level: info\nlimits:\n  concurrency: 64\n"
        yield thing("v1", "ConfigMap", app, f"{part.name}-settings", data={SETTINGS_FILE.rpartition("/")[2]: text})


def credentials(app: App, name: str, backend: str) -> Obj:
    """A Secret with the account that a backend is given at its first start."""
    found = app.backend(backend)
    user = found.user if found else ""
    data = {"username": user, "password": f"{app.name}-{backend}-7Kq2"}
    return thing("v1", "Secret", app, name, stringData={key: value for key, value in data.items() if value})


def _address(app: App, name: str) -> str:
    other = app.part(name)
    return f"{name}:{other.port}" if other is not None else f"{name}:443"


def _port_of(app: App, backend: str) -> int:
    found = app.backend(backend)
    return ENGINES[found.kind].port if found is not None else 0


def _rights(app: App, part: Part) -> Iterator[Obj]:
    if not part.api:
        return
    rules = [
        {
            "apiGroups": [each.group],
            "resources": [each.resource.partition("/")[0]],
            "verbs": ["get", "list", "watch"],
        }
        for each in part.api
    ]
    group = "rbac.authorization.k8s.io"
    yield thing(f"{group}/v1", "Role", app, part.name, rules=rules)
    subject = {"kind": "ServiceAccount", "name": part.name, "namespace": app.namespace}
    role = {"apiGroup": group, "kind": "Role", "name": part.name}
    yield thing(f"{group}/v1", "RoleBinding", app, part.name, roleRef=role, subjects=[subject])


def template(app: App, part: Part) -> Obj:
    """The pod template of a part."""
    mounts, volumes = mounts_and_volumes(part)
    inits, others = sidecars(part)
    body: Obj = {
        "serviceAccountName": part.name,
        "automountServiceAccountToken": bool(part.api),
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container(app, part, environment_of(app, part), mounts), *others],
    }
    if "private" in part.features:
        body["imagePullSecrets"] = [{"name": PULL_SECRET}]
    if inits:
        body["initContainers"] = inits
    if volumes:
        body["volumes"] = volumes
    if "spread" in part.features:
        body["topologySpreadConstraints"] = [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": selector(part.name)},
            }
        ]
    return {"metadata": {"labels": labels(app, part.name)}, "spec": body}


def _deployment(app: App, part: Part) -> Obj:
    body: Obj = {"replicas": part.replicas, "selector": {"matchLabels": selector(part.name)}}
    if "autoscaled" in part.features:
        del body["replicas"]
    return thing("apps/v1", "Deployment", app, part.name, spec={**body, "template": template(app, part)})


def _cron_job(app: App, part: Part) -> Obj:
    pod = template(app, part)
    pod = {**pod, "spec": {**pod["spec"], "restartPolicy": "Never"}}
    job = {"backoffLimit": 2, "template": pod}
    body = {"schedule": part.schedule, "concurrencyPolicy": "Forbid", "jobTemplate": {"spec": job}}
    return thing("batch/v1", "CronJob", app, part.name, "task", spec=body)


def _around(app: App, part: Part) -> Iterator[Obj]:
    """Scaling, protection, policy, exposure."""
    if "autoscaled" in part.features:
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": part.name}
        metric = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
        body = {"scaleTargetRef": target, "minReplicas": part.replicas, "maxReplicas": part.replicas + 2}
        metrics = [{"type": "Resource", "resource": metric}]
        yield thing("autoscaling/v2", "HorizontalPodAutoscaler", app, part.name, spec={**body, "metrics": metrics})
    if "protected" in part.features:
        body = {"minAvailable": 1, "selector": {"matchLabels": selector(part.name)}}
        yield thing("policy/v1", "PodDisruptionBudget", app, part.name, spec=body)
    if "fenced" in part.features:
        yield _policy(app, part)
    if "exposed" in part.features:
        yield _ingress(app, part)


def _policy(app: App, part: Part) -> Obj:
    """Only those who call it may reach it."""
    callers = [each.name for each in app.parts if part.name in called(each)]
    peers: list[Obj] = [{"podSelector": {"matchLabels": selector(each)}} for each in callers]
    if "exposed" in part.features:
        name = {"kubernetes.io/metadata.name": "ingress-nginx"}
        peers.append({"namespaceSelector": {"matchLabels": name}})
    rule = {"from": peers, "ports": [{"protocol": "TCP", "port": part.port}]}
    body = {"podSelector": {"matchLabels": selector(part.name)}, "policyTypes": ["Ingress"], "ingress": [rule]}
    return thing("networking.k8s.io/v1", "NetworkPolicy", app, part.name, spec=body)


def _ingress(app: App, part: Part) -> Obj:
    backend = {"service": {"name": part.name, "port": {"name": "http"}}}
    rule = {"host": app.host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    tls = [{"hosts": [app.host], "secretName": f"{app.name}-tls"}]
    body = {"ingressClassName": "nginx", "rules": [rule], "tls": tls}
    return thing("networking.k8s.io/v1", "Ingress", app, part.name, spec=body)
