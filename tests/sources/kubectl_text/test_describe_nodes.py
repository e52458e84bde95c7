from __future__ import annotations

from tests.sources.kubectl_text.asking import at, describe, first, of_kind

NODE = """Name:               node-a
Roles:              worker
Labels:             kubernetes.io/hostname=node-a
                    node-role.kubernetes.io/worker=
Annotations:        a: b
CreationTimestamp:  Thu, 01 Jan 2026 00:00:00 +0000
Taints:             node.kubernetes.io/unreachable:NoExecute
                    ded=x:NoSchedule
Unschedulable:      true
Lease:
  HolderIdentity:  node-a
  AcquireTime:     <unset>
  RenewTime:       Thu, 01 Jan 2026 00:00:00 +0000
Conditions:
  Type    Status    LastHeartbeatTime                 LastTransitionTime                Reason      Message
  ----    ------    -----------------                 ------------------                ------      -------
  Ready   Unknown   Thu, 01 Jan 2026 00:00:00 +0000   Thu, 01 Jan 2026 00:01:00 +0000   NodeGone    no heart beats
  Odd     False     Thu, 01 Jan 2026 00:00:00 +0000   Mon, 01 Jan 0001 00:00:00 +0000               no  reason
Addresses:
  InternalIP:  10.1.1.1
  Hostname:    node-a
Capacity:
  cpu:     8
  memory:  16Gi
Allocatable:
  cpu:     7
  memory:  15Gi
System Info:
  Machine ID:                 m
  OS Image:                   Ubuntu 22.04 LTS
  Container Runtime Version:  containerd://1.7
  Kubelet Version:            v1.31.2
  Kube-Proxy Version:
PodCIDR:                      10.0.0.0/24
PodCIDRs:                     10.0.0.0/24
Non-terminated Pods:          (1 in total)
  Namespace                   Name     CPU Requests  CPU Limits  Memory Requests  Memory Limits  Age
  ---------                   ----     ------------  ----------  ---------------  -------------  ---
  shop                        web-1    100m (1%)     1 (14%)     128Mi (0%)       1Gi (6%)       5d
Allocated resources:
  (Total limits may be over 100 percent, i.e., overcommitted.)
  Resource           Requests    Limits
  --------           --------    ------
  cpu                100m (1%)   1 (14%)
Events:
  Type     Reason        Age               From             Message
  ----     ------        ----              ----             -------
  Warning  NodeNotReady  5m (x2 over 1h)   node-controller  Node node-a status is now: NodeNotReady
"""


def test_conditions_with_times_and_an_empty_reason():
    ready, odd = at(first(describe(NODE)), "status.conditions.0"), at(first(describe(NODE)), "status.conditions.1")
    assert ready == {
        "type": "Ready",
        "status": "Unknown",
        "lastHeartbeatTime": "2026-01-01T00:00:00Z",
        "lastTransitionTime": "2026-01-01T00:01:00Z",
        "reason": "NodeGone",
        "message": "no heart beats",
    }
    assert odd == {
        "type": "Odd",
        "status": "False",
        "lastHeartbeatTime": "2026-01-01T00:00:00Z",
        "message": "no  reason",
    }


def test_taints_addresses_capacity_and_system():
    made = first(describe(NODE))
    assert at(made, "spec.unschedulable") is True
    assert at(made, "spec.taints") == [
        {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"},
        {"key": "ded", "value": "x", "effect": "NoSchedule"},
    ]
    assert at(made, "status.addresses.0") == {"type": "InternalIP", "address": "10.1.1.1"}
    assert at(made, "status.allocatable") == {"cpu": "7", "memory": "15Gi"}
    assert at(made, "status.nodeInfo.kubeletVersion") == "v1.31.2"
    assert at(made, "spec.podCIDRs") == ["10.0.0.0/24"]
    assert at(made, "metadata.labels") == {
        "kubernetes.io/hostname": "node-a",
        "node-role.kubernetes.io/worker": "",
    }


def test_the_heartbeat_is_a_lease_of_its_own_and_events_have_no_namespace():
    lease = of_kind(describe(NODE), "Lease")[0]
    assert at(lease, "metadata") == {"name": "node-a", "namespace": "kube-node-lease"}
    assert at(lease, "spec") == {"holderIdentity": "node-a", "renewTime": "2026-01-01T00:00:00Z"}
    event = of_kind(describe(NODE), "Event")[0]
    assert at(event, "involvedObject") == {"apiVersion": "v1", "kind": "Node", "name": "node-a"}


def test_a_lease_that_could_not_be_read_proves_none():
    lease = NODE[NODE.index("Lease:") : NODE.index("Conditions:")]
    text = NODE.replace(lease, 'Lease:  Failed to get lease: leases.coordination.k8s.io "node-a" not found\n')
    assert of_kind(describe(text), "Lease") == []
