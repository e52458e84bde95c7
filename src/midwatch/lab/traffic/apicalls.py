"""Programs that use the Kubernetes API: each minute they ask, and log what is refused as client-go words it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from midwatch.lab.core.env import Env
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.traffic.stations import Stations
from midwatch.lab.world.programs import ApiUse, LogStyle
from midwatch.lab.world.style import format_line


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the API. `namespace` is empty for all namespaces."""

    verb: str
    resource: str
    group: str
    namespace: str


class ApiCalls:
    """Calls in the name of service accounts. `allowed` may be replaced when authorisation is there."""

    def __init__(self, env: Env, stations: Stations, allowed: Callable[[str, Asked], tuple[bool, str]]) -> None:
        self._env = env
        self._stations = stations
        self.allowed = allowed

    def call(self) -> None:
        """One round of calls of all programs that declare some."""
        for process in list(self._env.runtime.processes.values()):
            if process.program.api and process.phase is Phase.RUNNING:
                self._round(process)

    def _round(self, process: Process) -> None:
        blocked = False
        account = process.service_account or "default"
        user = f"system:serviceaccount:{process.namespace}:{account}"
        for each in process.program.api:
            asked = Asked(each.verb, each.resource, each.group, each.namespace or process.namespace)
            fine, message = self.allowed(user, asked)
            if not fine:
                self._log(process, each, message or refusal(user, asked))
                blocked = blocked or each.critical
        if blocked:
            process.notes["api"] = process.notes["unready"] = 1.0
        elif process.notes.pop("api", None):
            process.notes.pop("unready", None)

    def _log(self, process: Process, use: ApiUse, message: str) -> None:
        now, style = self._env.clock.now, process.program.style
        kind = f"*v1.{use.resource.rstrip('s').capitalize()}"
        if style is LogStyle.KLOG:
            text = f"Failed to watch {kind}: failed to {use.verb} {kind}: {message}"
            line = format_line(style, now, "error", "reflector", text)
        else:
            line = format_line(
                style, now, "error", process.program.name, f"failed to {use.verb} {use.resource}", error=message
            )
        self._env.runtime.log(process, now, line)


def refusal(user: str, asked: Asked) -> str:
    """The API server's words. Source: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go."""
    resource = f"{asked.resource}.{asked.group}" if asked.group else asked.resource
    scope = f'in the namespace "{asked.namespace}"' if asked.namespace else "at the cluster scope"
    return (
        f'{resource} is forbidden: User "{user}" cannot {asked.verb} resource "{asked.resource}" in API group '
        f'"{asked.group}" {scope}'
    )
