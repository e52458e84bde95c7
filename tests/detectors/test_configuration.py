"""ConfigMaps, Secrets and keys that are not there."""

from __future__ import annotations

import pytest

from midwatch.detectors import configuration
from midwatch.detectors.configuration._config_messages import Missing, missing_in
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from tests.builders import causes_of, inventory_of

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop}
spec:
  nodeName: n1
  containers:
  - name: app
    image: web:v1
    env: [{name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: mode}}}]
    envFrom: [{secretRef: {name: credentials}}]
status:
  phase: Pending
  containerStatuses:
  - {name: app, state: {waiting: {reason: CreateContainerConfigError}}}
"""
SETTINGS = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {mode: fast}}"
CREDENTIALS = (
    "{apiVersion: v1, kind: Secret, metadata: {name: credentials, namespace: shop}, type: Opaque, keys: [user]}"
)
MOUNT = """
apiVersion: v1
kind: Event
metadata: {name: e1, namespace: shop}
involvedObject: {kind: Pod, namespace: shop, name: web-1}
reason: FailedMount
message: 'MountVolume.SetUp failed for volume "conf" : configmap "files" not found'
"""


def findings(inventory: Inventory) -> list[Finding]:
    return [each for detector in configuration.DETECTORS for each in detector(inventory)]


@pytest.mark.parametrize(
    ("message", "missing"),
    [
        ('Error: secret "db" not found', Missing("Secret", "db")),
        ('configmap "settings" not found', Missing("ConfigMap", "settings")),
        ("couldn't find key mode in ConfigMap shop/settings", Missing("ConfigMap", "settings", "mode")),
        ("couldn't find key user in Secret shop/db", Missing("Secret", "db", "user")),
        (
            'for volume "conf" : references non-existent config key: a.yaml',
            Missing("ConfigMap", "", "a.yaml", "conf"),
        ),
        (
            'for volume "tls" : references non-existent secret key: tls.crt',
            Missing("Secret", "", "tls.crt", "tls"),
        ),
    ],
)
def test_the_kubelet_says_what_is_missing(message: str, missing: Missing) -> None:
    assert list(missing_in(message)) == [missing]


def test_a_projected_volume_may_lack_several() -> None:
    assert len(list(missing_in('[configmap "a" not found, secret "b" not found]'))) == 2


def test_missing_objects_are_found_in_the_specs_alone() -> None:
    found = findings(inventory_of(POD))
    assert causes_of(found) == {"configmap-missing", "secret-missing"}
    assert all(each.severity is Severity.ERROR and each.status is Status.ACTIVE for each in found)


def test_nothing_is_missing_when_it_is_there() -> None:
    assert findings(inventory_of(POD, SETTINGS, CREDENTIALS)) == []


def test_what_was_not_listed_is_not_called_missing() -> None:
    assert findings(inventory_of(POD, denied=["Secret", "ConfigMap"])) == []


def test_a_missing_key_is_named() -> None:
    found = findings(inventory_of(POD, SETTINGS.replace("mode:", "speed:"), CREDENTIALS))
    assert causes_of(found) == {"configmap-key-missing"}
    assert "'mode'" in found[0].message.en


def test_a_config_map_shown_without_its_data_has_unknown_keys() -> None:
    assert findings(inventory_of(POD, SETTINGS.replace("data: {mode: fast}", "data: {}"), CREDENTIALS)) == []


def test_the_message_of_the_kubelet_is_believed_over_missing_data() -> None:
    told = POD.replace(
        "{reason: Create", '{message: "couldn\'t find key mode in ConfigMap shop/settings", reason: Create'
    )
    found = findings(inventory_of(told, SETTINGS.replace("data: {mode: fast}", "data: {}"), CREDENTIALS))
    assert causes_of(found) == {"configmap-key-missing"}
    assert found[0].claims[0].strength > 0.9


def test_optional_references_may_be_missing() -> None:
    optional = POD.replace("key: mode}", "key: mode, optional: true}").replace(
        "name: credentials}", "name: credentials, optional: true}"
    )
    assert findings(inventory_of(optional)) == []


def test_a_failed_mount_names_the_config_map() -> None:
    creating = POD.replace("CreateContainerConfigError", "ContainerCreating")
    found = findings(inventory_of(creating, SETTINGS, CREDENTIALS, MOUNT))
    assert causes_of(found) == {"configmap-missing"}


def test_an_old_message_about_what_exists_now_is_silent() -> None:
    files = SETTINGS.replace("settings", "files")
    creating = POD.replace("CreateContainerConfigError", "ContainerCreating")
    assert findings(inventory_of(creating, SETTINGS, CREDENTIALS, files, MOUNT)) == []


def test_a_template_without_pods_waits_as_latent() -> None:
    deployment = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 0
  template:
    spec:
      containers: [{name: app}]
      volumes:
      - {name: v, projected: {sources: [{secret: {name: gone}}]}}
"""
    found = findings(inventory_of(deployment))
    assert [(each.status, each.severity) for each in found] == [(Status.LATENT, Severity.WARNING)]
    assert found[0].claims[0].strength <= 0.5


def test_a_running_pod_whose_secret_is_gone_is_latent() -> None:
    running = POD.replace(
        "state: {waiting: {reason: CreateContainerConfigError}}", "ready: true, state: {running: {}}"
    )
    assert {each.status for each in findings(inventory_of(running, SETTINGS))} == {Status.LATENT}


def test_an_undefined_reference_between_variables_is_found() -> None:
    pod = POD.replace("env: [", 'env: [{name: URL, value: "http://$(HOST):80"}, {name: HOST, value: a}, ')
    found = findings(inventory_of(pod, SETTINGS, CREDENTIALS))
    assert causes_of(found) == set()  # keys of envFrom are not all known
    without = pod.replace("envFrom: [{secretRef: {name: credentials}}]", "envFrom: []")
    assert causes_of(findings(inventory_of(without, SETTINGS))) == {"environment-invalid"}


def test_variables_in_the_right_order_are_fine() -> None:
    pod = POD.replace(
        "env: [", 'env: [{name: HOST, value: a}, {name: URL, value: "http://$(HOST):$(DB_SERVICE_PORT)"}, '
    )
    without = pod.replace("envFrom: [{secretRef: {name: credentials}}]", "envFrom: []")
    assert findings(inventory_of(without, SETTINGS)) == []
