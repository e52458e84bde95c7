"""`midwatch lab`, as a user runs it."""

from __future__ import annotations

import base64
import json
import os
import signal
import ssl
import subprocess
import sys
import urllib.request
from http.client import HTTPResponse
from pathlib import Path

import yaml


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
    with _asked(tmp_path / "kubeconfig", "/api/v1/namespaces/shop/pods") as answer:  # while the shop starts
        assert answer.status == 200
    with urllib.request.urlopen(f"{told.rpartition('=')[2].strip()}/-/ready") as answer:
        assert answer.status == 200
    assert next(line for line in lab.stdout if "shop has run for" in line)
    environment = {**os.environ, "KUBECONFIG": str(tmp_path / "kubeconfig")}
    done = subprocess.run(_midwatch("diagnose", "-o", "json"), capture_output=True, env=environment, check=False)
    assert json.loads(done.stdout)["stats"]["objects"] > 100
    lab.send_signal(signal.SIGINT)
    lab.stdout.close()
    assert lab.wait(20) == 0


def test_a_crash_in_the_lab_is_told_on_standard_error_and_ends_nothing(tmp_path: Path) -> None:
    module = "midwatch.lab.controllers.workloads.deployment.controller"
    crash = f"from {module} import Deployments\nDeployments._sync = None"
    arguments = [*_midwatch(), "lab", "up", "--folder", str(tmp_path)]
    arguments[2] = f"{crash}\n{arguments[2]}"
    lab = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert lab.stdout is not None
    assert lab.stderr is not None
    told = next(iter(lab.stderr))
    assert told.startswith("a bug of the lab: kube-controller-manager crashed at deployment")
    assert next(line for line in lab.stdout if "KUBECONFIG=" in line)
    with _asked(tmp_path / "kubeconfig", "/readyz?verbose") as answer:
        assert "[-]component/kube-controller-manager failed:" in answer.read().decode()
    lab.kill()
    lab.communicate()


def _asked(kubeconfig: Path, path: str) -> HTTPResponse:
    found = yaml.safe_load(kubeconfig.read_text())
    cluster = found["clusters"][0]["cluster"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    headers = {"Authorization": f"Bearer {found['users'][0]['user']['token']}"}
    request = urllib.request.Request(cluster["server"] + path, headers=headers)
    return urllib.request.urlopen(request, context=ssl.create_default_context(cadata=authority), timeout=30)


def test_a_target_that_is_not_there_is_refused_with_a_sentence() -> None:
    arguments = _midwatch("lab", "up", "--fault", "scaled-to-zero", "--target", "nobody")
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "can strike nothing called 'nobody'" in done.stderr
