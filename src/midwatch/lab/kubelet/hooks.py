"""Hooks after the start and before the stop of a container.

Source: kubernetes/pkg/kubelet/lifecycle/handlers.go.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from itertools import pairwise

from midwatch.lab.core.objects import Obj
from midwatch.lab.kubelet.commands import EXEC, is_known
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.podspec import full_name
from midwatch.lab.kubelet.probing import resolve_port, web_answer
from midwatch.lab.kubelet.state import Slot, Tenant
from midwatch.lab.world.images import Build


def run_hook(host: Host, tenant: Tenant, slot: Slot, hook: Obj, build: Build) -> Generator[float, None, str]:
    """Run it; returns why it failed, empty when it went well."""
    if "sleep" in hook:
        yield float(hook["sleep"].get("seconds") or 0)
        return ""
    if "exec" in hook:
        return (yield from _execute(tenant, slot, hook["exec"].get("command") or [], build))
    if "httpGet" in hook:
        yield 0.1
        return _web(host, tenant, slot, hook["httpGet"])
    return ""


def _execute(tenant: Tenant, slot: Slot, command: list[str], build: Build) -> Generator[float, None, str]:
    yield 0.1 + _slept(command)
    if not command or is_known(command[0], build):
        return ""
    text = " ".join(command)
    why = f'{EXEC}exec: "{command[0]}": executable file not found in $PATH: unknown'
    return (
        f'Exec lifecycle hook ([{text}]) for Container "{slot.name}" in Pod "{full_name(tenant.obj)}" failed - '
        f'error: {why}, message: ""'
    )


def _slept(command: list[str]) -> float:
    """How long `sleep 10`, alone or in a shell, takes."""
    words = " ".join(command).replace(";", " ").replace("&&", " ").split()
    total = 0.0
    for word, following in pairwise(words):
        if word.rpartition("/")[2] == "sleep":
            with suppress(ValueError):
                total += float(following.rstrip("s"))
    return total


def _web(host: Host, tenant: Tenant, slot: Slot, check: Obj) -> str:
    answer = web_answer(host, tenant, check, resolve_port(slot.spec, check.get("port")), 1.0)
    return answer.message if answer.failed else ""
