"""Recorded cases of our own design in the benchmark's layout: a bakery with an oven and a till."""

from __future__ import annotations

import json
from pathlib import Path

NAMESPACE = "bakery"
_HASHES = {"oven": "6d5f8c7b9d", "till-service": "7c9d8b5f6f"}
_PODS = {"oven": "oven-6d5f8c7b9d-x7k2p", "till-service": "till-service-7c9d8b5f6f-m4v8q"}
_IPS = {"oven": "10.1.0.7", "till-service": "10.1.0.8"}
_IMAGE = "registry.example/bakery/{app}:v1"


def _yaml(app: str, image: str, selector: str) -> str:
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {app}
  namespace: {NAMESPACE}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: {app}
  template:
    metadata:
      labels:
        app: {app}
    spec:
      containers:
      - name: server
        image: {image}
        ports:
        - containerPort: 8080
        env:
        - name: TILL_SERVICE_ADDR
          value: till-service:80
---
apiVersion: v1
kind: Service
metadata:
  name: {app}
  namespace: {NAMESPACE}
spec:
  selector:
    app: {selector}
  ports:
  - port: 80
    targetPort: 8080
"""


def _described(app: str, image: str, ready: bool) -> str:
    state = "Running" if ready else "Waiting\n      Reason:     ErrImagePull"
    failed = f"""Events:
  Type     Reason   Age   From     Message
  ----     ------   ----  ----     -------
  Warning  Failed   90s   kubelet  Failed to pull image "{image}": rpc error: code = NotFound desc = failed to \
resolve reference "{image}": {image}: not found
"""
    return f"""Name:             {_PODS[app]}
Namespace:        {NAMESPACE}
Node:             mill-01/192.0.2.10
Start Time:       Fri, 28 Nov 2025 15:43:56 +0800
Labels:           app={app}
                  pod-template-hash={_HASHES[app]}
Status:           {"Running" if ready else "Pending"}
IP:               {_IPS[app]}
Controlled By:  ReplicaSet/{app}-{_HASHES[app]}
Containers:
  server:
    Image:          {image}
    Port:           8080/TCP
    State:          {state}
    Ready:          {ready}
    Restart Count:  0
Conditions:
  Type              Status
  Initialized       True
  Ready             {ready}
  ContainersReady   {ready}
  PodScheduled      True
{"Events:           <none>" if ready else failed}"""


def _deployment(app: str, ready: bool) -> str:
    return f"""Name:                   {app}
Namespace:              {NAMESPACE}
CreationTimestamp:      Fri, 28 Nov 2025 15:43:56 +0800
Selector:               app={app}
Replicas:               1 desired | 1 updated | 1 total | {int(ready)} available | {int(not ready)} unavailable
NewReplicaSet:   {app}-{_HASHES[app]} (1/1 replicas created)
Events:          <none>
"""


def _rows(*rows: tuple[str, ...]) -> str:
    widths = [max(len(row[column]) for row in rows) + 3 for column in range(len(rows[0]))]
    return "\n".join("".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _tables(broken: str, selector: str) -> dict[str, str]:
    ready = {app: app != broken for app in _PODS}
    age = "5m"
    return {
        "pods": _rows(
            ("NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE"),
            *(
                (_PODS[app], f"{int(up)}/1", "Running" if up else "ErrImagePull", "0", age, _IPS[app], "mill-01")
                for app, up in ready.items()
            ),
        ),
        "deployments": _rows(
            ("NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"),
            *((app, f"{int(up)}/1", "1", str(int(up)), age) for app, up in ready.items()),
        ),
        "replicasets": _rows(
            ("NAME", "DESIRED", "CURRENT", "READY", "AGE"),
            *((f"{app}-{_HASHES[app]}", "1", "1", str(int(up)), age) for app, up in ready.items()),
        ),
        "services": _rows(
            ("NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE", "SELECTOR"),
            ("oven", "ClusterIP", "10.2.0.7", "<none>", "80/TCP", age, "app=oven"),
            ("till-service", "ClusterIP", "10.2.0.8", "<none>", "80/TCP", age, f"app={selector}"),
        ),
        "endpoints": _rows(
            ("NAME", "ENDPOINTS", "AGE"),
            ("oven", f"{_IPS['oven']}:8080" if ready["oven"] else "<none>", age),
            ("till-service", f"{_IPS['till-service']}:8080" if selector == "till-service" else "<none>", age),
        ),
        "nodes": _rows(
            ("NAME", "STATUS", "ROLES", "AGE", "VERSION"), ("mill-01", "Ready", "node", "90d", "v1.31.2")
        ),
        "events": "",
    }


def write_case(
    root: Path, name: str, truth: tuple[str, str, str], *, image: str = "", selector: str = "till-service"
) -> Path:
    """A case folder. With `image` the oven has an image that does not exist; `selector` is the till Service's."""
    broken = "oven" if image else ""
    images = {app: _IMAGE.format(app=app) for app in _PODS} | ({"oven": image} if image else {})
    cache: dict[str, object] = {}

    def told(tool: str, answer: object, **arguments: str) -> None:
        cache[f"{tool}:{json.dumps(arguments)}"] = answer

    for resource, table in _tables(broken, selector).items():
        told("GetResources", table, resource_type=resource, name="", namespace=NAMESPACE)
    for app in _PODS:
        up = app != broken
        told("DescribeResource", _deployment(app, up), resource_type="deployments", name=app, namespace=NAMESPACE)
        told(
            "DescribeResource",
            _described(app, images[app], up),
            resource_type="pods",
            name=_PODS[app],
            namespace=NAMESPACE,
        )
        told("GetAppYAML", _yaml(app, images[app], selector if app == "till-service" else app), app_name=app)
        told("GetErrorLogs", [], namespace=NAMESPACE, service_name=app)
    told("GetAlerts", {})
    told("CheckNodeServiceStatus", "Active: active (running)", node_name="mill-01", service_name="kubelet")
    folder = root / NAMESPACE / name
    folder.mkdir(parents=True)
    result = dict(zip(("fault_taxonomy", "fault_object", "root_cause"), truth, strict=True))
    (folder / "metadata.json").write_text(json.dumps({"namespace": NAMESPACE, "result": result}))
    (folder / "tool_cache.json").write_text(json.dumps(cache))
    return folder


def write_cases(root: Path) -> tuple[Path, Path]:
    """A case of a missing image, and one of a Service that selects nothing."""
    image = ("Startup_Fault", "app/oven", "incorrect_image_reference")
    selector = ("Service_Routing_Fault", "app/till-service", "service_selector_mismatch")
    return (
        write_case(root, "0001", image, image="registry.example/bakery/ovne:v1"),
        write_case(root, "0002", selector, selector="tills-service"),
    )
