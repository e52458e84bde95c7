"""The control plane's static pods, as kubeadm writes their manifests, and the programs in them.

Source: kubernetes/cmd/kubeadm/app/phases/controlplane/manifests.go, phases/etcd/local.go, util/staticpod/utils.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.core.objects import Obj
from midwatch.lab.world.images import Build
from midwatch.lab.world.programs import MI, LogStyle, Port, Program, Protocol

_PKI = "/etc/kubernetes/pki"
_ETCD = "3.6.5-0"
_LOCAL = "127.0.0.1"
_HEALTH = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})


def manifests(version: str, address: str) -> Iterator[Obj]:
    """The manifests of a control-plane node that has this address; the images carry the cluster's `version`."""
    yield _etcd(address)
    yield _api_server(version, address)
    yield _controller_manager(version)
    yield _scheduler(version)


def images(version: str) -> Iterator[tuple[str, str, Build]]:
    """Name, tag and content of their images."""
    yield _image("kube-apiserver", version, 6443, memory=420, cpu=0.06)
    yield _image("kube-controller-manager", version, 10257, memory=110, cpu=0.02)
    yield _image("kube-scheduler", version, 10259, memory=60, cpu=0.008)
    ports = (Port(2379, Protocol.HTTPS), Port(2381, paths=_HEALTH))
    etcd = Program("etcd", LogStyle.JSON, ports, memory=130 * MI, start=1.5, idle_cpu=0.03)
    yield "etcd", _ETCD, Build(etcd, user="0", entrypoint=("etcd",), commands=frozenset({"etcd"}))


def _image(name: str, version: str, port: int, *, memory: int, cpu: float) -> tuple[str, str, Build]:
    ports = (Port(port, Protocol.HTTPS, paths=_HEALTH),)
    program = Program(name, LogStyle.KLOG, ports, memory=memory * MI, start=1.5, idle_cpu=cpu)
    return name, version, Build(program, user="0", entrypoint=(name,), commands=frozenset({name}))


def _api_server(version: str, address: str) -> Obj:
    flags = {
        "advertise-address": address,
        "allow-privileged": "true",
        "authorization-mode": "Node,RBAC",
        "client-ca-file": f"{_PKI}/ca.crt",
        "enable-admission-plugins": "NodeRestriction",
        "etcd-servers": f"https://{_LOCAL}:2379",
        "secure-port": "6443",
        "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
        "service-account-key-file": f"{_PKI}/sa.pub",
        "service-cluster-ip-range": "10.96.0.0/12",
        "tls-cert-file": f"{_PKI}/apiserver.crt",
        "tls-private-key-file": f"{_PKI}/apiserver.key",
    }
    probes = _probes(6443, "HTTPS", address, live="/livez", ready="/readyz")
    volumes = {"ca-certs": "/etc/ssl/certs", "k8s-certs": _PKI}
    notes = {"kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint": f"{address}:6443"}
    return _pod("kube-apiserver", version, flags, {"cpu": "250m"}, probes, volumes, notes)


def _controller_manager(version: str) -> Obj:
    file = "/etc/kubernetes/controller-manager.conf"
    flags = {
        "allocate-node-cidrs": "true",
        "bind-address": _LOCAL,
        "cluster-cidr": "10.244.0.0/16",
        "controllers": "*,bootstrapsigner,tokencleaner",
        "kubeconfig": file,
        "leader-elect": "true",
        "root-ca-file": f"{_PKI}/ca.crt",
        "service-account-private-key-file": f"{_PKI}/sa.key",
        "use-service-account-credentials": "true",
    }
    probes = _probes(10257, "HTTPS", _LOCAL, live="/healthz")
    volumes = {"ca-certs": "/etc/ssl/certs", "k8s-certs": _PKI, "kubeconfig": file}
    return _pod("kube-controller-manager", version, flags, {"cpu": "200m"}, probes, volumes)


def _scheduler(version: str) -> Obj:
    file = "/etc/kubernetes/scheduler.conf"
    flags = {"bind-address": _LOCAL, "kubeconfig": file, "leader-elect": "true"}
    probes = _probes(10259, "HTTPS", _LOCAL, live="/livez", ready="/readyz")
    return _pod("kube-scheduler", version, flags, {"cpu": "100m"}, probes, {"kubeconfig": file})


def _etcd(address: str) -> Obj:
    flags = {
        "advertise-client-urls": f"https://{address}:2379",
        "data-dir": "/var/lib/etcd",
        "listen-client-urls": f"https://{_LOCAL}:2379,https://{address}:2379",
        "listen-metrics-urls": f"http://{_LOCAL}:2381",
        "snapshot-count": "10000",
    }
    probes = _probes(2381, "HTTP", _LOCAL, live="/livez", ready="/readyz")
    volumes = {"etcd-certs": f"{_PKI}/etcd", "etcd-data": "/var/lib/etcd"}
    notes = {"kubeadm.kubernetes.io/etcd.advertise-client-urls": f"https://{address}:2379"}
    return _pod("etcd", _ETCD, flags, {"cpu": "100m", "memory": "100Mi"}, probes, volumes, notes)


def _probes(port: int, scheme: str, host: str, *, live: str, ready: str = "") -> Obj:
    def probe(path: str, period: int, failures: int, timeout: int = 15) -> Obj:
        get = {"host": host, "path": path, "port": port, "scheme": scheme}
        return {
            "httpGet": get,
            "periodSeconds": period,
            "timeoutSeconds": timeout,
            "failureThreshold": failures,
        }

    found = {
        "livenessProbe": {**probe(live, 10, 8), "initialDelaySeconds": 10},
        "startupProbe": {**probe(live, 10, 24), "initialDelaySeconds": 10},
    }
    return {**found, **({"readinessProbe": probe(ready, 1, 3)} if ready else {})}


def _pod(
    name: str,
    tag: str,
    flags: dict[str, str],
    requests: Obj,
    probes: Obj,
    paths: dict[str, str],
    annotations: Obj | None = None,
) -> Obj:
    container = {
        "name": name,
        "image": f"registry.k8s.io/{name}:{tag}",
        "imagePullPolicy": "IfNotPresent",
        "command": [name, *(f"--{key}={value}" for key, value in flags.items())],
        "resources": {"requests": requests},
        "volumeMounts": [{"name": each, "mountPath": path, "readOnly": True} for each, path in paths.items()],
        **probes,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "kube-system",
            "labels": {"component": name, "tier": "control-plane"},
            "annotations": annotations or {},
        },
        "spec": {
            "containers": [container],
            "hostNetwork": True,
            "priorityClassName": "system-node-critical",
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "volumes": [_volume(each, path) for each, path in paths.items()],
        },
    }


def _volume(name: str, path: str) -> Obj:
    kind = "FileOrCreate" if path.endswith(".conf") else "DirectoryOrCreate"
    return {"name": name, "hostPath": {"path": path, "type": kind}}
