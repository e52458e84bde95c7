"""Bodies in protocol buffers, as Go clients of 1.33 and later send them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.lab.api.protobuf import Undecodable, object_in
from tests.lab.api.conftest import Api


def field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value & (1 << 64) - 1)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    found = b""
    while value >= 0x80:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])


def envelope(version: str, kind: str, raw: bytes) -> bytes:
    head = field(1, version.encode()) + field(2, kind.encode())
    return b"k8s\0" + field(1, head) + field(2, raw) + field(3, b"") + field(4, b"")


def test_an_object_is_read_without_its_zero_values() -> None:
    head = field(1, b"settings") + field(2, b"") + field(8, b"") + field(11, field(1, b"x") + field(2, b"y"))
    data = field(1, b"a") + field(2, b"1")
    body = envelope("v1", "ConfigMap", field(1, head) + field(2, data))
    found = {"name": "settings", "labels": {"x": "y"}}
    assert object_in(body) == {"kind": "ConfigMap", "apiVersion": "v1", "metadata": found, "data": {"a": "1"}}


def test_zeros_that_mean_something_and_negative_numbers_stay() -> None:
    spec = field(1, 0) + field(5, 0)
    found = object_in(envelope("apps/v1", "Deployment", field(2, spec)))
    assert found["spec"] == {"replicas": 0}
    priority = object_in(envelope("scheduling.k8s.io/v1", "PriorityClass", field(2, -5)))
    assert priority["value"] == -5


def test_quantities_and_values_of_two_types_are_read() -> None:
    limits = field(1, b"cpu") + field(2, field(1, b"500m"))
    quota = object_in(envelope("v1", "ResourceQuota", field(2, field(1, limits))))
    assert quota["spec"]["hard"] == {"cpu": "500m"}
    share, number = field(1, 1) + field(2, 0) + field(3, b"50%"), field(1, 0) + field(2, 2) + field(3, b"")
    budget = object_in(envelope("policy/v1", "PodDisruptionBudget", field(2, field(1, share) + field(3, number))))
    assert budget["spec"] == {"minAvailable": "50%", "maxUnavailable": 2}


def test_where_a_pod_takes_its_settings_from_is_read() -> None:
    """`kubectl create job --from=cronjob/...` sends a whole template in this form."""
    reference = field(1, field(1, b"credentials")) + field(2, b"password") + field(3, 0)
    variable = field(1, b"PASSWORD") + field(3, field(4, reference))
    probe = field(1, field(2, field(1, b"/ready") + field(2, field(1, 0) + field(2, 80)))) + field(4, 5)
    container = field(1, b"app") + field(7, variable) + field(11, probe)
    container += field(19, field(2, field(1, field(1, b"settings"))))
    volume = field(1, b"flags") + field(2, field(19, field(1, field(1, b"flags"))))
    pod = object_in(envelope("v1", "Pod", field(2, field(1, volume) + field(2, container) + field(21, 0))))
    key = {"name": "credentials", "key": "password", "optional": False}
    assert pod["spec"] == {
        "automountServiceAccountToken": False,
        "volumes": [{"name": "flags", "configMap": {"name": "flags"}}],
        "containers": [
            {
                "name": "app",
                "env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": key}}],
                "envFrom": [{"configMapRef": {"name": "settings"}}],
                "readinessProbe": {"httpGet": {"path": "/ready", "port": 80}, "periodSeconds": 5},
            }
        ],
    }


@given(st.binary(max_size=60))
def test_rubbish_is_refused_and_never_breaks_the_reader(data: bytes) -> None:
    for body in (data, b"k8s\0" + data, envelope("v1", "ConfigMap", data)):
        try:
            object_in(body)
        except Undecodable:
            continue


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(Undecodable, match='no messages of kind "Widget"'):
        object_in(envelope("v1", "Widget", b""))


async def test_the_server_takes_such_bodies(api: Api) -> None:
    body = envelope("v1", "ConfigMap", field(1, field(1, b"settings")))
    path, media = "/api/v1/namespaces/shop/configmaps", "application/vnd.kubernetes.protobuf"
    made = await api.ask("POST", path, body, media=media, accept=f"{media},application/json")
    assert (made.code, made.json["metadata"]["name"]) == (201, "settings")
    assert (await api.ask("POST", path, b"nonsense", media=media)).code == 400
