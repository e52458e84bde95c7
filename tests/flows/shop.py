"""A small healthy cluster as manifests, to be broken by tests."""

from __future__ import annotations

from textwrap import dedent, indent

NODE = """
apiVersion: v1
kind: Node
metadata: {name: %s, labels: {kubernetes.io/hostname: %s, kubernetes.io/os: linux}, creationTimestamp: "2025-12-01T00:00:00Z"}
spec: {}
status:
  allocatable: {cpu: "8", memory: 16Gi, pods: "110", ephemeral-storage: 100Gi}
  capacity: {cpu: "8", memory: 16Gi, pods: "110", ephemeral-storage: 100Gi}
  conditions:
    - {type: Ready, status: "True", reason: KubeletReady, lastHeartbeatTime: "2026-01-01T03:09:50Z", lastTransitionTime: "2025-12-01T00:00:00Z"}
    - {type: MemoryPressure, status: "False", lastHeartbeatTime: "2026-01-01T03:09:50Z"}
    - {type: DiskPressure, status: "False", lastHeartbeatTime: "2026-01-01T03:09:50Z"}
    - {type: PIDPressure, status: "False", lastHeartbeatTime: "2026-01-01T03:09:50Z"}
  nodeInfo: {kubeletVersion: v1.32.3, containerRuntimeVersion: "containerd://1.7.24", architecture: amd64, operatingSystem: linux}
---
"""

RUNNING = 'running: {startedAt: "2026-01-01T01:00:10Z"}'


def node(name: str) -> str:
    """A ready node."""
    return NODE % (name, name)


def namespace(name: str) -> str:
    """An active namespace with its default ServiceAccount."""
    return (
        f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\nstatus: {{phase: Active}}\n---\n"
        f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: default, namespace: {name}}}\n---\n"
    )


def app(
    name: str,
    *,
    port: int = 8080,
    on: str = "node-1",
    env: dict[str, str] | None = None,
    ready: bool = True,
    restarts: int = 0,
    state: str = RUNNING,
    last_state: str = "",
    target_port: int | None = None,
) -> str:
    """A Deployment with its ReplicaSet, one Pod and a Service with its EndpointSlice, all consistent."""
    variables = "".join(f"\n- {{name: {key}, value: '{value}'}}" for key, value in (env or {}).items())
    template = f"""
metadata: {{labels: {{app: {name}, pod-template-hash: abc123}}}}
spec:
  serviceAccountName: default
  containers:
    - name: {name}
      image: registry.example/{name}:1.4.2
      ports: [{{containerPort: {port}}}]
      env: {"[]" if not variables else indent(variables, " " * 8)}
      resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{memory: 256Mi}}}}
"""
    spec = dedent(template)
    endpoints = f"[{{addresses: [10.0.0.7], conditions: {{ready: {str(ready).lower()}}}, targetRef: {{kind: Pod, name: {name}-abc123-x1, namespace: shop}}}}]"
    count = 1 if ready else 0
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop, uid: d-{name}, generation: 1, creationTimestamp: "2025-12-01T00:00:00Z", annotations: {{deployment.kubernetes.io/revision: "1"}}}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: {name}}}}}
  template: {indent(spec, "    ")}
status: {{observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: {count}, availableReplicas: {count}, unavailableReplicas: {1 - count}}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: {name}-abc123
  namespace: shop
  uid: r-{name}
  creationTimestamp: "2025-12-01T00:00:00Z"
  annotations: {{deployment.kubernetes.io/revision: "1"}}
  labels: {{app: {name}, pod-template-hash: abc123}}
  ownerReferences: [{{apiVersion: apps/v1, kind: Deployment, name: {name}, uid: d-{name}, controller: true}}]
spec:
  replicas: 1
  selector: {{matchLabels: {{app: {name}, pod-template-hash: abc123}}}}
  template: {indent(spec, "    ")}
status: {{observedGeneration: 1, replicas: 1, readyReplicas: {count}, availableReplicas: {count}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: {name}-abc123-x1
  namespace: shop
  uid: p-{name}
  creationTimestamp: "2026-01-01T01:00:00Z"
  labels: {{app: {name}, pod-template-hash: abc123}}
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: {name}-abc123, uid: r-{name}, controller: true}}]
spec: {indent(dedent(spec.split("spec:", 1)[1]), "  ")}
  nodeName: {on}
  restartPolicy: Always
status:
  phase: Running
  podIP: 10.0.0.7
  startTime: "2026-01-01T01:00:00Z"
  conditions:
    - {{type: PodScheduled, status: "True", lastTransitionTime: "2026-01-01T01:00:00Z"}}
    - {{type: Initialized, status: "True", lastTransitionTime: "2026-01-01T01:00:00Z"}}
    - {{type: Ready, status: "{ready}", lastTransitionTime: "2026-01-01T02:50:00Z"}}
    - {{type: ContainersReady, status: "{ready}", lastTransitionTime: "2026-01-01T02:50:00Z"}}
  containerStatuses:
    - {{name: {name}, image: "registry.example/{name}:1.4.2", ready: {str(ready).lower()}, started: {str(ready).lower()}, restartCount: {restarts}, state: {{{state}}}, lastState: {{{last_state}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop, creationTimestamp: "2025-12-01T00:00:00Z"}}
spec: {{type: ClusterIP, clusterIP: 10.96.0.{len(name)}, selector: {{app: {name}}}, ports: [{{port: {port}, targetPort: {target_port or port}, protocol: TCP}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: {name}-ep1, namespace: shop, labels: {{kubernetes.io/service-name: {name}}}}}
addressType: IPv4
endpoints: {endpoints}
ports: [{{port: {target_port or port}, protocol: TCP}}]
---
"""


def healthy() -> str:
    """Two nodes and three applications that call each other; nothing is wrong."""
    return (
        node("node-1")
        + node("node-2")
        + namespace("shop")
        + app("database", port=5432)
        + app("orders", env={"DATABASE_HOST": "database", "DATABASE_PORT": "5432"}, on="node-2")
        + app("web", env={"ORDERS_URL": "http://orders:8080"}, on="node-2")
    )
