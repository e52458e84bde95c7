from __future__ import annotations

import pytest

from midwatch.domain.json import JSON
from tests.sources.kubectl_text.asking import at, describe, first, of_kind, only

POD = r"""Name:                 web-1
Namespace:            shop
Priority:             100
Priority Class Name:  high
Service Account:      web
Node:                 node-a/192.168.0.1
Start Time:           Thu, 01 Jan 2026 08:00:01 +0800
Labels:               app=web
                      x/y=z
Annotations:          a: 1
                      notes:
                        first line

                          indented: line
                      zz: {"long":"truncated...
Status:               Running
IP:                   10.0.0.1
IPs:
  IP:           10.0.0.1
  IP:           fd00::1
Controlled By:  ReplicaSet/web-5f7
Init Containers:
  setup:
    Container ID:  containerd://4
    Image:         busybox
    Image ID:      busybox@sha256:1
    Port:          <none>
    Host Port:     <none>
    Command:
      sh
      -c
    Args:
      echo a
      echo b

    State:          Terminated
      Reason:       Completed
      Exit Code:    0
      Started:      Thu, 01 Jan 2026 08:00:00 +0800
      Finished:     Thu, 01 Jan 2026 08:01:00 +0800
    Ready:          True
    Restart Count:  0
    Environment:    <none>
    Mounts:
      /data from data (rw)
Containers:
  app:
    Container ID:  containerd://1
    Image:         reg.io/app:1.2
    Image ID:      reg.io/app@sha256:1
    Ports:         8080/TCP (http), 53/UDP
    Host Ports:    0/TCP (http), 5353/UDP
    Args:
      -x

      --flag=1
    State:       Waiting
      Reason:    CrashLoopBackOff
    Last State:  Terminated
      Reason:    Error
      Message:   panic: boom

  goroutine 1:
Name: x

      Exit Code:    137
      Signal:       9
      Started:      Thu, 01 Jan 2026 08:00:00 +0800
      Finished:     Thu, 01 Jan 2026 08:01:00 +0800
    Ready:          False
    Restart Count:  7
    Limits:
      cpu:     1
      memory:  1Gi
    Requests:
      cpu:      100m
      memory:   128Mi
    Liveness:   http-get http://:8080/healthz delay=5s timeout=2s period=10s #success=1 #failure=3
    Readiness:  tcp-socket :http delay=0s timeout=1s period=10s #success=1 #failure=3
    Startup:    exec [sh -c test -f /tmp/a && echo ok] delay=0s timeout=1s period=10s #success=1 #failure=30
    Environment Variables from:
      conf  ConfigMap                Optional: false
      sec   Secret with prefix 'P_'  Optional: true
    Environment:
      A:      1
      EMPTY:
      MULTI:  line1
                indented: yes
              KEY: v
      POD:    web-1 (v1:metadata.name)
      IP:      (v1:status.podIP)
      CPU:    1 (limits.cpu)
      S:      <set to the key 'pw' in secret 'db'>         Optional: true
      CM:     <set to the key 'a.b' of config map 'conf'>  Optional: false
      LOOKS:  text (see docs)
    Mounts:
      /data from data (rw)
      /etc/c from conf (ro,path="a b/\"x\"")
    Devices:
      /dev/xvda from blk
Conditions:
  Type              Status
  Initialized       True
  Ready             False
  PodScheduled      True
Volumes:
  data:
    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:  web-data
    ReadOnly:   false
  conf:
    Type:      ConfigMap (a volume populated by a ConfigMap)
    Name:      conf
    Optional:  true
  sec:
    Type:        Secret (a volume populated by a Secret)
    SecretName:  sec
    Optional:    false
  host:
    Type:          HostPath (bare host directory volume)
    Path:          /mnt
    HostPathType:  Directory
  tmp:
    Type:       EmptyDir (a temporary directory that shares a pod's lifetime)
    Medium:     Memory
    SizeLimit:  1Gi
  kube-api-access-x:
    Type:                    Projected (a volume that contains injected data from multiple sources)
    TokenExpirationSeconds:  3607
    ConfigMapName:           kube-root-ca.crt
    ConfigMapOptional:       <nil>
    DownwardAPI:             true
  csi:
    Type:              CSI (a Container Storage Interface (CSI) volume source)
    Driver:            d.io
    FSType:            ext4
    ReadOnly:          true
    VolumeAttributes:      a=1
                           b=2
  info:
    Type:  DownwardAPI (a volume populated by information about the pod)
    Items:
      metadata.labels -> labels
      limits.cpu -> cpu
QoS Class:                    Burstable
Node-Selectors:               disk=ssd
                              zone=a
Tolerations:                  op=Exists
                              ded=x:NoSchedule
                              node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
Topology Spread Constraints:  zone:DoNotSchedule when max skew 1 is exceeded for selector app=web
Events:
  Type     Reason   Age                  From     Message
  ----     ------   ----                 ----     -------
  Warning  BackOff  10s (x12 over 5m)    kubelet  spec.containers{app}: Back-off restarting failed container
  Normal   Pulled   3m2s                 kubelet  Container image "reg.io/app:1.2" already present on machine
"""


def pod(path: str) -> JSON:
    return at(first(describe(POD)), path)


def test_identity_placement_and_owner():
    made = first(describe(POD))
    assert (made["apiVersion"], made["kind"]) == ("v1", "Pod")
    assert pod("metadata.name") == "web-1"
    assert pod("metadata.namespace") == "shop"
    assert pod("metadata.labels") == {"app": "web", "x/y": "z"}
    assert pod("metadata.ownerReferences") == [
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5f7", "controller": True}
    ]
    assert (pod("spec.nodeName"), pod("status.hostIP")) == ("node-a", "192.168.0.1")
    assert pod("status.podIPs") == [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}]
    assert pod("status.startTime") == "2026-01-01T00:00:01Z"
    assert (pod("spec.priority"), pod("spec.priorityClassName")) == (100, "high")
    assert (pod("status.phase"), pod("status.qosClass")) == ("Running", "Burstable")


def test_annotations_of_one_line_of_several_and_cut_short():
    assert pod("metadata.annotations") == {
        "a": "1",
        "notes": "first line\n\n  indented: line",
        "zz": '{"long":"truncated...',
    }


def test_what_follows_a_shells_c_is_one_script_and_other_arguments_are_one_a_line():
    assert pod("spec.initContainers.0.command") == ["sh", "-c"]
    assert pod("spec.initContainers.0.args") == ["echo a\necho b\n"]
    assert pod("spec.containers.0.args") == ["-x", "", "--flag=1"]


def test_states_with_a_message_of_many_lines():
    assert pod("status.containerStatuses.0") == {
        "name": "app",
        "image": "reg.io/app:1.2",
        "containerID": "containerd://1",
        "imageID": "reg.io/app@sha256:1",
        "ready": False,
        "restartCount": 7,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {
            "terminated": {
                "reason": "Error",
                "message": "panic: boom\n\n  goroutine 1:\nName: x",
                "exitCode": 137,
                "signal": 9,
                "startedAt": "2026-01-01T00:00:00Z",
                "finishedAt": "2026-01-01T00:01:00Z",
            }
        },
    }
    assert pod("status.initContainerStatuses.0.state.terminated.reason") == "Completed"


def test_ports_resources_and_mounts():
    assert pod("spec.containers.0.ports") == [
        {"name": "http", "containerPort": 8080, "protocol": "TCP"},
        {"containerPort": 53, "protocol": "UDP", "hostPort": 5353},
    ]
    assert pod("spec.containers.0.resources") == {
        "limits": {"cpu": "1", "memory": "1Gi"},
        "requests": {"cpu": "100m", "memory": "128Mi"},
    }
    assert pod("spec.containers.0.volumeMounts") == [
        {"name": "data", "mountPath": "/data"},
        {"name": "conf", "mountPath": "/etc/c", "readOnly": True, "subPath": 'a b/"x"'},
    ]
    assert pod("spec.containers.0.volumeDevices") == [{"name": "blk", "devicePath": "/dev/xvda"}]


def test_probes():
    numbers = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1}
    assert pod("spec.containers.0.livenessProbe") == {
        "httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"},
        **numbers,
        "timeoutSeconds": 2,
        "initialDelaySeconds": 5,
        "failureThreshold": 3,
    }
    assert pod("spec.containers.0.readinessProbe.tcpSocket") == {"port": "http"}
    assert pod("spec.containers.0.startupProbe.exec.command") == ["sh", "-c", "test -f /tmp/a && echo ok"]


@pytest.mark.parametrize(
    ("shown", "handler"),
    [
        ("grpc <pod>:9090  ", {"grpc": {"port": 9090}}),
        ("grpc <pod>:9090 svc", {"grpc": {"port": 9090, "service": "svc"}}),
        ("tcp-socket 1.2.3.4:80", {"tcpSocket": {"host": "1.2.3.4", "port": 80}}),
        (
            "http-get https://10.1.1.1:web/ready%3Fx=1&y=a%20b",
            {"httpGet": {"path": "/ready?x=1&y=a b", "port": "web", "scheme": "HTTPS", "host": "10.1.1.1"}},
        ),
        ("exec [pgrep xenon]", {"exec": {"command": ["pgrep", "xenon"]}}),
    ],
)
def test_more_forms_of_probes(shown: str, handler: dict[str, object]):
    line = f"    Liveness:  {shown} delay=0s timeout=1s period=10s #success=1 #failure=3"
    text = (
        f"Name:  a\nNamespace:  b\nNode:  <none>\nContainers:\n  c:\n    Image:  i\n{line}\n    Mounts:  <none>\n"
    )
    found = at(only(describe(text)), "spec.containers.0.livenessProbe")
    assert isinstance(found, dict)
    assert {key: value for key, value in found.items() if not key.endswith(("Seconds", "Threshold"))} == handler


def test_environment_with_values_references_and_line_breaks():
    assert pod("spec.containers.0.envFrom") == [
        {"configMapRef": {"name": "conf"}},
        {"prefix": "P_", "secretRef": {"name": "sec", "optional": True}},
    ]
    assert pod("spec.containers.0.env") == [
        {"name": "A", "value": "1"},
        {"name": "EMPTY", "value": ""},
        {"name": "MULTI", "value": "line1\n  indented: yes\nKEY: v"},
        {"name": "POD", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
        {"name": "IP", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}}},
        {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
        {"name": "S", "valueFrom": {"secretKeyRef": {"name": "db", "key": "pw", "optional": True}}},
        {"name": "CM", "valueFrom": {"configMapKeyRef": {"name": "conf", "key": "a.b"}}},
        {"name": "LOOKS", "value": "text (see docs)"},
    ]


def test_volumes_of_every_common_type():
    assert pod("spec.volumes") == [
        {"name": "data", "persistentVolumeClaim": {"claimName": "web-data"}},
        {"name": "conf", "configMap": {"name": "conf", "optional": True}},
        {"name": "sec", "secret": {"secretName": "sec"}},
        {"name": "host", "hostPath": {"path": "/mnt", "type": "Directory"}},
        {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
        {
            "name": "kube-api-access-x",
            "projected": {
                "sources": [
                    {"serviceAccountToken": {"expirationSeconds": 3607}},
                    {"configMap": {"name": "kube-root-ca.crt"}},
                    {"downwardAPI": {}},
                ]
            },
        },
        {
            "name": "csi",
            "csi": {
                "driver": "d.io",
                "fsType": "ext4",
                "readOnly": True,
                "volumeAttributes": {"a": "1", "b": "2"},
            },
        },
        {
            "name": "info",
            "downwardAPI": {
                "items": [
                    {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
                    {"path": "cpu", "resourceFieldRef": {"resource": "limits.cpu"}},
                ]
            },
        },
    ]


def test_where_the_pod_may_run():
    assert pod("spec.nodeSelector") == {"disk": "ssd", "zone": "a"}
    assert pod("spec.tolerations") == [
        {"operator": "Exists"},
        {"key": "ded", "operator": "Equal", "value": "x", "effect": "NoSchedule"},
        {
            "key": "node.kubernetes.io/not-ready",
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": 300,
        },
    ]
    assert pod("spec.topologySpreadConstraints") == [
        {
            "topologyKey": "zone",
            "whenUnsatisfiable": "DoNotSchedule",
            "maxSkew": 1,
            "labelSelector": {"matchLabels": {"app": "web"}},
        }
    ]


def test_events_become_objects_that_point_at_the_pod():
    backoff, pulled = of_kind(describe(POD), "Event")
    assert at(backoff, "involvedObject") == {
        "apiVersion": "v1",
        "kind": "Pod",
        "name": "web-1",
        "namespace": "shop",
        "fieldPath": "spec.containers{app}",
    }
    assert at(backoff, "message") == "Back-off restarting failed container"
    assert (at(backoff, "type"), at(backoff, "count"), at(backoff, "source.component")) == (
        "Warning",
        12,
        "kubelet",
    )
    assert at(backoff, "firstTimestamp") == "2026-03-01T11:55:00Z"
    assert at(backoff, "lastTimestamp") == "2026-03-01T11:59:50Z"
    assert at(pulled, "count") == 1


def test_an_event_without_component_and_a_message_of_two_lines():
    text = """Name:  a
Namespace:  b
Node:  <none>
Containers:  <none>
Events:
  Type     Reason  Age   From     Message
  ----     ------  ----  ----     -------
  Normal   Odd     5m             nobody  said this
  Warning  Failed  3m    kubelet  first line
second: line
  Normal  Later  2m  scheduler  aligned anew
"""
    odd, failed, later = of_kind(describe(text), "Event")
    assert (at(odd, "message"), "source" in odd) == ("nobody  said this", False)
    assert at(failed, "message") == "first line\nsecond: line"
    assert (at(later, "source.component"), at(later, "message")) == ("scheduler", "aligned anew")


def test_a_terminating_pod_tells_since_when_and_hides_its_phase():
    text = """\
Name:  a
Namespace:  b
Node:  n/
Status:  Terminating (lasts 5m)
Termination Grace Period:  30s
Containers:
"""
    made = only(describe(text))
    assert at(made, "metadata.deletionTimestamp") == "2026-03-01T11:55:00Z"
    assert at(made, "metadata.deletionGracePeriodSeconds") == 30
    assert at(made, "status.phase") is None


def test_a_line_no_printer_writes_is_listed_and_costs_nothing_else():
    parsed = describe(POD.replace("QoS Class: ", "Quality:   "))
    assert len(parsed.skipped) == 1
    assert "Quality:" in parsed.skipped[0].why
    assert parsed.skipped[0].where == f"Pod, line {POD[: POD.index('QoS Class')].count(chr(10)) + 1}"
    assert at(parsed.objects[0], "spec.nodeSelector") == {"disk": "ssd", "zone": "a"}
