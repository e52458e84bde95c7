"""What the API refuses, in its words."""

from __future__ import annotations

from typing import Any

import pytest

from midwatch.lab import schema
from midwatch.lab.core import kinds
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import (
    CONFIG_MAP,
    CRON_JOB,
    DEPLOYMENT,
    HPA,
    INGRESS,
    JOB,
    PDB,
    POD,
    PVC,
    ROLE,
    ROLE_BINDING,
    SERVICE,
    STATEFUL_SET,
    Kind,
)
from tests.lab.schema.conftest import Cluster, Obj, selecting, template

SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)


def refused(cluster: Cluster, kind: Kind, *, update: bool = False, **body: Any) -> ApiError:
    """The refusal of an object."""
    with pytest.raises(ApiError) as caught:
        (cluster.update if update else cluster.create)(kind, **body)
    assert caught.value.code == 422
    assert caught.value.reason == "Invalid"
    return caught.value


def test_a_bad_name_is_explained(cluster: Cluster):
    error = refused(cluster, DEPLOYMENT, metadata={"name": "Bad_Name"}, spec=selecting())
    wanted = f'Deployment.apps "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": {SUBDOMAIN}'
    assert error.message == wanted
    assert error.details["causes"][0]["field"] == "metadata.name"
    assert error.details["causes"][0]["reason"] == "FieldValueInvalid"


def test_a_selector_must_match_and_never_changes(cluster: Cluster):
    other = {"selector": {"matchLabels": {"a": "c"}}, "template": template()}
    error = refused(cluster, DEPLOYMENT, spec=other)
    why = "`selector` does not match template `labels`"
    assert error.message.endswith(f'spec.template.metadata.labels: Invalid value: {{"a":"b"}}: {why}')
    cluster.create(DEPLOYMENT, spec=selecting())
    error = refused(cluster, DEPLOYMENT, update=True, spec=other)
    assert 'spec.selector: Invalid value: {"matchLabels":{"a":"c"}}: field is immutable' in error.message


@pytest.mark.parametrize(
    ("container", "wanted"),
    [
        (
            {"resources": {"limits": {"cpu": "200m"}, "requests": {"cpu": "0.5"}}},
            'resources.requests: Invalid value: "0.5": must be less than or equal to cpu limit of 200m',
        ),
        ({"volumeMounts": [{"name": "v", "mountPath": "/v"}]}, 'volumeMounts[0].name: Not found: "v"'),
        (
            {"ports": [{"containerPort": 70000}]},
            "ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
        ),
        ({"image": ""}, "image: Required value"),
        ({"livenessProbe": {}}, "livenessProbe: Required value: must specify a handler type"),
        (
            {"livenessProbe": {"exec": {"command": ["a"]}, "successThreshold": 2}},
            "successThreshold: Invalid value: 2: must be 1",
        ),
        ({"env": [{"name": "A=B"}]}, 'env[0].name: Invalid value: "A=B": a valid environment variable name'),
        (
            {"env": [{"name": "A", "value": "b", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]},
            'env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
        ),
        (
            {"imagePullPolicy": "Often"},
            'imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never"',
        ),
        ({"resources": {"limits": {"cpus": "1"}}}, "must be a standard resource for containers"),
    ],
)
def test_bad_containers_are_refused(cluster: Cluster, container: Obj, wanted: str):
    assert wanted in refused(cluster, DEPLOYMENT, spec=selecting(template(**container))).message
    cluster.create(DEPLOYMENT, spec=selecting())


def test_a_pod_may_change_its_image_and_little_else(cluster: Cluster):
    pod = cluster.create(POD, spec=template()["spec"])
    image = {**pod["spec"]["containers"][0], "image": "i:2"}
    pod = cluster.update(POD, spec={**pod["spec"], "containers": [image]})
    error = refused(cluster, POD, update=True, spec={**pod["spec"], "restartPolicy": "Never"})
    assert (
        "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
        "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to "
        "existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
        "previously negative)\n"
    ) in error.message
    assert 'restartPolicy: "Never"' in error.message


def test_a_pod_can_be_bound_and_labelled(cluster: Cluster):
    pod = cluster.create(POD, spec=template()["spec"])
    pod = cluster.update(POD, spec={**pod["spec"], "nodeName": "n"})
    assert cluster.update(POD, metadata={"labels": {"x": "y"}}, spec=pod["spec"])["metadata"]["labels"] == {
        "x": "y"
    }
    error = refused(cluster, POD, update=True, metadata={"labels": {"x": "a b"}}, spec=pod["spec"])
    assert 'metadata.labels: Invalid value: "a b": a valid label must be an empty string' in error.message


def test_a_stateful_set_keeps_its_claims(cluster: Cluster):
    cluster.create(STATEFUL_SET, spec=selecting(serviceName="a"))
    cluster.update(STATEFUL_SET, spec=selecting(serviceName="a", replicas=3))
    error = refused(cluster, STATEFUL_SET, update=True, spec=selecting(serviceName="b"))
    assert (
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
        "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' "
        "are forbidden"
    ) in error.message


def test_claim_templates_may_be_mounted(cluster: Cluster):
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claims = [{"metadata": {"name": "data"}, "spec": claim}]
    mounts = template(volumeMounts=[{"name": "data", "mountPath": "/data"}])
    cluster.create(STATEFUL_SET, spec=selecting(mounts, volumeClaimTemplates=claims))
    assert "Not found" in refused(cluster, STATEFUL_SET, metadata={"name": "y"}, spec=selecting(mounts)).message


def test_jobs_must_end_and_keep_their_template(cluster: Cluster):
    error = refused(cluster, JOB, spec={"template": template()})
    assert error.message.endswith(
        'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'
    )
    cluster.create(JOB, spec={"template": template("Never")})
    error = refused(cluster, JOB, update=True, spec={"template": template("OnFailure")})
    assert "spec.template: Invalid value: " in error.message
    assert error.message.endswith(": field is immutable")


@pytest.mark.parametrize(
    ("schedule", "why"),
    [
        ("* * *", "expected exactly 5 fields, found 3: [* * *]"),
        ("99 * * * *", "end of range (99) above maximum (59): 99"),
        ("x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'),
        ("TZ=UTC * * * * *", "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"),
        ("*/5 1-3 * jan mon,fri", ""),
    ],
)
def test_schedules_are_parsed(cluster: Cluster, schedule: str, why: str):
    body = {"schedule": schedule, "jobTemplate": {"spec": {"template": template("Never")}}}
    if not why:
        cluster.create(CRON_JOB, spec=body)
        return
    assert why in refused(cluster, CRON_JOB, spec=body).message


def test_services_keep_their_address(cluster: Cluster):
    cluster.create(SERVICE, spec={"ports": [{"port": 80}]})
    error = refused(cluster, SERVICE, update=True, spec={"clusterIP": "10.96.7.7", "ports": [{"port": 80}]})
    assert 'spec.clusterIPs[0]: Invalid value: ["10.96.7.7"]: may not change once set' in error.message
    error = refused(cluster, SERVICE, metadata={"name": "1x"}, spec={"ports": [{"port": 80}]})
    assert "a DNS-1035 label must consist of" in error.message
    error = refused(cluster, SERVICE, metadata={"name": "y"}, spec={"ports": [{"port": 1}, {"port": 2}]})
    assert "spec.ports[0].name: Required value, spec.ports[1].name: Required value" in error.message


def test_claims_are_immutable_until_they_grow(cluster: Cluster):
    body = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    cluster.create(PVC, spec=body)
    error = refused(cluster, PVC, update=True, spec={**body, "accessModes": ["ReadWriteMany"]})
    assert "spec: Forbidden: spec is immutable after creation except resources.requests" in error.message
    bound = cluster.env.store.demand(PVC, "d", "x")
    cluster.env.registry.update_status(
        PVC, {**bound, "status": {"phase": "Bound", "capacity": {"storage": "1Gi"}}}
    )
    grown = {**body, "volumeMode": "Filesystem", "resources": {"requests": {"storage": "2Gi"}}}
    cluster.update(PVC, spec=grown)
    less = {**grown, "resources": {"requests": {"storage": "1Gi"}}}
    assert "field can not be less than status.capacity" in refused(cluster, PVC, update=True, spec=less).message


def test_bindings_keep_their_role(cluster: Cluster):
    cluster.create(ROLE_BINDING, roleRef={"kind": "Role", "name": "r"})
    error = refused(cluster, ROLE_BINDING, update=True, roleRef={"kind": "Role", "name": "s"})
    assert error.message.endswith(": cannot change roleRef")
    error = refused(cluster, ROLE, rules=[{"verbs": ["get"], "resources": ["pods"]}])
    assert "rules[0].apiGroups: Required value: resource rules must supply at least one api group" in error.message


def test_an_immutable_config_map_stays_as_it_is(cluster: Cluster):
    cluster.create(CONFIG_MAP, data={"a": "b"}, immutable=True)
    cluster.update(CONFIG_MAP, metadata={"labels": {"x": "y"}}, data={"a": "b"}, immutable=True)
    error = refused(cluster, CONFIG_MAP, update=True, data={"a": "c"}, immutable=True)
    assert "data: Forbidden: field is immutable when `immutable` is set" in error.message


OTHERS: list[tuple[Kind, Obj, str]] = [
    (
        HPA,
        {"maxReplicas": 1, "minReplicas": 2, "scaleTargetRef": {"kind": "Deployment", "name": "x"}},
        "spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`",
    ),
    (PDB, {"minAvailable": 1, "maxUnavailable": 1}, "minAvailable and maxUnavailable cannot be both set"),
    (INGRESS, {}, "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"),
    (kinds.RESOURCE_QUOTA, {"hard": {"foo": "1"}}, "must be a standard resource for quota"),
    (
        kinds.NETWORK_POLICY,
        {"podSelector": {}, "ingress": [{"from": [{}]}]},
        "spec.ingress[0].from[0]: Required value: must specify a peer",
    ),
]


@pytest.mark.parametrize(("kind", "body", "wanted"), OTHERS)
def test_other_kinds_are_checked(cluster: Cluster, kind: Kind, body: Obj, wanted: str):
    assert wanted in refused(cluster, kind, spec=body).message


def test_custom_objects_follow_their_schema(cluster: Cluster):
    widget = Kind("example.com", "v1", "Widget", "widgets", custom=True)
    size = {"type": "integer", "minimum": 1}
    color = {"type": "string", "enum": ["red", "blue"], "default": "red"}
    inner = {"type": "object", "required": ["size"], "properties": {"size": size, "color": color}}
    schema.register_custom(widget, {"type": "object", "properties": {"spec": inner}})
    assert cluster.create(widget, spec={"size": 2})["spec"] == {"size": 2, "color": "red"}
    error = refused(cluster, widget, metadata={"name": "y"}, spec={"size": "big", "color": "green"})
    assert (
        'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"' in error.message
    )
    assert 'spec.color: Unsupported value: "green": supported values: "red", "blue"' in error.message
    assert "spec.size: Required value" in refused(cluster, widget, metadata={"name": "y"}, spec={}).message
    error = refused(cluster, widget, metadata={"name": "y"}, spec={"size": 0})
    assert "spec.size in body should be greater than or equal to 1" in error.message
    schema.unregister(widget)
