"""What is wrong with an object, and warnings about what is merely old.

Source: kubernetes/pkg/apis/*/validation, kubernetes/pkg/api/{pod,service,persistentvolume}/warnings.go,
k8s.io/apimachinery/pkg/util/validation/field/errors.go, k8s.io/apiserver/pkg/endpoints/handlers/create.go.
"""

from __future__ import annotations

from typing import Any

from tests.conformance.scenarios.objects import config
from tests.conformance.scenarios.patches import DEPLOYMENT
from tests.conformance.scenarios.subresources import lonely_pod
from tests.conformance.talk import Talk, loaded


def broken_bodies(talk: Talk) -> None:
    """What is no object, or another one."""
    path = f"{talk.space}/configmaps"
    talk.ask("nothing", "POST", path, b"", code=400)
    talk.ask("no JSON", "POST", path, b"{", code=400)
    other = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "one"}}
    talk.ask("another kind", "POST", path, other, code=400)
    wrong = {"apiVersion": "apps/v1", "kind": "ConfigMap", "metadata": {"name": "one"}}
    talk.ask("another version", "POST", path, wrong, code=400)
    talk.ask("another type", "POST", path, config("one", data={"key": 1}), code=400)


def field_validation(talk: Talk) -> None:
    """Unknown and doubled fields: refused, warned about, or passed over."""
    path, body = f"{talk.space}/configmaps", b'{"metadata":{"name":"one"},"foo":1,"data":{"a":"1","a":"2"}}'
    strict = talk.ask("strict", "POST", f"{path}?fieldValidation=Strict", body, code=400)
    assert strict["message"].startswith(
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: '
    )
    assert 'unknown field "foo"' in strict["message"]
    talk.ask("warn", "POST", f"{path}?fieldValidation=Warn", body, code=201)
    assert 'unknown field \\"foo\\"' in talk.heard[-1].said["warning"]
    talk.ask("ignore", "POST", f"{path}?fieldValidation=Ignore", body.replace(b"one", b"two"), code=201)
    assert "warning" not in talk.heard[-1].said
    talk.ask("some other way", "POST", f"{path}?fieldValidation=Some", body, code=422)


def invalid_workloads(talk: Talk) -> None:
    """Fields that are missing or wrong, one or several."""
    deployments = f"{talk.group('apps/v1')}/deployments"
    body = loaded(DEPLOYMENT, talk)
    body["spec"]["selector"]["matchLabels"] = {"app": "other"}
    talk.refused(
        "a selector that matches nothing", "POST", deployments, body, code=422, reason="Invalid",
        message='Deployment.apps "web" is invalid: spec.template.metadata.labels: Invalid value: {"app":"web"}: '
        "`selector` does not match template `labels`",
    )  # fmt: skip
    twice: list[dict[str, Any]] = [{"name": "app", "image": "a:1"}, {"name": "app", "image": "a:1"}]
    talk.refused(
        "two containers of a name", "POST", f"{talk.space}/pods", lonely_pod("one", containers=twice), code=422,
        reason="Invalid",
        message='Pod "one" is invalid: spec.containers[1].name: Duplicate value: "app"',
    )  # fmt: skip
    talk.ask("no containers", "POST", f"{talk.space}/pods", lonely_pod("one", containers=[]), code=422)
    mount = {"name": "app", "image": "a:1", "volumeMounts": [{"name": "none", "mountPath": "/a"}]}
    talk.refused(
        "a volume that is not there", "POST", f"{talk.space}/pods", lonely_pod("one", containers=[mount]),
        code=422, reason="Invalid",
        message='Pod "one" is invalid: spec.containers[0].volumeMounts[0].name: Not found: "none"',
    )  # fmt: skip
    over = {"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}
    sized = lonely_pod("one", containers=[{"name": "app", "image": "a:1", "resources": over}])
    talk.refused(
        "more than its limit", "POST", f"{talk.space}/pods", sized, code=422, reason="Invalid",
        message='Pod "one" is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less '
        "than or equal to cpu limit of 1",
    )  # fmt: skip
    service = {"metadata": {"name": "Web"}, "spec": {"ports": [{"port": 0}]}}
    talk.ask("a Service with two errors", "POST", f"{talk.space}/services", service, code=422)
    job = {"template": {"spec": {"containers": [{"name": "a", "image": "a:1"}], "restartPolicy": "Always"}}}
    talk.ask(
        "a Job that always restarts", "POST", f"{talk.group('batch/v1')}/jobs",
        {"metadata": {"name": "j"}, "spec": job}, code=422,
    )  # fmt: skip
    cron = {"schedule": "every day", "jobTemplate": {"spec": job}}
    talk.ask(
        "a schedule that is none", "POST", f"{talk.group('batch/v1')}/cronjobs",
        {"metadata": {"name": "c"}, "spec": cron}, code=422,
    )  # fmt: skip


def pod_updates(talk: Talk) -> None:
    """Of a pod only its images and little else may change."""
    path = f"{talk.space}/pods"
    made = talk.ask("create", "POST", path, lonely_pod("one"), code=201)
    changed = {**made, "spec": {**made["spec"], "hostNetwork": True}}
    refused = talk.ask("its network", "PUT", f"{path}/one", changed, code=422)
    assert "pod updates may not change fields other than" in refused["message"]
    container = {**made["spec"]["containers"][0], "image": "registry.example/app:2"}
    talk.ask("its image", "PUT", f"{path}/one", {**made, "spec": {**made["spec"], "containers": [container]}})
    talk.ask("delete", "DELETE", f"{path}/one?gracePeriodSeconds=0")


def warnings(talk: Talk) -> None:
    """What works, but should not be used any more."""
    doubled = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    body = lonely_pod("one", containers=[{"name": "app", "image": "a:1", "env": doubled}])
    talk.ask("a variable set twice", "POST", f"{talk.space}/pods", body, code=201)
    assert talk.heard[-1].said["warning"] == (
        '299 - "spec.containers[0].env[1]: hides previous definition of \\"A\\", which may be dropped when using '
        'apply"'
    )
    noted = lonely_pod("two")
    noted["metadata"]["annotations"] = {"scheduler.alpha.kubernetes.io/critical-pod": ""}
    talk.ask("an annotation of old", "POST", f"{talk.space}/pods", noted, code=201)
    selected = lonely_pod("three", nodeSelector={"beta.kubernetes.io/arch": "amd64"})
    talk.ask("a label of old", "POST", f"{talk.space}/pods", selected, code=201)
    talk.ask("Endpoints", "GET", f"{talk.space}/endpoints")


SCENARIOS = (broken_bodies, field_validation, invalid_workloads, pod_updates, warnings)
