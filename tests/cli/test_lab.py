"""`midwatch lab`, as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path


def _midwatch(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from midwatch.cli import main; main()", *arguments]


def test_the_faults_are_listed_with_the_causes_that_name_them() -> None:
    done = subprocess.run(_midwatch("lab", "faults", "-o", "json"), capture_output=True, check=True)
    found = {each["name"]: each["causes"] for each in json.loads(done.stdout)}
    assert found["image-tag-missing"] == ["image-not-found"]
    assert found["nothing"] == []


def test_up_serves_the_cluster_and_its_telemetry_until_it_is_interrupted(tmp_path: Path) -> None:
    lab = subprocess.Popen(_midwatch("lab", "up", "--folder", str(tmp_path)), stdout=subprocess.PIPE, text=True)
    assert lab.stdout is not None
    told = next(line for line in lab.stdout if "KUBECONFIG=" in line)
    with urllib.request.urlopen(f"{told.rpartition('=')[2].strip()}/-/ready") as answer:
        assert answer.status == 200
    environment = {**os.environ, "KUBECONFIG": str(tmp_path / "kubeconfig")}
    done = subprocess.run(_midwatch("diagnose", "-o", "json"), capture_output=True, env=environment, check=False)
    assert json.loads(done.stdout)["stats"]["objects"] > 100
    lab.send_signal(signal.SIGINT)
    lab.stdout.close()
    assert lab.wait(20) == 0


def test_a_target_that_is_not_there_is_refused_with_a_sentence() -> None:
    arguments = _midwatch("lab", "up", "--fault", "scaled-to-zero", "--target", "nobody")
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "can strike nothing called 'nobody'" in done.stderr
