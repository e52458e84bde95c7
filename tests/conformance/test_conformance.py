"""The lab answers as Kubernetes does: by its sources, and by a real server where there is one."""

from __future__ import annotations

import pytest

from tests.conformance.client import Client
from tests.conformance.differences import differences
from tests.conformance.scenarios import ALL, WITH_CONTROLLERS, Scenario
from tests.conformance.servers import ABSENT
from tests.conformance.talk import Said, talking

_LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager"


def _heard(scenario: Scenario, client: Client) -> list[Said]:
    with talking(client) as talk:
        scenario(talk)
        return talk.heard


def _name(scenario: Scenario) -> str:
    return scenario.__name__


@pytest.mark.parametrize("scenario", ALL, ids=_name)
def test_the_lab_answers_what_kubernetes_answers(scenario: Scenario, lab: Client) -> None:
    assert _heard(scenario, lab)


@pytest.mark.parametrize("scenario", ALL, ids=_name)
def test_the_lab_and_a_real_server_answer_alike(scenario: Scenario, lab: Client, real: Client | None) -> None:
    if real is None:
        pytest.skip(ABSENT)
    if scenario in WITH_CONTROLLERS and real.ask("GET", _LEASE).code != 200:
        pytest.skip(
            "the real server runs without kube-controller-manager: point KUBECONFIG_REAL at a whole cluster"
        )
    found = differences(_heard(scenario, lab), _heard(scenario, real))
    assert found == [], "\n".join(map(str, found))
