from __future__ import annotations

import pytest

from tests.sources.kubectl_text.asking import at, get, only


def test_get_all_holds_several_tables_with_prefixed_names():
    text = """\
NAME        READY   STATUS    RESTARTS   AGE
pod/web-1   1/1     Running   0          5m

NAME                 TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
service/kubernetes   ClusterIP   10.96.0.1    <none>        443/TCP   58d

NAME                  READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/web   1/2     2            1           2y3d
"""
    parsed = get(text, kind="all")
    assert parsed.skipped == ()
    assert [(each["kind"], at(each, "metadata.name")) for each in parsed.objects] == [
        ("Pod", "web-1"),
        ("Service", "kubernetes"),
        ("Deployment", "web"),
    ]
    assert at(parsed.objects[2], "status") == {"readyReplicas": 1, "updatedReplicas": 2, "availableReplicas": 1}
    assert at(parsed.objects[2], "metadata.creationTimestamp") == "2024-02-27T12:00:00Z"


def test_all_namespaces_give_each_object_its_own_namespace():
    text = """\
NAMESPACE   NAME    READY   STATUS    RESTARTS   AGE
shop        web-1   1/1     Running   0          5m
bank        web-1   1/1     Running   0          5m
"""
    assert [at(each, "metadata.namespace") for each in get(text, namespace="other").objects] == ["shop", "bank"]


def test_empty_cells_do_not_shift_the_columns_behind_them():
    text = """\
NAME   STATUS    VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE
data   Pending                                      fast           <unset>                 5m
logs   Bound     pv-7     2Gi        RWO,ROX                       <unset>                 5m
"""
    waiting, bound = get(text).objects
    assert at(waiting, "spec") == {"storageClassName": "fast"}
    assert at(waiting, "status") == {"phase": "Pending"}
    assert at(bound, "status.accessModes") == ["ReadWriteOnce", "ReadOnlyMany"]
    assert at(bound, "spec") == {"volumeName": "pv-7", "storageClassName": ""}


def test_rows_that_outgrow_the_header_are_cut_at_their_gaps():
    text = """\
NAME    READY   STATUS    RESTARTS   AGE
a-name-that-came-later-and-is-longer   1/1     Running   2 (5m ago)   7m
"""
    assert at(only(get(text)), "status.containerStatuses.0.restartCount") == 2


def test_a_row_that_fits_no_way_is_listed_with_its_line():
    parsed = get(
        "NAME    READY   STATUS    RESTARTS   AGE\nweb-1   1/1     Running   0          5m\nwhat is this row\n"
    )
    assert len(parsed.objects) == 1
    assert parsed.skipped[0].where == "text, line 3"


def test_a_short_row_keeps_what_it_has():
    made = only(get("NAME    READY   STATUS    RESTARTS   AGE\nweb-1   1/1\n"))
    assert at(made, "metadata") == {"name": "web-1"}


def test_what_kubectl_complains_of_is_skipped_and_no_resources_is_no_complaint():
    assert get("No resources found in shop namespace.\n") == get("")
    parsed = get('Error from server (Forbidden): pods is forbidden: User "u" cannot list resource "pods"\n')
    assert parsed.objects == ()
    assert "Forbidden" in parsed.skipped[0].why


def test_a_table_of_names_and_ages_needs_the_kind_that_was_asked_for():
    text = "NAME   AGE\nx      5m\n"
    assert "cannot tell of which kind 'x' is" in get(text).skipped[0].why
    assert only(get(text, kind="virtualservices.networking.istio.io"))["kind"] == "VirtualService"
    made = only(get(text, kind="sheep"))
    assert (made["kind"], "apiVersion" in made) == ("Sheep", False)


def test_a_table_without_header_is_read_by_its_kind():
    made = only(get("web-1   1/1     Running   0     5m", kind="pods"))
    assert at(made, "status.phase") == "Running"


@pytest.mark.parametrize("kind", ["events", None])
def test_events_without_header_are_recognised(kind: str | None):
    text = """\
2m16s   Warning   FailedCreate   replicaset/web-5f7   Error creating: pods "web-5f7-x" is forbidden:  quota
119s    Normal    Scheduled      pod/web-1            Successfully assigned shop/web-1 to node-a
"""
    denied, placed = get(text, kind=kind, namespace="shop").objects
    assert at(denied, "involvedObject") == {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": "web-5f7",
        "namespace": "shop",
    }
    assert at(denied, "message") == 'Error creating: pods "web-5f7-x" is forbidden:  quota'
    assert at(denied, "lastTimestamp") == "2026-03-01T11:57:44Z"
    assert at(placed, "reason") == "Scheduled"


def test_the_events_command_counts_repeats():
    text = """\
NAMESPACE   LAST SEEN               TYPE      REASON    OBJECT      MESSAGE
shop        5m (x12 over 1h)        Warning   BackOff   Pod/web-1   Back-off restarting failed container
"""
    made = only(get(text))
    assert (at(made, "count"), at(made, "firstTimestamp"), at(made, "lastTimestamp")) == (
        12,
        "2026-03-01T11:00:00Z",
        "2026-03-01T11:55:00Z",
    )
    assert at(made, "metadata.namespace") == "shop"


def test_a_node_that_is_not_ready_and_cordoned():
    text = """\
NAME     STATUS                        ROLES           AGE    VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE
node-a   NotReady,SchedulingDisabled   control-plane   136d   v1.31.2   10.1.1.1      <none>        Ubuntu LTS
"""
    made = only(get(text))
    assert at(made, "spec.unschedulable") is True
    assert at(made, "status.conditions") == [{"type": "Ready", "status": "False"}]
    assert at(made, "status.addresses") == [{"type": "InternalIP", "address": "10.1.1.1"}]
    assert at(made, "metadata.labels") == {"node-role.kubernetes.io/control-plane": ""}


def test_services_ports_addresses_and_selectors():
    text = """\
NAME   TYPE           CLUSTER-IP   EXTERNAL-IP     PORT(S)                      AGE   SELECTOR
web    LoadBalancer   10.96.0.1    a.example.com   80:30080/TCP,443:30443/TCP   5m    app=web,tier=front
db     ExternalName   <none>       db.local        <none>                       5m    <none>
"""
    web, db = get(text).objects
    assert at(web, "spec.ports.1") == {"port": 443, "protocol": "TCP", "nodePort": 30443}
    assert at(web, "status.loadBalancer.ingress") == [{"hostname": "a.example.com"}]
    assert at(web, "spec.selector") == {"app": "web", "tier": "front"}
    assert at(db, "spec") == {"type": "ExternalName", "externalName": "db.local"}


def test_endpoints_none_ready_and_more_than_printed():
    text = """\
NAME   ENDPOINTS                                         AGE
full   10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...   5m
none   <none>                                            5m
down                                                     5m
"""
    full, none, down = get(text).objects
    assert at(full, "subsets.0.ports") == [{"port": 80}]
    assert at(full, "subsets.0.addresses.2") == {"ip": "10.0.0.3"}
    assert at(full, "metadata.annotations") == {"endpoints.kubernetes.io/over-capacity": "truncated"}
    assert at(none, "subsets") == []
    assert at(down, "subsets") == []


def test_quota_default_class_and_secret_rows():
    quota = only(
        get("NAME   AGE   REQUEST                          LIMIT\nq      5m    pods: 9/10, requests.cpu: 1/2   \n")
    )
    assert at(quota, "spec.hard") == {"pods": "10", "requests.cpu": "2"}
    assert at(quota, "status.used") == {"pods": "9", "requests.cpu": "1"}
    fast = only(get("NAME             PROVISIONER   AGE\nfast (default)   ebs.csi       5m\n"))
    assert at(fast, "metadata.name") == "fast"
    assert at(fast, "metadata.annotations") == {"storageclass.kubernetes.io/is-default-class": "true"}
    secret = only(get("NAME   TYPE     DATA   AGE\ns      Opaque   2      5m\n"))
    assert "data" not in secret
    assert "type" not in secret, "a type without data would say that the secret is empty"


def test_the_rest_of_the_controllers():
    sets = """\
NAME   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE
ds     3         3         2       3            2           disk=ssd        5m
"""
    assert at(only(get(sets)), "status.numberReady") == 2
    assert at(only(get(sets)), "spec.template.spec.nodeSelector") == {"disk": "ssd"}
    job = only(get("NAME   STATUS   COMPLETIONS   DURATION   AGE\nj      Failed   0/1           5m         5m\n"))
    assert at(job, "status") == {"succeeded": 0, "conditions": [{"type": "Failed", "status": "True"}]}
    cron = """\
NAME   SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
c      */5 * * * *   <none>     True      0        2m              5m
"""
    assert at(only(get(cron)), "spec") == {"schedule": "*/5 * * * *", "suspend": True}
    assert at(only(get(cron)), "status.lastScheduleTime") == "2026-03-01T11:58:00Z"
    hpa = """\
NAME   REFERENCE        TARGETS       MINPODS   MAXPODS   REPLICAS   AGE
h      Deployment/web   cpu: 9%/50%   1         5         2          5m
"""
    assert at(only(get(hpa)), "spec.scaleTargetRef") == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": "web",
    }
    pdb = """\
NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE
p      N/A             50%               0                     5m
"""
    assert at(only(get(pdb)), "spec") == {"maxUnavailable": "50%"}
    assert at(only(get(pdb)), "status.disruptionsAllowed") == 0
