"""Opens a cluster: finds it, logs in, and proves that it answers before anything is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec
from kubernetes_asyncio.client.configuration import Configuration
from kubernetes_asyncio.client.rest import RESTClientObject
from kubernetes_asyncio.config.config_exception import ConfigException
from kubernetes_asyncio.config.kube_config import KUBE_CONFIG_DEFAULT_LOCATION

from midwatch.domain.evidence import EvidenceState
from midwatch.errors import SourceUnusable
from midwatch.sources.kubernetes.answer import CannotRead, explain
from midwatch.sources.kubernetes.kubeconfig import choose, existing
from midwatch.sources.kubernetes.login import Login, load, load_in_cluster
from midwatch.sources.kubernetes.source import BYTE_BUDGET, KubernetesSource
from midwatch.sources.kubernetes.transport import Reader, Rest, Transport

_SMALL = 1024 * 1024


async def open_kubernetes(
    context: str | None = None,
    kubeconfig: Path | None = None,
    *,
    timeout: float = 20,  # noqa: ASYNC109 (of each request, not of this call)
    page_size: int = 500,
    concurrency: int = 8,
    byte_budget: int = BYTE_BUDGET,
) -> KubernetesSource:
    """The cluster of a kubeconfig context, or the one around this pod when there is no kubeconfig.

    `timeout` is for one request, in seconds; `page_size` for one page of a LIST; `byte_budget` for all pages of
    one LIST. Raises `SourceUnusable` when the cluster cannot be reached or does not accept the credentials.
    """
    found = await connect(context, kubeconfig, timeout=timeout, concurrency=concurrency)
    return KubernetesSource(found.name, found.transport, page_size=page_size, byte_budget=byte_budget)


@dataclass(frozen=True)
class Connection:
    """An open way to a cluster: what it is called, the credentials, and the transport that reads."""

    name: str
    login: Login
    rest: Rest
    transport: Transport

    async def close(self) -> None:
        """Close the connections."""
        await self.transport.close()


async def connect(
    context: str | None,
    kubeconfig: Path | None,
    *,
    timeout: float,  # noqa: ASYNC109 (of each request, not of this call)
    concurrency: int,
) -> Connection:
    """Log in to a cluster, and prove that it answers. Raises `SourceUnusable`."""
    login, name = await _login(context, kubeconfig)
    try:
        rest = cast("Rest", RESTClientObject(login.configuration))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or getattr(error, "reason", None) or type(error).__name__
        raise SourceUnusable(
            f"the certificates for {name} cannot be used ({why}): correct certificate-authority,"
            " client-certificate and client-key in the kubeconfig"
        ) from error
    transport = Transport(rest, login, timeout=timeout, concurrency=concurrency)
    try:
        await _prove(transport, name)
    except SourceUnusable:
        await transport.close()
        raise
    return Connection(name, login, rest, transport)


async def _login(context: str | None, kubeconfig: Path | None) -> tuple[Login, str]:
    configuration = Configuration()
    files = existing(kubeconfig or KUBE_CONFIG_DEFAULT_LOCATION)
    if files:
        chosen = choose(files, context)
        await load(configuration, chosen, files)
        return Login(configuration, chosen, files), f"kubernetes:{chosen.context}"
    if kubeconfig is not None:
        raise SourceUnusable(f"no kubeconfig at {kubeconfig}: give the path of one that exists")
    if context is not None:
        raise SourceUnusable(f"no kubeconfig at {KUBE_CONFIG_DEFAULT_LOCATION} to find context {context!r} in")
    try:
        load_in_cluster(configuration)
    except (ConfigException, OSError) as error:
        raise SourceUnusable(
            f"no kubeconfig at {KUBE_CONFIG_DEFAULT_LOCATION}, and not inside a cluster ({error}): give a"
            " kubeconfig, or a snapshot to read instead"
        ) from error
    return Login(configuration, None, ()), "kubernetes:in-cluster"


async def _prove(transport: Transport, name: str) -> None:
    """Ask for the version. A refusal by RBAC is fine here; refused credentials are not."""
    try:
        reply = await Reader(transport).get("/version", limit=_SMALL)
    except CannotRead as error:
        raise SourceUnusable(f"{name} cannot be read: {error.reason}; {_next(error)}") from error
    if reply.status == 401:
        raise SourceUnusable(f"{name} does not accept the credentials ({explain(reply)}): log in again")
    if reply.status in (403, 404):
        return
    try:
        msgspec.json.decode(reply.body, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise SourceUnusable(
            f"{transport.host} does not answer like a Kubernetes API server (HTTP {reply.status}): check the"
            f" server address of {name} and any proxy in between"
        ) from error
    if reply.status >= 400:
        raise SourceUnusable(f"{name} cannot be read now ({explain(reply)}): try again later")


def _next(error: CannotRead) -> str:
    if "TLS" in error.reason:
        return "check certificate-authority-data and the server address in the kubeconfig"
    if error.state is EvidenceState.DENIED:
        return "log in again"
    return "check that the cluster is up, and the network, VPN or proxy on the way to it"
