"""nodes: the agents that every node needs, as DaemonSet pods: kube-proxy and the pod network (CNI)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from midwatch.detectors._ages import older_than
from midwatch.detectors.common import MAX_FACTS, condition, fact, is_finished, refs
from midwatch.domain.finding import Claim, Fact, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node
from midwatch.domain.kube.containers import Container
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_PATIENCE = 120
_CNI_PATHS = ("/etc/cni", "/opt/cni", "/var/lib/cni")
_SEVERAL = 2
_MOST = 0.6
"""Share of failing pods from which the agent, not its nodes, is to blame."""


@dataclass(frozen=True, slots=True)
class _Role:
    """What an agent does for its node."""

    cause: str
    name: Text


_PROXY = _Role("kube-proxy-unavailable", Text("kube-proxy", "kube-proxy"))
_NETWORK = _Role("cni-failing", Text("the pod network agent", "Pod 网络代理"))


def failing_agents(inventory: Inventory) -> Iterator[Finding]:
    """An agent that is not ready on a node that is: Services or new pods fail there.

    Source: kubernetes.io/docs/concepts/overview/components (kube-proxy), /docs/concepts/extend-kubernetes/
    compute-storage-net/network-plugins. A CNI agent is known by the host paths that it writes to.
    """
    agents: dict[tuple[Ref, _Role], list[Pod]] = defaultdict(list)
    for pod in inventory.all(Pod):
        if _may_be_agent(pod):
            role = _role(pod)
            if role is not None:
                agents[inventory.workload(pod), role].append(pod)
    for (workload, role), pods in agents.items():
        failing = [each for each in pods if _fails(inventory, each)]
        if len(failing) > 1 and len(failing) >= _MOST * len(pods):
            yield _everywhere(workload, role, failing, len(pods))
        else:
            yield from (_on_node(each, role) for each in failing)


def missing_proxies(inventory: Inventory) -> Iterator[Finding]:
    """A node that runs pods but no kube-proxy, while most nodes have one: Services cannot be reached from there.

    Source: kubernetes.io/docs/reference/networking/virtual-ips. Virtual kubelets have none.
    """
    proxies = [each for each in inventory.all(Pod) if _may_be_agent(each) and _role(each) is _PROXY]
    homes = {each.spec.node_name for each in proxies}
    if len(homes) < _SEVERAL or not inventory.knows(Pod, proxies[0].namespace):
        return
    nodes = [each for each in inventory.all(Node) if not _is_virtual(each)]
    if sum(each.name in homes for each in nodes) < _MOST * len(nodes):
        return
    for node in nodes:
        served = [each for each in inventory.pods_by_node.get(node.name, ()) if _uses_services(each)]
        if node.name not in homes and served and _has_joined(inventory, node):
            yield _without_proxy(node, served, inventory.workload(proxies[0]))


def _is_virtual(node: Node) -> bool:
    return any(each in node.metadata.labels.values() for each in ("virtual-kubelet", "fargate"))


def _uses_services(pod: Pod) -> bool:
    return pod.status.phase == "Running" and not pod.spec.host_network


def _has_joined(inventory: Inventory, node: Node) -> bool:
    ready = condition(node.status.conditions, "Ready")
    joined = older_than(inventory, node.metadata.creation_timestamp, _PATIENCE, unknown=True)
    return joined and (ready is None or ready.status == "True")


def _without_proxy(node: Node, served: list[Pod], agent: Ref) -> Finding:
    return Finding(
        "nodes/agent-missing",
        node.ref,
        Text(
            f"Node {node.name} runs {len(served)} pods that use Services, but no pod of kube-proxy ({agent})",
            f"节点 {node.name} 运行着 {len(served)} 个使用 Service 的 Pod，但没有 kube-proxy 的 Pod（{agent}）",
        ),
        Severity.ERROR,
        claims=(Claim("kube-proxy-unavailable", node.ref, 0.75),),
        facts=(fact(node, ".metadata.name", f"{node.name} has no pod of {agent}"),),
        affected=refs(served),
    )


def _may_be_agent(pod: Pod) -> bool:
    owners = pod.metadata.owner_references
    return bool(owners) and owners[0].kind in ("DaemonSet", "Node") and not is_finished(pod)


def _role(pod: Pod) -> _Role | None:
    if any(_is_proxy(each) for each in pod.spec.containers) or "kube-proxy" in pod.metadata.labels.values():
        return _PROXY
    paths = (each.host_path.path for each in pod.spec.volumes if each.host_path)
    return _NETWORK if pod.spec.host_network and any(path.startswith(_CNI_PATHS) for path in paths) else None


def _is_proxy(container: Container) -> bool:
    return container.name == "kube-proxy" or any(each.endswith("/kube-proxy") for each in container.command[:1])


def _fails(inventory: Inventory, pod: Pod) -> bool:
    ready = condition(pod.status.conditions, "Ready")
    if ready is None or ready.status == "True" or not pod.spec.node_name or pod.metadata.deletion_timestamp:
        return False
    if not older_than(inventory, ready.last_transition_time, _PATIENCE, unknown=True):
        return False
    node = inventory.get(Node, "", pod.spec.node_name)
    node_ready = condition(node.status.conditions, "Ready") if node else None
    return node_ready is None or node_ready.status == "True" or _role(pod) is _NETWORK


def _on_node(pod: Pod, role: _Role) -> Finding:
    node = Ref("Node", "", pod.spec.node_name)
    return Finding(
        "nodes/agent-failing",
        node,
        Text(
            f"{role.name.en} (pod {pod.namespace}/{pod.name}) is not ready on node {node.name}",
            f"节点 {node.name} 上的{role.name.zh}(Pod {pod.namespace}/{pod.name})未就绪",
        ),
        Severity.ERROR,
        claims=(Claim(role.cause, node, 0.75),),
        facts=(_ready_fact(pod),),
        affected=(pod.ref,),
    )


def _everywhere(workload: Ref, role: _Role, failing: list[Pod], total: int) -> Finding:
    return Finding(
        "nodes/agent-failing",
        workload,
        Text(
            f"{role.name.en} ({workload}) is not ready on {len(failing)} of {total} nodes",
            f"{role.name.zh}({workload})在 {total} 个节点中的 {len(failing)} 个上未就绪",
        ),
        Severity.ERROR,
        claims=(Claim(role.cause, workload, 0.75),),
        facts=tuple(_ready_fact(each) for each in failing[:MAX_FACTS]),
        affected=refs(failing),
    )


def _ready_fact(pod: Pod) -> Fact:
    ready = condition(pod.status.conditions, "Ready")
    value = f"{ready.status} {ready.reason} {ready.message}" if ready else "unknown"
    return fact(pod, ".status.conditions[Ready]", value, ready.last_transition_time if ready else None)


DETECTORS = (failing_agents, missing_proxies)
