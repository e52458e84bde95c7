"""Keeps what containers write, as a log shipper and Loki do: pods may go, their lines stay."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from midwatch.lab.core.env import Env
from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.core.runtime import Line, Process
from midwatch.lab.telemetry.matcher import Matcher

_OF_STREAM = 5000
_OF_ALL = 400_000
_APP = ("app.kubernetes.io/name", "app", "k8s-app", "name")


class Logs:
    """Lines by stream (a container of a pod), bounded: streams that were silent longest go first."""

    def __init__(self, env: Env) -> None:
        self._streams: dict[Labels, deque[Line]] = {}
        self._names: dict[tuple[str, str], Labels] = {}
        self._lines = 0
        self.enabled = True
        for process in env.runtime.processes.values():
            for line in env.runtime.lines(process.pod_uid, process.container) or ():
                self._take(process, line)
        env.runtime.on_line.append(self._take)

    def _take(self, process: Process, line: Line) -> None:
        if not self.enabled:
            return
        key = (process.pod_uid, process.container)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = _stream(process)
        stream = self._streams.pop(name, None)
        if stream is None:
            stream = deque[Line](maxlen=_OF_STREAM)
        self._streams[name] = stream
        self._lines += len(stream) < _OF_STREAM
        stream.append(line)
        while self._lines > _OF_ALL and len(self._streams) > 1:
            self._forget(next(iter(self._streams)))

    def _forget(self, name: Labels) -> None:
        self._lines -= len(self._streams.pop(name))
        for key in [key for key, known in self._names.items() if known == name]:
            del self._names[key]

    def streams(self, matchers: Sequence[Matcher]) -> Iterator[tuple[Labels, Sequence[Line]]]:
        """The streams that fulfil all conditions, with their lines, oldest first."""
        for name, lines in self._streams.items():
            known = dict(name)
            if all(each.matches(known.get(each.name, "")) for each in matchers):
                yield name, lines


def _stream(process: Process) -> Labels:
    """The labels that Promtail and Alloy give by default."""
    app = next((process.labels[each] for each in _APP if process.labels.get(each)), process.container)
    return labels(
        namespace=process.namespace,
        pod=process.pod,
        container=process.container,
        node_name=process.node,
        app=app,
        job=f"{process.namespace}/{app}",
        service_name=app,
    )
