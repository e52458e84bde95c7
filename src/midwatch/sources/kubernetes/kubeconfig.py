"""Reads kubeconfig files far enough to say in one sentence what is wrong with them; never repeats their values."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from midwatch.errors import SourceUnusable
from midwatch.sources.yaml_json import BadYaml, load_yaml

_LARGEST = 16 * 1024 * 1024


class _Target(msgspec.Struct):
    cluster: str = ""
    user: str = ""


class _Context(msgspec.Struct):
    name: str
    context: _Target = msgspec.field(default_factory=_Target)


class _Server(msgspec.Struct):
    server: str = ""


class _Cluster(msgspec.Struct):
    name: str
    cluster: _Server = msgspec.field(default_factory=_Server)


class _Exec(msgspec.Struct):
    command: str = ""


class _Credentials(msgspec.Struct):
    exec: _Exec | None = None


class _User(msgspec.Struct):
    name: str
    user: _Credentials | None = None


class KubeConfig(msgspec.Struct, rename="kebab"):
    """The parts of a kubeconfig (or of several, merged: the first that names a thing wins)."""

    current_context: str | None = None
    contexts: list[_Context] | None = None
    clusters: list[_Cluster] | None = None
    users: list[_User] | None = None


class Chosen(msgspec.Struct, frozen=True):
    """The context to use. `plugin` is the command of its exec plugin, if it has one."""

    context: str
    server: str
    plugin: str = ""


def choose(files: Sequence[Path], context: str | None) -> Chosen:
    """The context asked for (or the current one), checked. Raises `SourceUnusable`."""
    where = ", ".join(str(file) for file in files)
    config = _merged([_read(file) for file in files])
    known = [each.name for each in config.contexts or []]
    wanted = context or config.current_context
    if not wanted:
        raise SourceUnusable(f"kubeconfig {where} has no current context: choose one of {_names(known)}")
    found = next((each for each in config.contexts or [] if each.name == wanted), None)
    if found is None:
        raise SourceUnusable(f"kubeconfig {where} has no context {wanted!r}: choose one of {_names(known)}")
    return _checked(found, config, where)


def existing(kubeconfig: Path | str) -> list[Path]:
    """Those files of a kubeconfig setting (several, separated as in `PATH`) that exist."""
    parts = [Path(part).expanduser() for part in str(kubeconfig).split(os.pathsep) if part]
    return [part for part in parts if part.exists()]


def _checked(found: _Context, config: KubeConfig, where: str) -> Chosen:
    here = f"kubeconfig {where}: context {found.name!r}"
    cluster = next((each for each in config.clusters or [] if each.name == found.context.cluster), None)
    if cluster is None:
        raise SourceUnusable(f"{here} names the cluster {found.context.cluster!r}, which is not defined: add it")
    server = cluster.cluster.server
    if not server.startswith(("https://", "http://")):
        raise SourceUnusable(
            f"{here}: the server of cluster {cluster.name!r} must be an http(s) address: correct it"
        )
    user = next((each for each in config.users or [] if each.name == found.context.user), None)
    if user is None and (found.context.user or server.startswith("https://")):
        missing = (
            f"names the user {found.context.user!r}, which is not defined" if found.context.user else "has no user"
        )
        raise SourceUnusable(f"{here} {missing}: add credentials, or log in to the cluster again")
    plugin = user.user.exec if user and user.user else None
    return Chosen(found.name, server, plugin.command if plugin else "")


def _read(file: Path) -> KubeConfig:
    try:
        if file.stat().st_size > _LARGEST:
            raise SourceUnusable(f"kubeconfig {file} is larger than 16 MiB: give the path of a kubeconfig")
        documents = load_yaml(file.read_bytes())
    except OSError as error:
        raise SourceUnusable(f"cannot read kubeconfig {file}: {error.strerror}") from error
    except BadYaml as error:
        raise SourceUnusable(f"kubeconfig {file} is not valid YAML ({error}): correct or replace it") from error
    try:
        return msgspec.convert(documents[0] if documents else None, KubeConfig, strict=False)
    except (msgspec.ValidationError, TypeError) as error:
        raise SourceUnusable(f"{file} is not a kubeconfig ({error}): correct or replace it") from error


def _merged(configs: Sequence[KubeConfig]) -> KubeConfig:
    return KubeConfig(
        next((each.current_context for each in configs if each.current_context), None),
        [context for each in configs for context in each.contexts or []],
        [cluster for each in configs for cluster in each.clusters or []],
        [user for each in configs for user in each.users or []],
    )


def _names(names: Sequence[str]) -> str:
    return ", ".join(sorted(names)) or "(it defines none)"
