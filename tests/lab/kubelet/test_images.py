"""Images that come, and images that do not."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from midwatch.lab.core.kinds import SECRET
from midwatch.lab.core.objects import Obj
from tests.lab.kubelet.bench import IMAGE, Bench, bench, publish

REPOSITORY = "registry.example/shop/cart"


def _secret(lab: Bench, user: str, password: str) -> None:
    config = json.dumps({"auths": {"registry.example": {"username": user, "password": password}}})
    data = {".dockerconfigjson": b64encode(config.encode()).decode()}
    lab.create(SECRET, {"metadata": {"name": "pull", "namespace": "shop"}, "data": data})


def _fails(lab: Bench, image: str = IMAGE) -> str:
    lab.pod(container={"image": image})
    lab.run(60)
    for _ in range(120):
        if lab.waiting()[0] == "ImagePullBackOff":
            break
        assert lab.waiting()[0] == "ErrImagePull"
        lab.run(1)
    message = lab.waiting()[1]
    assert message.startswith(f'Back-off pulling image "{image}": ErrImagePull: rpc error: code = ')
    assert ("Failed", "Error: ErrImagePull") in lab.events()
    assert ("Failed", "Error: ImagePullBackOff") in lab.events()
    assert ("BackOff", f'Back-off pulling image "{image}"') in lab.events()
    return message


def test_a_tag_that_does_not_exist_is_not_found() -> None:
    image = f"{REPOSITORY}:9.9"
    message = _fails(bench(), image)
    why = f'failed to resolve reference "{image}": {image}: not found'
    assert message.endswith(f'code = NotFound desc = failed to pull and unpack image "{image}": {why}')


def test_a_tag_that_is_pushed_later_is_pulled_then() -> None:
    lab = bench()
    _fails(lab, f"{REPOSITORY}:2.0")
    publish(lab.env.world, tag="2.0")
    lab.run(330)
    assert lab.is_ready()
    assert lab.app()["restartCount"] == 0


def test_a_private_image_needs_credentials() -> None:
    lab = bench()
    lab.env.world.images[REPOSITORY].private = True
    message = _fails(lab)
    assert "failed to authorize: failed to fetch anonymous token" in message
    assert message.endswith("401 Unauthorized")


@pytest.mark.parametrize(("password", "works"), [("right", True), ("wrong", False)])
def test_a_pull_secret_must_hold_the_right_password(password: str, works: bool) -> None:
    lab = bench()
    lab.env.world.images[REPOSITORY].private = True
    lab.env.world.registries["registry.example"].accounts = {"robot": "right"}
    _secret(lab, "robot", password)
    lab.pod(imagePullSecrets=[{"name": "pull"}])
    lab.run(60)
    assert lab.is_ready() is works


def test_a_missing_pull_secret_is_told() -> None:
    lab = bench()
    lab.pod(imagePullSecrets=[{"name": "gone"}])
    lab.run(30)
    message = "Unable to retrieve some image pull secrets (gone); attempting to pull the image may not succeed."
    assert ("FailedToRetrieveImagePullSecret", message) in lab.events()
    assert lab.is_ready()


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"resolvable": False}, "dial tcp: lookup registry.example: no such host"),
        ({"reachable": False}, "dial tcp 203.0.113.10:443: i/o timeout"),
        ({"trusted": False}, "x509: certificate signed by unknown authority"),
        ({"limited": True}, "429 Too Many Requests"),
    ],
)
def test_a_registry_in_trouble_is_told_as_it_is(trouble: dict[str, bool], words: str) -> None:
    lab = bench()
    for key, value in trouble.items():
        setattr(lab.env.world.registries["registry.example"], key, value)
    assert words in _fails(lab)


def test_an_image_for_another_processor_does_not_match() -> None:
    assert "no match for platform in manifest: not found" in _fails(bench(architectures=("arm64",)))


@pytest.mark.parametrize("image", ["registry.example/shop/Cart:1.0", "nginx::1", ""])
def test_a_bad_image_name_is_refused(image: str) -> None:
    lab = bench()
    lab.pod(container={"image": image})
    lab.run(60)
    assert lab.waiting()[0] == "InvalidImageName"
    assert "InspectFailed" in lab.reasons()


def test_an_image_that_must_not_be_pulled_is_missing() -> None:
    lab = bench()
    lab.pod(container={"imagePullPolicy": "Never"})
    lab.run(30)
    expected: Obj = {"reason": "ErrImageNeverPull"}
    assert lab.waiting() == (
        expected["reason"],
        f'Container image "{IMAGE}" is not present with pull policy of Never',
    )


def test_a_broken_binary_ends_at_once() -> None:
    lab = bench(broken="exec-format")
    lab.pod()
    lab.run(60)
    assert any("exec format error" in line for line in lab.log())
    assert lab.app()["restartCount"] >= 2
    other = bench(broken="segfault")
    other.pod()
    other.run(60)
    assert (other.app().get("lastState") or other.app()["state"])["terminated"]["exitCode"] == 139
