"""One served lab, and one real API server if there is one, for all scenarios."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.client import Client, client_of
from tests.conformance.servers import real_server, served_lab


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with served_lab(tmp_path_factory.mktemp("lab")) as kubeconfig:
        yield client_of(kubeconfig)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client | None]:
    with real_server(tmp_path_factory.mktemp("real")) as found:
        yield found
