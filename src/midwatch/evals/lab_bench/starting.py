"""How long `midwatch lab up` takes to answer."""

from __future__ import annotations

import base64
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, cast

import yaml

from midwatch.errors import MidwatchError
from midwatch.evals.lab_bench.results import Started

_MAIN = "from midwatch.cli import main; main()"


class NotServed(MidwatchError):
    """The lab ended before it served anything."""


def measure_start() -> Started:
    """Start the lab as a user does, ask for all pods as soon as it says how, wait until its application runs."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import aiohttp.web"], check=True)
    loading = time.monotonic() - began
    with tempfile.TemporaryDirectory(prefix="midwatch-lab-") as name:
        began = time.monotonic()
        command = [sys.executable, "-c", _MAIN, "lab", "up", "--folder", name]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as lab:  # noqa: S603  # ours, no shell
            try:
                _wait(lab, "KUBECONFIG=")
                _ask(Path(name) / "kubeconfig", "/api/v1/pods")
                answered = time.monotonic() - began
                _wait(lab, " has run for ")
                return Started(answered, time.monotonic() - began, loading)
            finally:
                lab.terminate()


def _wait(lab: subprocess.Popen[str], words: str) -> None:
    if lab.stdout is None or not any(words in line for line in lab.stdout):
        why = lab.stderr.read().strip() if lab.stderr is not None else ""
        raise NotServed(f"`midwatch lab up` ended before it said {words.strip()!r}: {why or 'it said nothing'}")


def _ask(kubeconfig: Path, path: str) -> None:
    found = cast("Mapping[str, Any]", yaml.safe_load(kubeconfig.read_text(encoding="utf-8")))
    cluster, user = found["clusters"][0]["cluster"], found["users"][0]["user"]
    trusted = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    connection = HTTPSConnection(cluster["server"].removeprefix("https://"), context=trusted)
    connection.request("GET", path, headers={"Authorization": f"Bearer {user['token']}"})
    with closing(connection), connection.getresponse() as answer:
        if answer.status != HTTPStatus.OK:
            raise NotServed(f"`midwatch lab up` answered GET {path} with {answer.status} {answer.reason}")
        answer.read()
