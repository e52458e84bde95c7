"""A real Prometheus that scrapes a served lab, with the standard alerting rules, for as long as the lab runs.

Source: prometheus.io/docs/prometheus/latest/configuration. It stamps samples with the real time.
"""

from __future__ import annotations

import asyncio
import http.client
import shutil
import socket
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from midwatch.errors import UsageError
from midwatch.lab.telemetry.alerting.rule import Rule
from midwatch.lab.telemetry.alerting.standard import STANDARD

_HOST = "127.0.0.1"
_PATIENCE = 30.0
_PAUSE = 0.1
_GRACE = 10.0


@dataclass(frozen=True, slots=True)
class Prometheus:
    """One that runs: its URL, its process, and where it writes its log."""

    url: str
    process: Process
    log: Path

    async def ended(self) -> None:
        """Wait until it ends by itself, which it should not: raises `UsageError`."""
        code = await self.process.wait()
        raise UsageError(f"Prometheus ended with exit code {code}: {_last_line(self.log)} (all of it: {self.log})")


def program_of(name: str) -> str:
    """The path of a program. Raises `UsageError` when there is none."""
    found = shutil.which(name)
    if found is None:
        raise UsageError(
            f"there is no program {name!r} here: install Prometheus, or name its program with --prometheus PATH"
        )
    return found


@asynccontextmanager
async def scraped(program: str, telemetry: str, folder: Path) -> AsyncGenerator[Prometheus]:
    """Start it, wait until it is ready, stop it when the block ends. Its configuration is in the lab's folder.

    Raises `UsageError` when it does not start.
    """
    place = _configured(folder, telemetry)
    url = f"http://{_HOST}:{_free_port()}"
    with tempfile.TemporaryDirectory(prefix="midwatch-prometheus-") as data:
        process = await _started(program, place, url, data)
        try:
            found = Prometheus(url, process, place / "prometheus.log")
            await _ready(found)
            yield found
        finally:
            await _stopped(process)


def _configured(folder: Path, telemetry: str) -> Path:
    place = folder.absolute() / "prometheus"
    place.mkdir(exist_ok=True)
    (place / "rules.yml").write_bytes(_pretty(rules_file(STANDARD)))
    (place / "prometheus.yml").write_bytes(_pretty(configuration(telemetry)))
    return place


def configuration(telemetry: str) -> dict[str, object]:
    """Scrape the lab as one target; the labels of its series are those of the targets they stand for."""
    job = {
        "job_name": "midwatch-lab",
        "honor_labels": True,
        "static_configs": [{"targets": [urlsplit(telemetry).netloc]}],
    }
    every = {"scrape_interval": "15s", "evaluation_interval": "30s"}
    return {"global": every, "rule_files": ["rules.yml"], "scrape_configs": [job]}


def rules_file(rules: Sequence[Rule]) -> dict[str, object]:
    """Alerting rules in their groups, as Prometheus reads them."""
    groups: dict[str, list[object]] = {}
    for each in rules:
        found = {"alert": each.name, "expr": each.query, "for": f"{each.wait:.0f}s"}
        groups.setdefault(each.group, []).append(
            {**found, "labels": dict(each.labels), "annotations": dict(each.annotations)}
        )
    return {"groups": [{"name": name, "rules": found} for name, found in groups.items()]}


async def _started(program: str, place: Path, url: str, data: str) -> Process:
    arguments = (
        f"--config.file={place / 'prometheus.yml'}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address={urlsplit(url).netloc}",
    )
    try:
        with (place / "prometheus.log").open("wb") as log:
            # Of a session of its own: Ctrl-C in the terminal is for the lab, which then stops it.
            return await asyncio.create_subprocess_exec(
                program, *arguments, stdin=DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
    except OSError as error:
        raise UsageError(f"the program {program!r} cannot be started: {error.strerror}") from error


async def _ready(prometheus: Prometheus) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + _PATIENCE
    while not await asyncio.to_thread(_answers, prometheus.url):
        if prometheus.process.returncode is not None:
            await prometheus.ended()
        if loop.time() > end:
            raise UsageError(f"Prometheus is not ready after {_PATIENCE:g} s: see {prometheus.log}")
        await asyncio.sleep(_PAUSE)


def _answers(url: str) -> bool:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=1.0)
    try:
        connection.request("GET", "/-/ready")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


async def _stopped(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _GRACE)
    except TimeoutError:
        process.kill()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((_HOST, 0))
        return int(found.getsockname()[1])


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it said nothing"


def _pretty(content: object) -> bytes:
    """JSON, which is YAML too."""
    return msgspec.json.format(msgspec.json.encode(content))
