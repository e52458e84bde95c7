"""The status of a node. Source: kubernetes/pkg/kubelet/{nodestatus/setters,runtime}.go."""

from __future__ import annotations

from collections.abc import Mapping

from midwatch.lab.core.objects import Obj, condition_of, part, parts, stamp, status
from midwatch.lab.kubelet.durations import go_duration
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.sandbox import network_problem

VERSION = "v1.34.2"
_RUNTIME_GRACE, _PLEG = 30.0, 180.0  # runtimeState.baseRuntimeSyncThreshold, relistThreshold
_CAPACITY = {"cpu": "8", "memory": "32Gi", "ephemeral-storage": "100Gi", "pods": "110"}
_SAYS = {
    "MemoryPressure": (
        ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
    ),
    "DiskPressure": (
        ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("KubeletHasDiskPressure", "kubelet has disk pressure"),
    ),
    "PIDPressure": (
        ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("KubeletHasInsufficientPID", "kubelet has insufficient PID available"),
    ),
}
EVENTS = {
    ("MemoryPressure", "False"): "NodeHasSufficientMemory",
    ("MemoryPressure", "True"): "NodeHasInsufficientMemory",
    ("DiskPressure", "False"): "NodeHasNoDiskPressure",
    ("DiskPressure", "True"): "NodeHasDiskPressure",
    ("PIDPressure", "False"): "NodeHasSufficientPID",
    ("PIDPressure", "True"): "NodeHasInsufficientPID",
    ("Ready", "True"): "NodeReady",
    ("Ready", "False"): "NodeNotReady",
}


def runtime_problem(host: Host) -> str:
    """What the kubelet says of its container runtime; empty while it takes it for healthy."""
    if host.runtime_lost is None:
        return ""
    away = host.now - host.runtime_lost
    if away < _RUNTIME_GRACE:
        return ""
    if away < _PLEG:
        return "container runtime is down"
    seen = go_duration(int(away))
    pleg = f"PLEG is not healthy: pleg was last seen active {seen} ago; threshold is 3m0s"
    return f"[container runtime is down, {pleg}]"


def node_status(host: Host, node: Obj, pressures: Mapping[str, bool], boot: int) -> Obj:
    """The whole status; what others have put into it stays."""
    old = status(node)
    ours = [*(_pressure(each, pressures.get(each, False)) for each in _SAYS), _ready(host)]
    mine = {each["type"] for each in ours}
    conditions = [
        *(each for each in parts(old, "conditions") if each["type"] not in mine),
        *(_dated(node, each, host.now) for each in ours),
    ]
    capacity = {**_CAPACITY, **part(old, "capacity")}
    found: Obj = {
        **old,
        "capacity": capacity,
        "allocatable": {**capacity, **part(old, "allocatable")},
        "conditions": conditions,
        "addresses": parts(old, "addresses") or _addresses(host),
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            **_machine(host, boot),
            **part(old, "nodeInfo"),
            "bootID": host.identifier("boot", boot)[:36],
        },
    }
    return found


def _pressure(kind: str, under: bool) -> Obj:
    reason, message = _SAYS[kind][under]
    return {"type": kind, "status": "True" if under else "False", "reason": reason, "message": message}


def _ready(host: Host) -> Obj:
    problems = [each for each in (runtime_problem(host), network_problem(host)) if each]
    if not problems:
        message = "kubelet is posting ready status"
        return {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": message}
    message = problems[0] if len(problems) == 1 else f"[{', '.join(each.strip('[]') for each in problems)}]"
    return {"type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": message}


def _dated(node: Obj, wanted: Obj, at: float) -> Obj:
    old = condition_of(node, wanted["type"])
    same = old is not None and old.get("status") == wanted["status"]
    since = old.get("lastTransitionTime") if same and old else None
    return {**wanted, "lastHeartbeatTime": stamp(at), "lastTransitionTime": since or stamp(at)}


def _addresses(host: Host) -> list[Obj]:
    return [
        {"type": "InternalIP", "address": host.default_ip},
        {"type": "Hostname", "address": host.name},
    ]


def _machine(host: Host, boot: int) -> Obj:
    return {
        "architecture": host.architecture,
        "bootID": host.identifier("boot", boot)[:36],
        "containerRuntimeVersion": "containerd://2.0.2",
        "kernelVersion": "6.8.0-51-generic",
        "kubeProxyVersion": "",
        "kubeletVersion": VERSION,
        "machineID": host.identifier("machine")[:32],
        "operatingSystem": "linux",
        "osImage": "Ubuntu 24.04.1 LTS",
        "systemUUID": host.identifier("system")[:36],
    }
