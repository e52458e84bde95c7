"""Quotas, limit ranges and pod security.

Source: k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go,
kubernetes/plugin/pkg/admission/{limitranger,priority,serviceaccount}, k8s.io/pod-security-admission.
"""

from __future__ import annotations

from typing import Any

from tests.conformance.scenarios.subresources import lonely_pod
from tests.conformance.talk import MERGE, Talk


def _sized(name: str, cpu: str) -> dict[str, Any]:
    sized = {"name": "app", "image": "registry.example/app:1", "resources": {"requests": {"cpu": cpu}}}
    return lonely_pod(name, containers=[sized])


def quotas(talk: Talk) -> None:
    """A quota demands requests, counts them, and refuses what goes beyond."""
    path, hard = f"{talk.space}/resourcequotas", {"requests.cpu": "1", "pods": "2"}
    talk.ask("create", "POST", path, {"metadata": {"name": "small"}, "spec": {"hard": hard}}, code=201)
    used = {"status": {"hard": hard, "used": {"requests.cpu": "0", "pods": "0"}}}
    talk.quiet("PATCH", f"{path}/small/status", used, media=MERGE)
    pods = f"{talk.space}/pods"
    talk.refused(
        "no request", "POST", pods, lonely_pod("none"), code=403, reason="Forbidden",
        message='pods "none" is forbidden: failed quota: small: must specify requests.cpu for: app',
    )  # fmt: skip
    talk.ask("within it", "POST", pods, _sized("one", "600m"), code=201)
    talk.refused(
        "beyond it", "POST", pods, _sized("two", "600m"), code=403, reason="Forbidden",
        message='pods "two" is forbidden: exceeded quota: small, requested: requests.cpu=600m, used: '
        "requests.cpu=600m, limited: requests.cpu=1",
    )  # fmt: skip
    talk.ask("the rest of it", "POST", pods, _sized("three", "400m"), code=201)
    talk.refused(
        "nothing left", "POST", pods, _sized("four", "1m"), code=403, reason="Forbidden",
        message='pods "four" is forbidden: exceeded quota: small, requested: pods=1,requests.cpu=1m, used: '
        "pods=2,requests.cpu=1, limited: pods=2,requests.cpu=1",
    )  # fmt: skip


def limit_ranges(talk: Talk) -> None:
    """Defaults for containers that name no size, and bounds for those that do."""
    bounds = {
        "type": "Container",
        "default": {"cpu": "200m"},
        "defaultRequest": {"cpu": "100m"},
        "max": {"cpu": "1"},
    }
    path = f"{talk.space}/limitranges"
    talk.ask("create", "POST", path, {"metadata": {"name": "sizes"}, "spec": {"limits": [bounds]}}, code=201)
    found = talk.ask("by default", "POST", f"{talk.space}/pods", lonely_pod("one"), code=201)
    assert found["spec"]["containers"][0]["resources"] == {"limits": {"cpu": "200m"}, "requests": {"cpu": "100m"}}
    large = {"name": "app", "image": "a:1", "resources": {"limits": {"cpu": "2"}, "requests": {"cpu": "2"}}}
    talk.refused(
        "too large", "POST", f"{talk.space}/pods", lonely_pod("two", containers=[large]), code=403,
        reason="Forbidden",
        message='pods "two" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    )  # fmt: skip
    wrong = {"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}}
    talk.ask(
        "bounds that exclude each other", "POST", path, {"metadata": {"name": "no"}, "spec": {"limits": [wrong]}},
        code=422,
    )  # fmt: skip


def pod_security(talk: Talk) -> None:
    """A namespace that enforces a level refuses, and warns where it only warns."""
    labels = {"pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/warn": "restricted"}
    space = f"/api/v1/namespaces/{talk.namespace}"
    talk.ask("label the namespace", "PATCH", space, {"metadata": {"labels": labels}}, media=MERGE)
    talk.refused(
        "the host's network", "POST", f"{talk.space}/pods", lonely_pod("host", hostNetwork=True), code=403,
        reason="Forbidden",
        message='pods "host" is forbidden: violates PodSecurity "baseline:latest": host namespaces '
        "(hostNetwork=true)",
    )  # fmt: skip
    talk.ask("a warning", "POST", f"{talk.space}/pods", lonely_pod("plain"), code=201)
    assert "would violate PodSecurity" in talk.heard[-1].said["warning"]


def references(talk: Talk) -> None:
    """A pod that names what is not there."""
    pods = f"{talk.space}/pods"
    talk.refused(
        "an account", "POST", pods, lonely_pod("one", serviceAccountName="none"), code=403, reason="Forbidden",
        message='pods "one" is forbidden: error looking up service account NS/none: serviceaccount "none" '
        "not found",
    )  # fmt: skip
    talk.refused(
        "a priority class", "POST", pods, lonely_pod("one", priorityClassName="none"), code=403,
        reason="Forbidden",
        message='pods "one" is forbidden: no PriorityClass with name none was found',
    )  # fmt: skip
    talk.refused(
        "a runtime class", "POST", pods, lonely_pod("one", runtimeClassName="none"), code=403, reason="Forbidden",
        message='pods "one" is forbidden: pod rejected: RuntimeClass "none" not found',
    )  # fmt: skip


SCENARIOS = (quotas, limit_ranges, pod_security, references)
