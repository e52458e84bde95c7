"""A running lab is broken, mended, watched and wound forward from another terminal."""

from __future__ import annotations

import http.client
import json
import stat
import subprocess
from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.labs import Lab, lab_up, midwatch


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Generator[Lab]:
    with lab_up(tmp_path_factory.mktemp("runtime")) as found:
        yield found


def _refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def test_a_fault_is_struck_found_by_the_diagnosis_and_mended_without_a_trace(lab: Lab) -> None:
    struck = lab.json("lab", "fault", "database-port-wrong", "--target", "orders")
    assert struck["target"] == "Deployment shop/orders"
    lab.json("lab", "wait", "10m")
    assert [each["name"] for each in lab.json("lab", "status")["faults"]] == ["database-port-wrong"]
    report = lab.json("diagnose", "-n", "shop")
    assert report["hypotheses"][0]["cause"] == "db-port-wrong"
    mended = lab.json("lab", "mend", "database-port-wrong")
    assert [each["target"] for each in mended["faults"]] == ["Deployment shop/orders"]
    assert lab.json("lab", "wait", "10m")["faults"] == []
    assert lab.json("diagnose", "-n", "shop")["verdict"] in ("healthy", "recovered")


def test_waiting_lets_simulated_time_pass_and_alerts_fire(lab: Lab) -> None:
    lab.json("lab", "fault", "scaled-to-zero", "--target", "cart")
    before = lab.json("lab", "status")
    after = lab.json("lab", "wait", "20m")
    passed = datetime.fromisoformat(after["now"]) - datetime.fromisoformat(before["now"])
    assert 1200 <= passed.total_seconds() < 1320
    assert "ServiceErrorRateHigh" in {each["name"] for each in after["alerts"]}
    shown = lab.run("lab", "status").stdout
    assert "scaled-to-zero in Deployment shop/cart" in shown
    assert after["alerts"][0]["name"] in shown
    lab.json("lab", "mend")


def test_what_cannot_be_struck_is_told_in_one_sentence(lab: Lab) -> None:
    assert "no fault 'nonsense'" in _refused(lab.run("lab", "fault", "nonsense"))
    nobody = _refused(lab.run("lab", "fault", "rollout-paused", "--target", "nobody"))
    assert "can strike nothing called 'nobody' here: it can strike Deployment shop/" in nobody
    lab.json("lab", "fault", "rollout-paused", "--target", "ads")
    again = _refused(lab.run("lab", "fault", "rollout-paused", "--target", "ads"))
    assert "already in Deployment shop/ads" in again
    lab.json("lab", "mend", "rollout-paused")
    assert "nothing to mend" in _refused(lab.run("lab", "mend"))


def test_of_what_the_cluster_refuses_nothing_stays(lab: Lab) -> None:
    lab.json("lab", "fault", "cpu-quota-exceeded", "--target", "ads")
    assert "the cluster refuses memory-quota-exceeded in Deployment shop/cart" in _refused(
        lab.run("lab", "fault", "memory-quota-exceeded", "--target", "cart")
    )
    assert [each["name"] for each in lab.json("lab", "status")["faults"]] == ["cpu-quota-exceeded"]
    lab.json("lab", "mend")


def test_of_two_faults_in_one_object_the_later_one_is_mended_first(lab: Lab) -> None:
    lab.json("lab", "fault", "scaled-to-zero", "--target", "ads")
    lab.json("lab", "fault", "rollout-paused", "--target", "ads")
    early = _refused(lab.run("lab", "mend", "scaled-to-zero"))
    assert "rollout-paused (Deployment shop/ads) changed Deployment shop/ads after" in early
    assert len(lab.json("lab", "mend")["faults"]) == 2
    assert lab.json("lab", "status")["faults"] == []


def test_a_duration_that_is_none_is_told_in_one_sentence(lab: Lab) -> None:
    assert "DURATION 'soon'" in _refused(lab.run("lab", "wait", "soon"))


def test_targets_are_those_of_the_lab_that_runs(lab: Lab) -> None:
    listed = {each["name"]: each["targets"] for each in lab.json("lab", "faults", "--targets")}
    assert "Deployment shop/orders" in listed["database-port-wrong"]
    assert {each["name"]: each["real"] for each in lab.json("lab", "faults")}["image-tag-missing"]
    told = lab.run("lab", "faults", "database-port-wrong").stdout
    assert "db-port-wrong" in told
    assert str(lab.folder) in told
    assert "Deployment freight/" in midwatch("lab", "faults", "database-port-wrong", "--app", "freight").stdout


def test_only_who_may_read_the_private_file_may_steer(lab: Lab) -> None:
    note = lab.folder / "control.json"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    url: str = json.loads(note.read_bytes())["url"]
    place = urlsplit(url)
    assert place.hostname == "127.0.0.1"
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        connection = http.client.HTTPConnection(place.netloc, timeout=10)
        connection.request("POST", "/strike", b'{"fault": "scaled-to-zero"}', headers)
        assert connection.getresponse().status == 401
        connection.close()
    assert lab.json("lab", "status")["faults"] == []
    note.chmod(0o644)
    assert "readable by nobody else" in _refused(lab.run("lab", "status", "--lab", str(lab.folder)))
    assert "no lab of yours runs" in _refused(lab.run("lab", "status"))
    note.chmod(0o600)


def test_a_folder_serves_one_lab_and_forgets_it_when_it_ends(tmp_path: Path) -> None:
    with lab_up(tmp_path, "--folder", str(tmp_path / "here"), "--app", "generated:3") as found:
        assert "runs in" in _refused(found.run("lab", "up", "--folder", str(tmp_path / "here")))
        assert found.json("lab", "status")["app"] == "generated:3"
    assert found.process.returncode == 0
    assert not (tmp_path / "here" / "control.json").exists()
    assert list((tmp_path / "midwatch").iterdir()) == []
    assert "no lab of yours runs" in _refused(found.run("lab", "status"))
    assert "no lab runs in" in _refused(found.run("lab", "status", "--lab", str(tmp_path / "here")))


@pytest.mark.parametrize("name", ["shopp", "generated", "generated:0", "generated:many", "generated:99999999999"])
def test_an_application_that_is_none_is_told_in_one_sentence(name: str) -> None:
    assert f"no application {name!r}" in _refused(midwatch("lab", "up", "--app", name))


def test_a_target_without_a_fault_is_refused() -> None:
    assert "--fault" in _refused(midwatch("lab", "up", "--target", "cart"))
