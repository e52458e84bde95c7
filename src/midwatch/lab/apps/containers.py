"""Containers of a part: the application's own, those beside it and before it."""

from __future__ import annotations

from midwatch.lab.apps.backends import variables
from midwatch.lab.apps.parts import App, Part, Size
from midwatch.lab.apps.programs import FLAG_FILE, SETTINGS_FILE, called
from midwatch.lab.core.objects import Obj
from midwatch.lab.world.programs import Protocol

SHIPPER = "docker.io/fluent/fluent-bit:3.2.2"
WAITER = "docker.io/library/busybox:1.37.0"


def image_of(app: App, part: Part) -> str:
    """The image of a part, in the registry of the application."""
    return f"registry.{app.name}.example/{app.name}/{part.name}"


def resources(size: Size) -> Obj:
    """Requests and limits."""
    requests = {"cpu": size.cpu, "memory": size.memory}
    limits = {"cpu": size.cpu_limit, "memory": size.memory_limit}
    return {
        "requests": {key: value for key, value in requests.items() if value},
        "limits": {key: value for key, value in limits.items() if value},
    }


def port_name(part: Part) -> str:
    """What the port of a part is called: by its protocol."""
    return "grpc" if part.protocol is Protocol.GRPC else "http"


def container(app: App, part: Part, environment: list[Obj], mounts: list[Obj]) -> Obj:
    """The container of the application itself."""
    found: Obj = {"name": part.name, "image": f"{image_of(app, part)}:{part.version}"}
    if not part.schedule:
        found["ports"] = [{"name": port_name(part), "containerPort": part.port}]
        found |= probes(part)
    if called(part) or part.settings:
        found["envFrom"] = [{"configMapRef": {"name": f"{part.name}-config"}}]
    if environment:
        found["env"] = environment
    if mounts:
        found["volumeMounts"] = mounts
    guard: Obj = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    if "read-only" in part.features:
        guard["readOnlyRootFilesystem"] = True
    return {**found, "resources": resources(part.size), "securityContext": guard}


def probes(part: Part) -> Obj:
    """Liveness and readiness as the platform's template has them."""
    if part.protocol is Protocol.GRPC:
        check: Obj = {"grpc": {"port": part.port}}
        return {
            "readinessProbe": {**check, "periodSeconds": 5},
            "livenessProbe": {**check, "initialDelaySeconds": 10},
        }
    ready: Obj = {"httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 5}
    alive: Obj = {"httpGet": {"path": "/healthz", "port": "http"}, "initialDelaySeconds": 10, "periodSeconds": 10}
    return {"readinessProbe": ready, "livenessProbe": alive}


def environment_of(app: App, part: Part) -> list[Obj]:
    """Variables that do not come from the ConfigMap as a whole: the port, and credentials from Secrets."""
    found: list[Obj] = [] if part.schedule else [{"name": "PORT", "value": str(part.port)}]
    for each in called(part):
        backend = app.backend(each)
        if backend is None:
            continue
        secret = f"{part.name}-{backend.name}"
        found += [
            {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": role}}}
            for name, role in variables(backend).items()
            if role in ("username", "password")
        ]
    return found


def mounts_and_volumes(part: Part) -> tuple[list[Obj], list[Obj]]:
    """Mounted settings, feature flags and scratch space."""
    mounts: list[Obj] = []
    volumes: list[Obj] = []
    if "file" in part.features:
        mounts.append({"name": "settings", "mountPath": SETTINGS_FILE.rpartition("/")[0], "readOnly": True})
        volumes.append({"name": "settings", "configMap": {"name": f"{part.name}-settings"}})
    if part.flags:
        mounts.append({"name": "flags", "mountPath": FLAG_FILE.rpartition("/")[0], "readOnly": True})
        volumes.append({"name": "flags", "configMap": {"name": "feature-flags"}})
    if "read-only" in part.features:
        mounts.append({"name": "tmp", "mountPath": "/tmp"})  # noqa: S108 - a path in the simulated container
        volumes.append({"name": "tmp", "emptyDir": {}})
    return mounts, volumes


def sidecars(part: Part) -> tuple[list[Obj], list[Obj]]:
    """Init containers (native sidecars among them), and containers beside the application."""
    inits: list[Obj] = []
    small = resources(Size("10m", "32Mi", "100m", "64Mi"))
    guard: Obj = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    if "wait" in part.features:
        command = ["sh", "-c", "until wget -q -O- http://localhost:15021/ready || true; do sleep 1; done"]
        inits.append(
            {"name": "prepare", "image": WAITER, "command": command, "resources": small, "securityContext": guard}
        )
    if "sidecar" in part.features:
        inits.append(
            {
                "name": "log-shipper",
                "image": SHIPPER,
                "restartPolicy": "Always",
                "resources": small,
                "securityContext": guard,
            }
        )
    return inits, []
