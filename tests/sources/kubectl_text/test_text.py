from __future__ import annotations

import pytest

from midwatch.sources.kubectl_text import Parsed, parse_text
from midwatch.sources.kubectl_text.prompts import command
from tests.sources.kubectl_text.asking import NOW, at

PASTE = """My pods are broken, see:

```
user@box:~/x$ kubectl get po -n shop -o wide
NAME      READY   STATUS             RESTARTS      AGE   IP          NODE     NOMINATED NODE   READINESS GATES
web-1     0/1     CrashLoopBackOff   4 (30s ago)   5m    10.0.0.1    node-a   <none>           <none>
web-2     1/1     Running            0             5m    10.0.0.2    node-a   <none>           <none>
user@box:~/x$ kubectl describe pod web-1 -n shop
Name:             web-1
Namespace:        shop
Node:             node-a/1.2.3.4
Status:           Running
Containers:
  app:
    Container ID:   containerd://x
    Image:          img:1
    Port:           <none>
    State:          Waiting
      Reason:       CrashLoopBackOff
    Ready:          False
    Restart Count:  4
    Environment:    <none>
    Mounts:         <none>
Events:
  Type     Reason   Age                From     Message
  ----     ------   ----               ----     -------
  Warning  BackOff  10s (x7 over 2m)   kubelet  Back-off restarting failed container
user@box:~/x$ kubectl get events -n shop
LAST SEEN   TYPE      REASON    OBJECT      MESSAGE
12s         Warning   BackOff   pod/web-1   Back-off restarting failed container
user@box:~/x$ kubectl get deploy web -o yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
user@box:~/x$ kubectl logs web-1
NAME   READY
user@box:~/x$ kubectl get all -n shop
NAME          READY   STATUS    RESTARTS   AGE
pod/web-3     1/1     Running   0          5m

NAME                  READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/web   1/2     2            1           2y3d
```
"""


def read(text: str) -> Parsed:
    return parse_text(text, now=NOW)


def names(parsed: Parsed) -> set[tuple[object, object]]:
    return {(each["kind"], at(each, "metadata.name")) for each in parsed.objects if each["kind"] != "Event"}


def test_a_paste_of_commands_tables_descriptions_and_yaml():
    parsed = read(PASTE)
    assert names(parsed) == {("Pod", "web-1"), ("Pod", "web-2"), ("Pod", "web-3"), ("Deployment", "web")}
    logs = PASTE.split("\n").index("NAME   READY") + 1
    assert sorted(each.where for each in parsed.skipped) == ["line 1", f"line {logs}"]


def test_several_tellings_become_one_object():
    found = {(each["kind"], at(each, "metadata.name")): each for each in read(PASTE).objects}
    web = found["Pod", "web-1"]
    assert at(web, "status.podIP") == "10.0.0.1", "from the table"
    assert at(web, "status.containerStatuses.0.name") == "app", "from the description"
    assert at(found["Deployment", "web"], "status.availableReplicas") == 1
    assert at(found["Deployment", "web"], "spec.replicas") == 2


def test_events_of_table_and_description_are_one():
    events = [each for each in read(PASTE).objects if each["kind"] == "Event"]
    assert len(events) == 1
    assert (at(events[0], "count"), at(events[0], "source.component")) == (7, "kubelet")


def test_the_namespace_of_the_command_goes_to_the_objects():
    assert [each for each in read(PASTE).objects if at(each, "metadata.namespace") != "shop"] == []


def test_an_indented_paste_without_commands():
    table = "NAME     READY   STATUS    RESTARTS   AGE\nweb-1    1/1     Running   0          5m\n"
    text = "".join(f"    {line}\n" for line in table.splitlines())
    assert names(read(text)) == {("Pod", "web-1")}


def test_events_without_header_and_json_side_by_side():
    text = '2m    Warning   Failed   pod/web-1   no image\n\n{"kind": "Pod", "metadata": {"name": "web-1"}}\n'
    assert [each["kind"] for each in read(text).objects] == ["Pod", "Event"]


def test_the_data_of_a_config_map_is_not_taken_for_another_piece():
    text = """Name:         conf
Namespace:    shop
Labels:       <none>
Annotations:  <none>

Data
====
deploy.yaml:
----
apiVersion: v1
kind: Pod

NAME   READY   STATUS   RESTARTS   AGE
x      1/1     Running  0          5m


BinaryData
====

Events:  <none>

NAME     READY   STATUS    RESTARTS   AGE
web-1    1/1     Running   0          5m
"""
    parsed = read(text)
    assert names(parsed) == {("ConfigMap", "conf"), ("Pod", "web-1")}
    assert parsed.skipped == ()


def test_a_file_that_is_shown_is_read_and_logs_are_not():
    manifest = "kind: Pod\nmetadata: {name: web-1}\n"
    assert names(read(f"$ cat web.yaml\n{manifest}")) == {("Pod", "web-1")}
    assert names(read(f"$ kubectl logs web-1\n{manifest}")) == set()
    assert names(read(f"$ kubectl create deploy web --image=a --dry-run=client -o yaml\n{manifest}")) == {
        ("Pod", "web-1")
    }


def test_of_two_tables_the_later_one_is_believed():
    table = "$ kubectl get pods\nNAME    READY   STATUS    RESTARTS   AGE\nweb-1   1/1     {}   0          5m\n"
    parsed = read(table.format("Pending") + table.format("Running"))
    assert at(parsed.objects[0], "status.phase") == "Running"


def test_a_table_of_names_is_read_by_its_command():
    assert names(read("$ kubectl get cm -n shop\nNAME   DATA   AGE\nconf   2      5m\n")) == {
        ("ConfigMap", "conf")
    }
    assert names(read("$ k get gateways.networking.istio.io\nNAME   AGE\ng      5m\n")) == {("Gateway", "g")}


@pytest.mark.parametrize(
    ("line", "verb", "kind", "namespace", "output"),
    [
        ("$ kubectl get pods -n shop -o wide", "get", "pods", "shop", "wide"),
        ("user@host:~$ k -n=shop describe pod/web-1", "describe", "pod", "shop", None),
        ("kubectl get deploy,svc --namespace shop | grep web", "get", None, "shop", None),
        ("PS C:\\> kubectl get all -A", "get", None, None, None),
        ("[root@master ~]# kubectl events -nshop -oyaml", "events", "events", "shop", "yaml"),
        ("kubectl --context prod get -l app=web po", "get", "po", None, None),
    ],
)
def test_commands(line: str, verb: str, kind: str | None, namespace: str | None, output: str | None):
    said = command(line)
    assert said is not None
    assert (said.verb, said.kind, said.namespace, said.output) == (verb, kind, namespace, output)


@pytest.mark.parametrize("line", ["kubectl is a fine tool", "k", "# kubectl", "Name: kubectl get", "ok get pods"])
def test_sentences_are_no_commands(line: str):
    assert command(line) is None
