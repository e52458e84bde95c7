"""Credentials for one cluster: loaded by kubernetes_asyncio, renewed when the cluster refuses them."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

import aiohttp
import yaml
from kubernetes_asyncio.client.configuration import Configuration
from kubernetes_asyncio.config.config_exception import ConfigException
from kubernetes_asyncio.config.incluster_config import (
    load_incluster_config,  # pyright: ignore[reportUnknownVariableType]
)
from kubernetes_asyncio.config.kube_config import (
    load_kube_config,  # pyright: ignore[reportUnknownVariableType]
)

from midwatch.domain.evidence import EvidenceState
from midwatch.errors import SourceUnusable
from midwatch.sources.kubernetes.answer import CannotRead
from midwatch.sources.kubernetes.kubeconfig import Chosen

_PLUGIN_SECONDS = 60
# Long opaque words, but not file paths; and whatever follows a telling name.
_OPAQUE = re.compile(r"(?<![\w/.~-])(?!/)[A-Za-z0-9+/_.=-]{32,}|(?i:token|password|secret)\S*\s*[=:]\s*\S+")
_LOAD_ERRORS = (
    ConfigException,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    AssertionError,
    RuntimeError,
    yaml.YAMLError,
    aiohttp.ClientError,
)


class _Keys(Protocol):
    host: str

    async def get_api_key_with_prefix(self, identifier: str) -> str | None: ...


class Login:
    """Address and credentials of one API server. `files` empty means in-cluster: the token file is read anew."""

    def __init__(self, configuration: Configuration, chosen: Chosen | None, files: Sequence[Path]) -> None:
        self.configuration = configuration
        self._chosen = chosen
        self._files = files

    @property
    def host(self) -> str:
        """Address of the API server."""
        return cast("_Keys", self.configuration).host

    async def header(self) -> str:
        """The value of the `Authorization` header, empty without one. Raises `CannotRead`."""
        try:
            return await cast("_Keys", self.configuration).get_api_key_with_prefix("BearerToken") or ""
        except (ConfigException, OSError) as error:
            raise CannotRead(EvidenceState.DENIED, f"the service account token cannot be read: {error}") from error

    async def renew(self) -> None:
        """Load the credentials again (an exec plugin's token expires). Raises `CannotRead`."""
        if self._chosen is None:
            return
        try:
            await load(self.configuration, self._chosen, self._files)
        except SourceUnusable as error:
            raise CannotRead(EvidenceState.DENIED, str(error)) from error


async def load(configuration: Configuration, chosen: Chosen, files: Sequence[Path]) -> None:
    """Fill in address and credentials of a context, running its exec plugin. Raises `SourceUnusable`."""
    # The loader logs failures of plugins, with what they wrote, before raising them.
    logging.getLogger("kubernetes_asyncio.config.kube_config").setLevel(logging.CRITICAL)
    try:
        async with asyncio.timeout(_PLUGIN_SECONDS):
            # Never written back: reading a cluster must not change the user's files.
            await load_kube_config(
                config_file=os.pathsep.join(str(file) for file in files),
                context=chosen.context,
                client_configuration=configuration,
                persist_config=False,
            )
    except _LOAD_ERRORS as error:
        raise SourceUnusable(_explained(error, chosen)) from error


def load_in_cluster(configuration: Configuration) -> None:
    """Fill in address and credentials of the pod's service account. Raises `ConfigException` outside a pod."""
    load_incluster_config(client_configuration=configuration)


def _explained(error: BaseException, chosen: Chosen) -> str:
    here = f"credentials of context {chosen.context!r} cannot be loaded"
    plugin = f"its exec plugin {chosen.plugin!r}"
    if isinstance(error, TimeoutError):
        return f"{here}: {plugin} did not finish within {_PLUGIN_SECONDS} s; run it by hand and log in"
    if chosen.plugin and isinstance(error, FileNotFoundError):
        return f"{here}: {plugin} is not installed or not in PATH; install it"
    if chosen.plugin:
        return f"{here}: {plugin} failed ({_said(error)}); run it by hand, or log in again"
    return f"{here} ({_said(error)}); correct the user in the kubeconfig, or log in to the cluster again"


def _said(error: BaseException) -> str:
    """What went wrong, in one line, with everything blanked that could be a credential."""
    if isinstance(error, ConfigException):
        text = str(error)
    elif isinstance(error, OSError):
        text = error.strerror or type(error).__name__
    else:
        text = type(error).__name__
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return _OPAQUE.sub("***", " ".join([*lines[:1], *lines[1:][-1:]]))[:300] or type(error).__name__
