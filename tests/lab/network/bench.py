"""A cluster put together by hand: pods with their processes, Services, and the cluster's DNS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from midwatch.lab.core.env import Env, new_env
from midwatch.lab.core.kinds import (
    ENDPOINT_SLICE,
    INGRESS,
    INGRESS_CLASS,
    NAMESPACE,
    NETWORK_POLICY,
    NODE,
    POD,
    SERVICE,
)
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.network.network import Network
from midwatch.lab.world.programs import LogStyle, Operation, Port, Program, Protocol
from midwatch.lab.world.world import World

START = 1_767_225_600.0
WEB = Program("web", ports=(Port(8080),), operations=(Operation("GET /"),))
DNS = Program("coredns", style=LogStyle.PLAIN, ports=(Port(53, Protocol.DNS),))
NGINX = Program("ingress-nginx", style=LogStyle.NGINX, ports=(Port(80), Port(443, Protocol.HTTPS)))


class Bench:
    """The cluster. With `dns` names resolve."""

    def __init__(self, world: World | None = None, *, dns: bool = True) -> None:
        self.env: Env = new_env(world or World(), START)
        self.count = 0
        for each in ("node-1", "node-2"):
            self.add(NODE, "", each, status={"capacity": {"cpu": "4", "memory": "16Gi"}})
        self.namespace("kube-system")
        self.namespace("shop")
        self.network = Network(self.env)
        self.dns = [self.pod("coredns", "kube-system", DNS, labels={"k8s-app": "kube-dns"})] if dns else []
        ports = [
            {"name": "dns", "port": 53, "protocol": "UDP"},
            {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
        ]
        self.service("kube-dns", self.dns, "kube-system", ip="10.96.0.10", ports=ports)

    def add(
        self, kind: Any, namespace: str, name: str, labels: Mapping[str, str] | None = None, **body: Any
    ) -> Obj:
        """Store an object."""
        self.count += 1
        head = {"name": name, "uid": f"uid-{self.count}", "labels": dict(labels or {})}
        if namespace:
            head["namespace"] = namespace
        head["creationTimestamp"] = "2026-01-01T00:00:00Z"
        found = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": head, **body}
        return self.env.store.create(kind, found)

    def namespace(self, name: str, **labels: str) -> None:
        """A namespace."""
        self.add(NAMESPACE, "", name, labels)

    def pod(
        self,
        name: str,
        namespace: str = "shop",
        program: Program = WEB,
        *,
        node: str = "node-1",
        labels: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        owner: tuple[str, str] | None = None,
        container: Obj | None = None,
        **spec: Any,
    ) -> Process:
        """A pod with one process that serves."""
        labels = dict(labels or {"app": name})
        ports = [{"name": f"p{each.number}", "containerPort": each.number} for each in program.ports]
        body = {"nodeName": node, "containers": [{"name": "app", "ports": ports, **(container or {})}], **spec}
        pod = self.add(POD, namespace, name, labels, spec=body, status={"phase": "Running"})
        if owner is not None:
            reference = {"kind": owner[0], "name": owner[1], "uid": f"owner-{owner[1]}", "controller": True}
            pod = {**pod, "metadata": {**pod["metadata"], "ownerReferences": [reference]}}
            pod = self.env.store.replace(POD, pod)
        process = Process(
            pod["metadata"]["uid"], namespace, name, "app", node, f"10.244.{node[-1]}.{self.count}",
            bool(spec.get("hostNetwork")), labels, "default", "image", program, dict(environment or {}), (), {},
            self.env.clock.now, phase=Phase.RUNNING, listening=frozenset(each.number for each in program.ports),
        )  # fmt: skip
        self.env.runtime.start(process)
        return process

    def service(
        self,
        name: str,
        processes: list[Process],
        namespace: str = "shop",
        *,
        ip: str = "",
        ports: list[Obj] | None = None,
        target: int = 8080,
        **spec: Any,
    ) -> str:
        """A Service with one slice of ready endpoints; its address is returned."""
        ports = ports or [{"name": "http", "port": 80, "protocol": "TCP"}]
        ip = ip or f"10.96.1.{self.count}"
        body = {"clusterIP": ip, "ports": ports, **spec}
        self.add(SERVICE, namespace, name, spec=body)
        self.add(
            ENDPOINT_SLICE, namespace, f"{name}-x", {"kubernetes.io/service-name": name},
            addressType="IPv4", endpoints=[endpoint(each) for each in processes],
            ports=[{**each, "port": target if each["port"] == 80 else each["port"]} for each in ports],
        )  # fmt: skip
        return ip

    def set_endpoints(self, name: str, processes: list[Process], namespace: str = "shop") -> None:
        """Other endpoints."""
        found = self.env.store.demand(ENDPOINT_SLICE, namespace, f"{name}-x")
        self.env.store.replace(ENDPOINT_SLICE, {**found, "endpoints": [endpoint(each) for each in processes]})

    def policy(self, name: str, namespace: str = "shop", **spec: Any) -> None:
        """A network policy."""
        self.add(NETWORK_POLICY, namespace, name, spec={"podSelector": {}, **spec})

    def ingress_controller(self) -> Process:
        """ingress-nginx with its Service and class."""
        self.namespace("ingress-nginx")
        process = self.pod("controller", "ingress-nginx", NGINX)
        ports = [{"name": each, "port": number} for each, number in (("http", 80), ("https", 443))]
        self.service("ingress-nginx-controller", [process], "ingress-nginx", ports=ports, target=80)
        self.add(INGRESS_CLASS, "", "nginx", spec={"controller": "k8s.io/ingress-nginx"})
        return process

    def ingress(self, host: str, service: str, port: int = 80, **spec: Any) -> None:
        """An Ingress for all paths of a host."""
        backend = {"service": {"name": service, "port": {"number": port}}}
        rule = {"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
        self.add(
            INGRESS, "shop", f"{service}-ingress", spec={"ingressClassName": "nginx", "rules": [rule], **spec}
        )


def endpoint(process: Process) -> Obj:
    """A ready endpoint."""
    return {
        "addresses": [process.ip],
        "conditions": {"ready": True},
        "nodeName": process.node,
        "targetRef": {"kind": "Pod", "name": process.pod},
    }
