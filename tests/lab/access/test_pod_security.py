"""Pod Security Standards: refusals, warnings, and the labels that ask for them."""

from __future__ import annotations

import pytest

from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import DEPLOYMENT, NAMESPACE
from midwatch.lab.core.objects import Obj, with_meta
from midwatch.lab.core.registry import ADMIN, Request
from tests.lab.access.lab import new_lab, pod

GOOD: Obj = {
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
}


def test_a_plain_pod_is_refused_by_restricted_as_kubernetes_words_it() -> None:
    message = new_lab(enforce="restricted").refused(pod()).message
    assert message == (
        'pods "app" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false '
        '(container "app" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities '
        '(container "app" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or '
        'container "app" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "app" must '
        'set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
    )


def test_a_careful_pod_passes_restricted_and_a_plain_one_baseline() -> None:
    new_lab(enforce="restricted").create(pod(container=GOOD))
    new_lab(enforce="baseline").create(pod())
    new_lab().create(pod(hostNetwork=True))


@pytest.mark.parametrize(
    ("body", "container", "text"),
    [
        ({"hostNetwork": True, "hostPID": True}, {}, "host namespaces (hostNetwork=true, hostPID=true)"),
        (
            {"volumes": [{"name": "logs", "hostPath": {"path": "/var/log"}}]},
            {},
            'hostPath volumes (volume "logs")',
        ),
        (
            {},
            {"securityContext": {"privileged": True}},
            'privileged (container "app" must not set securityContext.privileged=true)',
        ),
        ({}, {"ports": [{"containerPort": 80, "hostPort": 80}]}, 'hostPort (container "app" uses hostPort 80)'),
        (
            {},
            {"securityContext": {"capabilities": {"add": ["NET_ADMIN", "SYS_TIME"]}}},
            (
                'non-default capabilities (container "app" must not include "NET_ADMIN", "SYS_TIME" in '
                "securityContext.capabilities.add)"
            ),
        ),
        (
            {"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
            {},
            'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
        ),
        (
            {"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}},
            {},
            "forbidden sysctls (kernel.msgmax)",
        ),
    ],
)
def test_baseline_refuses_what_reaches_into_the_node(body: Obj, container: Obj, text: str) -> None:
    found = new_lab(enforce="baseline").refused(pod(container=container, **body)).message
    assert found == f'pods "app" is forbidden: violates PodSecurity "baseline:latest": {text}'


def test_restricted_replaces_what_it_sharpens() -> None:
    lab = new_lab(enforce="restricted", enforce_version="v1.30")
    volumes = [{"name": "logs", "hostPath": {"path": "/var/log"}}]
    message = lab.refused(pod(container=GOOD, volumes=volumes)).message
    assert message.endswith(
        'violates PodSecurity "restricted:v1.30": restricted volume types (volume "logs" uses restricted '
        'volume type "hostPath")'
    )


def test_warnings_are_for_pods_that_pass_and_for_workloads() -> None:
    lab = new_lab(warn="restricted")
    made = lab.create(pod())
    request = Request("CREATE", lab.kind(made), "shop", "app", made, None, ADMIN)
    warning = lab.access.warnings(request)[0]
    assert warning.startswith('would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false (')
    deployment = {"spec": {"template": {"spec": pod(container=GOOD)["spec"]}}}
    assert lab.access.warnings(Request("CREATE", DEPLOYMENT, "shop", "app", deployment, None, ADMIN)) == []


def test_a_stricter_level_warns_about_the_pods_that_exist() -> None:
    lab = new_lab()
    for name in "ab":
        lab.create(pod(name, hostNetwork=True))
    old = lab.env.store.demand(NAMESPACE, "", "shop")
    new = with_meta(old, labels={"pod-security.kubernetes.io/enforce": "baseline"})
    assert lab.access.warnings(Request("UPDATE", NAMESPACE, "", "shop", new, old, ADMIN)) == [
        'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest"',
        "a (and 1 other pod): host namespaces",
    ]


def test_a_level_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ApiError) as caught:
        new_lab(enforce="strict")
    assert caught.value.message == (
        'Namespace "shop" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: '
        '"strict": must be one of privileged, baseline, restricted'
    )
