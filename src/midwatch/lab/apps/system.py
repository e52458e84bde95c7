"""What every cluster has: nodes, namespaces, classes, and the system's own workloads."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.apps import control_plane
from midwatch.lab.core.objects import Obj
from midwatch.lab.network import corefile
from midwatch.lab.world.images import Build
from midwatch.lab.world.programs import MI, LogStyle, Operation, Port, Program, Protocol
from midwatch.lab.world.world import Driver, World

VERSION = "v1.34.2"
CONTROL = "control-plane-1"
DNS_ADDRESS = "10.96.0.10"
API_ADDRESS = "10.96.0.1"
CONTROL_ADDRESS = "172.18.0.2"
_REGISTRY = "registry.k8s.io"
_ZONES = ("zone-a", "zone-b", "zone-c")


def node(name: str, number: int, *, control: bool = False, cpu: str = "8", memory: str = "32Gi") -> Obj:
    """One node, as the kubelet registers it; its status is the kubelet's."""
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": name,
        "node.kubernetes.io/instance-type": "standard-8",
        "topology.kubernetes.io/region": "region-1",
        "topology.kubernetes.io/zone": _ZONES[number % len(_ZONES)],
    }
    body: Obj = {}
    if control:
        labels["node-role.kubernetes.io/control-plane"] = ""
        body["taints"] = [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]
    capacity = {"cpu": cpu, "memory": memory, "ephemeral-storage": "100Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": body,
        "status": {"capacity": capacity, "allocatable": capacity, **_machine(name, number)},
    }


def _machine(name: str, number: int) -> Obj:
    info = {
        "architecture": "amd64",
        "operatingSystem": "linux",
        "kernelVersion": "6.8.0-51-generic",
        "osImage": "Ubuntu 24.04.1 LTS",
        "containerRuntimeVersion": "containerd://2.0.2",
        "kubeletVersion": VERSION,
    }
    address = f"172.18.{number // 250}.{number % 250 + 2}"
    addresses = [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}]
    return {"addresses": addresses, "nodeInfo": info}


def nodes(workers: int, *, cpu: str = "8", memory: str = "32Gi") -> Iterator[Obj]:
    """A control-plane node and so many workers over three zones."""
    yield node(CONTROL, 0, control=True)
    for number in range(1, workers + 1):
        yield node(f"worker-{number}", number, cpu=cpu, memory=memory)


def _system(
    api: str, kind: str, name: str, namespace: str = "kube-system", *, app: str = "", **body: object
) -> Obj:
    head: Obj = {"name": name, "labels": {"k8s-app": app or name}}
    if namespace:
        head["namespace"] = namespace
    return {"apiVersion": api, "kind": kind, "metadata": head, **body}


def _pod(name: str, image: str, **more: object) -> Obj:
    size = {"requests": {"cpu": "100m", "memory": "70Mi"}, "limits": {"memory": "300Mi"}}
    main: Obj = {"name": name, "image": image, "resources": size, **more}
    return {
        "serviceAccountName": name,
        "priorityClassName": "system-cluster-critical",
        "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}],
        "containers": [main],
    }


def _workload(
    kind: str, name: str, pod: Obj, namespace: str = "kube-system", *, app: str = "", **body: object
) -> Obj:
    labels = {"k8s-app": app or name}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"selector": {"matchLabels": labels}, "template": template, **body}
    return _system("apps/v1", kind, name, namespace, app=app, spec=spec)


def system_objects() -> Iterator[Obj]:
    """Namespaces, classes and system workloads of a new cluster (nodes apart)."""
    for each in ("default", "kube-system", "kube-public", "kube-node-lease", "ingress-nginx"):
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": each}}
    yield from _classes()
    yield from _api_server()
    for name in ("coredns", "kube-proxy", "metrics-server", "csi-node"):
        yield _system("v1", "ServiceAccount", name)
    yield _system("v1", "ServiceAccount", "ingress-nginx-controller", "ingress-nginx")
    yield from _dns()
    yield _workload("DaemonSet", "kube-proxy", _daemon("kube-proxy", f"{_REGISTRY}/kube-proxy:{VERSION}"))
    yield _workload("DaemonSet", "csi-node", _daemon("csi-node", f"{_REGISTRY}/sig-storage/csi-node:v4.8.0"))
    probe = {"httpGet": {"path": "/readyz", "port": 10250, "scheme": "HTTPS"}}
    image = f"{_REGISTRY}/metrics-server/metrics-server:v0.7.2"
    yield _workload(
        "Deployment", "metrics-server", _pod("metrics-server", image, readinessProbe=probe), replicas=1
    )
    yield _service("metrics-server", [{"port": 443, "targetPort": 10250}])
    yield _metrics_api()
    yield from _ingress()


def _api_server() -> Iterator[Obj]:
    """The Service of the API itself. Source: pkg/controlplane/controller/kubernetesservice."""
    labels = {"component": "apiserver", "provider": "kubernetes"}
    port = {"name": "https", "port": 443, "targetPort": 6443, "protocol": "TCP"}
    found = _system("v1", "Service", "kubernetes", "default", spec={"clusterIP": API_ADDRESS, "ports": [port]})
    found["metadata"]["labels"] = labels
    yield found
    ends = _system("discovery.k8s.io/v1", "EndpointSlice", "kubernetes", "default", addressType="IPv4")
    ends["metadata"]["labels"] = {"kubernetes.io/service-name": "kubernetes"}
    ends["endpoints"] = [{"addresses": [CONTROL_ADDRESS], "conditions": {"ready": True}}]
    yield {**ends, "ports": [{"name": "https", "port": 6443, "protocol": "TCP"}]}


def _classes() -> Iterator[Obj]:
    mark = {"storageclass.kubernetes.io/is-default-class": "true"}
    for name, mode in (("standard", "WaitForFirstConsumer"), ("immediate", "Immediate")):
        yield {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": name, **({"annotations": mark} if name == "standard" else {})},
            "provisioner": "disk.csi.lab.example",
            "reclaimPolicy": "Delete",
            "volumeBindingMode": mode,
            "allowVolumeExpansion": True,
        }
    driver = {"attachRequired": True, "podInfoOnMount": False, "volumeLifecycleModes": ["Persistent"]}
    yield _system("storage.k8s.io/v1", "CSIDriver", "disk.csi.lab.example", "", spec=driver)
    yield _system("networking.k8s.io/v1", "IngressClass", "nginx", "", spec={"controller": "k8s.io/ingress-nginx"})


def _service(name: str, ports: list[Obj], namespace: str = "kube-system", **more: object) -> Obj:
    return _system("v1", "Service", name, namespace, spec={"selector": {"k8s-app": name}, "ports": ports, **more})


def _dns() -> Iterator[Obj]:
    yield _system("v1", "ConfigMap", "coredns", data={"Corefile": corefile.DEFAULT})
    more = {
        "ports": [
            {"name": "dns", "containerPort": 53, "protocol": "UDP"},
            {"name": "dns-tcp", "containerPort": 53},
        ],
        "livenessProbe": {"httpGet": {"path": "/health", "port": 8080}, "initialDelaySeconds": 60},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}},
        "volumeMounts": [{"name": "config-volume", "mountPath": "/etc/coredns", "readOnly": True}],
    }
    pod = _pod("coredns", f"{_REGISTRY}/coredns/coredns:v1.12.1", **more)
    items = [{"key": "Corefile", "path": "Corefile"}]
    pod |= {
        "dnsPolicy": "Default",
        "volumes": [{"name": "config-volume", "configMap": {"name": "coredns", "items": items}}],
    }
    yield _workload("Deployment", "coredns", pod, app="kube-dns", replicas=2)
    ports = [{"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "dns-tcp", "port": 53, "protocol": "TCP"}]
    yield _service("kube-dns", ports, clusterIP=DNS_ADDRESS)


def _daemon(name: str, image: str) -> Obj:
    pod = _pod(name, image)
    more = {"hostNetwork": True, "tolerations": [{"operator": "Exists"}]}
    return {**pod, **more, "priorityClassName": "system-node-critical"}


def _metrics_api() -> Obj:
    body = {
        "group": "metrics.k8s.io",
        "version": "v1beta1",
        "service": {"name": "metrics-server", "namespace": "kube-system", "port": 443},
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
        "insecureSkipTLSVerify": True,
    }
    return _system("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io", "", spec=body)


def _ingress() -> Iterator[Obj]:
    name, space = "ingress-nginx-controller", "ingress-nginx"
    probe = {"httpGet": {"path": "/healthz", "port": 10254}}
    ports = [{"name": "http", "containerPort": 80}, {"name": "https", "containerPort": 443}]
    image = f"{_REGISTRY}/ingress-nginx/controller:v1.12.0"
    pod = _pod(name, image, ports=ports, readinessProbe=probe, livenessProbe=probe)
    pod |= {"priorityClassName": ""}
    yield _workload("Deployment", name, {key: value for key, value in pod.items() if value}, space, replicas=2)
    exposed = [
        {"name": "http", "port": 80, "targetPort": "http"},
        {"name": "https", "port": 443, "targetPort": "https"},
    ]
    yield _service(name, exposed, space, type="LoadBalancer")


def _program(
    name: str, *ports: Port, memory: float = 40, style: LogStyle = LogStyle.KLOG, **rest: object
) -> Build:
    program = Program(name, style, ports, memory=memory * MI, start=1.5, **rest)  # type: ignore[arg-type]
    return Build(program, user="0", entrypoint=(f"/{name}",), commands=frozenset({f"/{name}", "sh"}))


def furnish(world: World) -> None:
    """Publish the images of the system's workloads, put its static pods in place, and run its storage driver."""
    world.manifests[CONTROL] = tuple(
        control_plane.manifests(VERSION, _machine(CONTROL, 0)["addresses"][0]["address"])
    )
    for name, tag, build in control_plane.images(VERSION):
        world.add_image(f"{_REGISTRY}/{name}", {tag: build})
    world.drivers["disk.csi.lab.example"] = Driver("disk.csi.lab.example", topology="topology.kubernetes.io/zone")
    health = frozenset({"/health", "/ready", "/healthz", "/readyz", "/metrics"})
    dns = (
        Port(53, Protocol.DNS),
        Port(8080, Protocol.HTTP, paths=health),
        Port(8181, Protocol.HTTP, paths=health),
        Port(9153, Protocol.HTTP, paths=health),
    )
    nginx = (Port(80), Port(443, Protocol.HTTPS), Port(10254, paths=health))
    routes = (Operation("proxy", 0.001, 0.0004),)
    builds = {
        "coredns/coredns:v1.12.1": _program("coredns", *dns, style=LogStyle.PLAIN),
        f"kube-proxy:{VERSION}": _program("kube-proxy", Port(10256, paths=health)),
        "sig-storage/csi-node:v4.8.0": _program("csi-node"),
        "metrics-server/metrics-server:v0.7.2": _program(
            "metrics-server", Port(10250, Protocol.HTTPS, paths=health)
        ),
        "ingress-nginx/controller:v1.12.0": _program(
            "ingress-nginx-controller", *nginx, memory=120, style=LogStyle.NGINX, operations=routes
        ),
    }
    for reference, build in builds.items():
        name, _, tag = reference.rpartition(":")
        world.add_image(f"{_REGISTRY}/{name}", {tag: build})
