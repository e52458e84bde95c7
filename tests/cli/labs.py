"""A lab in a process of its own, as a user starts one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def midwatch(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "midwatch", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
        check=False,
    )


@dataclass(frozen=True)
class Lab:
    """A lab that runs. `told` is what it said as JSON; `environment` lets other commands find it."""

    process: subprocess.Popen[str]
    told: dict[str, Any]
    environment: dict[str, str]

    @property
    def folder(self) -> Path:
        """Its folder."""
        return Path(self.told["folder"])

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command in another terminal of the same user."""
        return midwatch(*arguments, **self.environment)

    def json(self, *arguments: str) -> Any:
        """What a command that must succeed says as JSON."""
        done = self.run(*arguments, "-o", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@contextmanager
def lab_up(runtime: Path, *arguments: str) -> Generator[Lab]:
    """Serve a lab until the block ends."""
    environment = {"MIDWATCH_RUNTIME_FOLDER": str(runtime)}
    process = subprocess.Popen(
        [sys.executable, "-m", "midwatch", "lab", "up", "-o", "json", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        yield Lab(process, told, {**environment, "KUBECONFIG": told["kubeconfig"]})
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
