"""A lab that a real Prometheus scrapes."""

from __future__ import annotations

import json
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from midwatch.lab.telemetry.alerting.standard import STANDARD
from tests.cli.labs import lab_up, midwatch

needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="no program `prometheus` here: install Prometheus to run this"
)


def _asked(url: str, path: str, **parameters: str) -> Any:
    with urllib.request.urlopen(f"{url}{path}?{urllib.parse.urlencode(parameters)}", timeout=10) as answer:
        return json.load(answer)["data"]


def _within(seconds: float, url: str, query: str) -> list[Any]:
    end = time.monotonic() + seconds
    while not (found := _asked(url, "/api/v1/query", query=query)["result"]):
        assert time.monotonic() < end, f"no sample of {query} within {seconds:g} s"
        time.sleep(0.5)
    return found


@needs_prometheus
def test_a_real_prometheus_scrapes_the_lab_knows_the_rules_and_ends_with_it(tmp_path: Path) -> None:
    with lab_up(tmp_path, "--prometheus", "--fault", "scaled-to-zero", "--target", "cart") as lab:
        url = lab.told["telemetry"]
        assert "version" in _asked(url, "/api/v1/status/buildinfo")
        groups = _asked(url, "/api/v1/rules")["groups"]
        assert {rule["name"] for group in groups for rule in group["rules"]} == {each.name for each in STANDARD}
        scaled = _within(60, url, 'kube_deployment_spec_replicas{namespace="shop", deployment="cart"}')
        assert scaled[0]["value"][1] == "0"
        assert _within(10, url, 'up{job="kubelet"} == 1')
        assert _within(10, url, "istio_requests_total")
        refused = lab.run("lab", "wait", "1m")
        assert "its time passes only with the real one" in refused.stderr
        assert lab.json("lab", "status")["telemetry"] == url
    assert lab.process.returncode == 0
    with pytest.raises(urllib.error.URLError):
        _asked(url, "/api/v1/rules")


def test_a_prometheus_that_cannot_start_is_told_with_the_place_of_its_log(tmp_path: Path) -> None:
    done = midwatch("lab", "up", "--folder", str(tmp_path), "--app", "generated:1", "--prometheus", "/bin/false")
    assert done.returncode == 2
    assert f"(all of it: {tmp_path}/prometheus/prometheus.log)" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_prometheus_that_is_not_installed_or_cannot_keep_up_is_refused_in_one_sentence() -> None:
    missing = midwatch("lab", "up", "--prometheus", "/nowhere/prometheus")
    assert missing.returncode == 2
    assert "no program '/nowhere/prometheus'" in missing.stderr
    fast = midwatch("lab", "up", "--prometheus", "--speed", "10")
    assert fast.returncode == 2
    assert "--prometheus and --speed exclude each other" in fast.stderr
