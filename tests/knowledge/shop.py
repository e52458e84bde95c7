"""A small shop as manifests: an Ingress, a front, a cart whose ConfigMap is missing, a database with a volume."""

from __future__ import annotations


def workload(
    name: str, replicas: int, *, node: str = "node", env: str = "[]", volumes: str = "[]", ready: bool = True
) -> str:
    """A Deployment with its ReplicaSet, pods and Service."""
    template = f"""
    metadata: {{labels: {{app: {name}}}}}
    spec:
      serviceAccountName: {name}
      containers: [{{name: app, image: "registry/{name}:1", env: {env}}}]
      volumes: {volumes}"""
    documents = [
        f"""
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template: {template}
status: {{readyReplicas: {replicas if ready else 0}}}""",
        f"""
kind: ReplicaSet
metadata:
  name: {name}-1
  namespace: shop
  ownerReferences: [{{kind: Deployment, name: {name}, controller: true}}]
spec:
  replicas: {replicas}
  template: {template}""",
        f"""
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec: {{selector: {{app: {name}}}, ports: [{{port: 80}}]}}""",
        f"{{kind: ServiceAccount, metadata: {{name: {name}, namespace: shop}}}}",
    ]
    documents += [
        _pod(name, number, f"{node}-{number % 2 + 1}", env, volumes, ready) for number in range(replicas)
    ]
    return "\n---\n".join(documents)


def _pod(name: str, number: int, node: str, env: str, volumes: str, ready: bool) -> str:
    waiting = "[{name: app, state: {waiting: {reason: CreateContainerConfigError}}}]"
    status = f"{{phase: Running, conditions: [{{type: Ready, status: '{ready}'}}], containerStatuses: "
    return f"""
kind: Pod
metadata:
  name: {name}-1-{"abcdef"[number]}
  namespace: shop
  labels: {{app: {name}}}
  ownerReferences: [{{kind: ReplicaSet, name: {name}-1, controller: true}}]
spec:
  nodeName: {node}
  serviceAccountName: {name}
  containers: [{{name: app, image: "registry/{name}:1", env: {env}}}]
  volumes: {volumes}
status: {status}{"[]" if ready else waiting}}}"""


SHOP = "\n---\n".join([
    """
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  ingressClassName: nginx
  tls: [{hosts: [shop.example.org], secretName: shop-tls}]
  rules:
  - host: shop.example.org
    http: {paths: [{path: /, backend: {service: {name: front, port: {number: 80}}}}]}
---
kind: IngressClass
metadata: {name: nginx}
---
kind: Secret
metadata: {name: shop-tls, namespace: shop}
---
kind: Secret
metadata: {name: cart-db, namespace: shop}
---
kind: Node
metadata: {name: node-1}
status: {conditions: [{type: Ready, status: "True"}]}
---
kind: Node
metadata: {name: node-2}
status: {conditions: [{type: Ready, status: "True"}]}
---
kind: Node
metadata: {name: disk-1}
status: {conditions: [{type: Ready, status: "True"}, {type: DiskPressure, status: "True"}]}
---
kind: NetworkPolicy
metadata: {name: default-deny, namespace: shop}
spec: {podSelector: {}}
---
kind: HorizontalPodAutoscaler
metadata: {name: front, namespace: shop}
spec: {scaleTargetRef: {kind: Deployment, name: front}, maxReplicas: 9}
---
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec: {selector: {matchLabels: {app: cart}}}
---
kind: StorageClass
metadata: {name: fast}
provisioner: disk.example.org
---
kind: PersistentVolume
metadata: {name: pv-1}
spec: {storageClassName: fast, csi: {driver: disk.example.org}}
---
kind: PersistentVolumeClaim
metadata: {name: data-db-0, namespace: shop}
spec: {volumeName: pv-1, storageClassName: fast}
status: {phase: Bound}
---
kind: VolumeAttachment
metadata: {name: va-1}
spec: {nodeName: disk-1, source: {persistentVolumeName: pv-1}}
---
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 5432}]}
---
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  replicas: 1
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "registry/db:1"}]}
status: {readyReplicas: 1}
---
kind: Pod
metadata:
  name: db-0
  namespace: shop
  labels: {app: db}
  ownerReferences: [{kind: StatefulSet, name: db, controller: true}]
spec:
  nodeName: disk-1
  containers: [{name: db, image: "registry/db:1"}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: data-db-0}}]
status: {phase: Running, conditions: [{type: Ready, status: "True"}]}
""",
    workload("front", 4, env='[{name: CART_URL, value: "http://cart:80"}]'),
    workload(
        "cart",
        2,
        env='[{name: DB, value: "postgres://db.shop.svc:5432/cart"}, '
        "{name: PASSWORD, valueFrom: {secretKeyRef: {name: cart-db, key: password}}}]",
        volumes="[{name: settings, configMap: {name: cart-settings}}]",
        ready=False,
    ),
])  # fmt: skip
