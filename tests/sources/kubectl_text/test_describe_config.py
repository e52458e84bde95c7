from __future__ import annotations

from tests.sources.kubectl_text.asking import at, describe, of_kind, only

CONFIG = """Name:         conf
Namespace:    shop
Labels:       <none>
Annotations:  <none>

Data
====
app.yaml:
----
Name: x
Namespace: y
Events: <none>


Name: foo
Labels: bar
Data
====
key:
  - 1

empty:
----


plain:
----
simple


BinaryData
====
logo: 3 bytes

Events:  <none>
"""


def test_data_may_hold_anything_even_what_looks_like_another_object():
    assert at(only(describe(CONFIG)), "data") == {
        "app.yaml": "Name: x\nNamespace: y\nEvents: <none>\n\n\nName: foo\nLabels: bar\nData\n====\nkey:\n  - 1",
        "empty": "",
        "plain": "simple",
    }
    assert at(only(describe(CONFIG)), "binaryData") == {"logo": ""}


def test_two_config_maps_in_one_text():
    parsed = describe(f"{CONFIG}\n\n{CONFIG.replace('conf', 'conf-2', 1)}")
    assert [at(each, "metadata.name") for each in parsed.objects] == ["conf", "conf-2"]
    assert parsed.skipped == ()


def test_a_config_map_without_data():
    text = """\
Name:         conf
Namespace:    shop
Labels:       <none>
Annotations:  <none>

Data
====

BinaryData
====

Events:  <none>
"""
    made = only(describe(text))
    assert (made["kind"], "data" in made) == ("ConfigMap", False)


def test_secrets_show_their_keys_and_never_a_value():
    text = """Name:         token
Namespace:    shop
Labels:       <none>
Annotations:  <none>

Type:  kubernetes.io/service-account-token

Data
====
ca.crt:  1 bytes
empty:   0 bytes
token:   eyJhbGciOi
"""
    made = only(describe(text))
    assert made["kind"] == "Secret"
    assert at(made, "type") == "kubernetes.io/service-account-token"
    assert at(made, "data") == {"ca.crt": None, "empty": "", "token": None}
    assert "eyJ" not in str(describe(text))


def test_service_accounts():
    text = """Name:                web
Namespace:           shop
Labels:              <none>
Annotations:         <none>
Image pull secrets:  reg (not found)
                     reg2
Mountable secrets:   tok
Tokens:              <none>
Events:              <none>
"""
    made = only(describe(text))
    assert at(made, "imagePullSecrets") == [{"name": "reg"}, {"name": "reg2"}]
    assert at(made, "secrets") == [{"name": "tok"}]


def test_quotas_and_limit_ranges():
    quota = """Name:       q
Namespace:  shop
Scopes:     BestEffort, NotTerminating
 * Matches all pods that do not have resource requirements set.
 * Matches all pods that do not have an active deadline.
Resource      Used   Hard
--------      ----   ----
pods          10     10
requests.cpu  3500m  4
"""
    made = only(describe(quota))
    assert at(made, "spec") == {
        "scopes": ["BestEffort", "NotTerminating"],
        "hard": {"pods": "10", "requests.cpu": "4"},
    }
    assert at(made, "status.used") == {"pods": "10", "requests.cpu": "3500m"}
    limits = """Name:       lr
Namespace:  shop
Type        Resource  Min   Max  Default Request  Default Limit  Max Limit/Request Ratio
----        --------  ---   ---  ---------------  -------------  -----------------------
Container   memory    -     -    -                1Gi            -
Container   cpu       100m  2    200m             500m           4
Pod         memory    -     4Gi  -                -              -
"""
    assert at(only(describe(limits)), "spec.limits") == [
        {
            "type": "Container",
            "default": {"memory": "1Gi", "cpu": "500m"},
            "min": {"cpu": "100m"},
            "max": {"cpu": "2"},
            "defaultRequest": {"cpu": "200m"},
            "maxLimitRequestRatio": {"cpu": "4"},
        },
        {"type": "Pod", "max": {"memory": "4Gi"}},
    ]


def test_a_namespace_tells_of_its_quotas():
    text = """Name:         shop
Labels:       a=b
Annotations:  <none>
Status:       Active

Resource Quotas
  Name:     q
  Resource  Used  Hard
  --------  ---   ---
  pods      10    10
  Name:     q2
  Resource  Used  Hard
  --------  ---   ---
  services  1     2

No LimitRange resource.
"""
    parsed = describe(text)
    assert parsed.skipped == ()
    assert at(parsed.objects[0], "status.phase") == "Active"
    first, second = of_kind(parsed, "ResourceQuota")
    assert at(first, "metadata") == {"name": "q", "namespace": "shop"}
    assert at(second, "status.used") == {"services": "1"}


def test_roles_and_bindings_take_their_namespace_from_the_caller():
    role = """Name:         r
Labels:       <none>
Annotations:  <none>
PolicyRule:
  Resources               Non-Resource URLs  Resource Names  Verbs
  ---------               -----------------  --------------  -----
  pods                    []                 [x]             [*]
  deployments.apps/scale  []                 []              [get list]
"""
    assert at(only(describe(role)), "rules") == [
        {"apiGroups": [""], "resources": ["pods"], "resourceNames": ["x"], "verbs": ["*"]},
        {"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["get", "list"]},
    ]
    assert only(describe(role, kind="clusterrole"))["kind"] == "ClusterRole"
    binding = """Name:         rb
Labels:       <none>
Annotations:  <none>
Role:
  Kind:  ClusterRole
  Name:  view
Subjects:
  Kind            Name      Namespace
  ----            ----      ---------
  ServiceAccount  web       shop
  User            jane doe
"""
    made = only(describe(binding))
    assert at(made, "roleRef.name") == "view"
    assert at(made, "subjects") == [
        {"kind": "ServiceAccount", "name": "web", "namespace": "shop"},
        {"kind": "User", "name": "jane doe"},
    ]


def test_autoscalers_and_budgets():
    text = """Name:                                                  hpa
Namespace:                                             shop
Labels:                                                <none>
Annotations:                                           <none>
CreationTimestamp:                                     Thu, 01 Jan 2026 00:00:00 +0000
Reference:                                             Deployment/web
Metrics:                                               ( current / target )
  resource cpu on pods  (as a percentage of request):  93% (186m) / 80%
  resource memory on pods:                             <unknown> / 100Mi
  "qps" on pods:                                       <unknown> / 1k
Min replicas:                                          2
Max replicas:                                          5
Deployment pods:                                       2 current / 3 desired
Conditions:
  Type            Status  Reason  Message
  ----            ------  ------  -------
  ScalingLimited  True    X       the desired count is more than the maximum
Events:           <none>
"""
    made = only(describe(text))
    assert at(made, "spec.metrics.0.resource.target.averageUtilization") == 80
    assert at(made, "spec.metrics.1.resource.target.averageValue") == "100Mi"
    assert at(made, "spec.metrics.2.pods.metric.name") == "qps"
    assert at(made, "status.currentMetrics.0.resource.current.averageUtilization") == 93
    assert (at(made, "status.currentReplicas"), at(made, "status.desiredReplicas")) == (2, 3)
    budget = """\
Name:           p
Namespace:      shop
Min available:  50%
Selector:       app=web
Status:
    Allowed disruptions:  0
    Current:              1
    Desired:              2
    Total:                3
Events:                   <none>
"""
    made = only(describe(budget))
    assert at(made, "spec.minAvailable") == "50%"
    assert at(made, "status.disruptionsAllowed") == 0


def test_custom_resources_keep_what_is_certain():
    text = """Name:         w1
Namespace:    shop
Labels:       a=b
Annotations:  <none>
API Version:  example.com/v1
Kind:         Widget
Metadata:
  Creation Timestamp:  2026-01-01T00:00:00Z
  Generation:          3
Spec:
  Items:
    A:   1
    A:   2
  Size:  3
Status:
  Phase:  Ready
Events:   <none>
"""
    made = only(describe(text))
    assert (made["apiVersion"], made["kind"]) == ("example.com/v1", "Widget")
    assert at(made, "metadata.creationTimestamp") == "2026-01-01T00:00:00Z"
    assert at(made, "spec") == {"size": 3}, "a list of maps is printed like a map"
    assert at(made, "status") == {"phase": "Ready"}


def test_a_text_no_printer_writes_is_listed():
    parsed = describe("Name:  x\nLabels:  <none>\nColour:  red\n")
    assert parsed.objects == ()
    assert "cannot tell of which kind 'x' is" in parsed.skipped[0].why
    failed = describe('Error from server (NotFound): pods "x" not found\n')
    assert "kubectl failed" in failed.skipped[0].why
