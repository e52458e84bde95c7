"""What a container is given: variables, files, a user, a command."""

from __future__ import annotations

from typing import Any

import pytest

from midwatch.lab.core.kinds import CONFIG_MAP, SECRET
from midwatch.lab.core.objects import Obj, meta
from midwatch.lab.world.programs import File, Variable
from tests.lab.kubelet.bench import Bench, bench, program


def _map(lab: Bench, name: str = "settings", **data: str) -> Obj:
    return lab.create(CONFIG_MAP, {"metadata": {"name": name, "namespace": "shop"}, "data": data})


def _config_error(lab: Bench) -> str:
    lab.run(60)
    reason, message = lab.waiting()
    assert reason == "CreateContainerConfigError"
    assert ("Failed", f"Error: {message}") in lab.events()
    return message


def test_variables_are_resolved_from_everywhere() -> None:
    lab = bench()
    _map(lab, HOST="db", PORT="5432")
    lab.create(SECRET, {"metadata": {"name": "login", "namespace": "shop"}, "data": {"password": "c2VjcmV0"}})
    env: list[Obj] = [
        {"name": "URL", "value": "tcp://$(HOST):$(PORT)/$$x"},
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}}},
        {"name": "WHERE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "LIMIT", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}},
        {"name": "MAYBE", "valueFrom": {"configMapKeyRef": {"name": "none", "key": "x", "optional": True}}},
    ]
    container: Obj = {
        "envFrom": [{"configMapRef": {"name": "settings"}}],
        "env": env,
        "args": ["--host", "$(HOST)"],
        "resources": {"limits": {"memory": "128Mi"}},
    }
    lab.pod(container=container)
    lab.run(20)
    process = lab.process()
    assert process.environment["URL"] == "tcp://db:5432/$x"
    assert process.environment["PASSWORD"] == "secret"
    assert process.environment["WHERE"] == "node-1"
    assert process.environment["LIMIT"] == "128"
    assert "MAYBE" not in process.environment
    assert process.arguments == ("/app/server", "--host", "db")
    assert process.memory_limit == 128 * 2**20


@pytest.mark.parametrize(
    ("container", "message"),
    [
        ({"envFrom": [{"configMapRef": {"name": "none"}}]}, 'configmap "none" not found'),
        ({"envFrom": [{"secretRef": {"name": "none"}}]}, 'secret "none" not found'),
        (
            {"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "B"}}}]},
            "couldn't find key B in ConfigMap shop/settings",
        ),
    ],
)
def test_what_is_referred_to_must_exist(container: dict[str, Any], message: str) -> None:
    lab = bench()
    _map(lab)
    lab.pod(container=container)
    assert _config_error(lab) == message


def test_a_configuration_that_appears_later_lets_the_container_start() -> None:
    lab = bench()
    lab.pod(container={"envFrom": [{"configMapRef": {"name": "settings"}}]})
    _config_error(lab)
    _map(lab, A="1")
    lab.run(30)
    assert lab.is_ready()


@pytest.mark.parametrize(
    ("user", "guard", "words"),
    [
        ("0", {"runAsNonRoot": True}, "container has runAsNonRoot and image will run as root (pod: "),
        ("nginx", {"runAsNonRoot": True}, "image has non-numeric user (nginx), cannot verify user is non-root"),
        ("1000", {"runAsNonRoot": True, "runAsUser": 0}, "container's runAsUser breaks non-root policy"),
        ("0", {"runAsNonRoot": True, "runAsUser": 1000}, ""),
        ("65532", {"runAsNonRoot": True}, ""),
    ],
)
def test_run_as_non_root_is_verified(user: str, guard: dict[str, Any], words: str) -> None:
    lab = bench(user=user)
    lab.pod(container={"securityContext": guard})
    if words:
        assert words in _config_error(lab)
    else:
        lab.run(30)
        assert lab.is_ready()


def _run_error(lab: Bench) -> str:
    """The message of the first attempt, before the back-off hides it."""
    lab.run(90)
    found = [message for reason, message in lab.events() if reason == "Failed"]
    assert lab.app()["lastState"]["terminated"]["reason"] == "StartError"
    assert lab.app()["lastState"]["terminated"]["exitCode"] == 128
    assert lab.waiting()[0] in ("RunContainerError", "CrashLoopBackOff")
    return found[0]


def test_a_command_that_does_not_exist_cannot_be_run() -> None:
    lab = bench()
    lab.pod(container={"command": ["serve"]})
    message = _run_error(lab)
    assert message.startswith("Error: failed to create containerd task: failed to create shim task: OCI runtime")
    assert message.endswith('exec: "serve": executable file not found in $PATH: unknown')
    other = bench()
    other.pod(container={"command": ["/opt/serve"]})
    assert _run_error(other).endswith('exec: "/opt/serve": stat /opt/serve: no such file or directory: unknown')


@pytest.mark.parametrize(("mode", "works"), [(0o644, False), (0o755, True)])
def test_a_mounted_script_must_be_executable(mode: int, works: bool) -> None:
    lab = bench()
    _map(lab, **{"run.sh": "#!/bin/sh"})
    container: Obj = {"command": ["/scripts/run.sh"], "volumeMounts": [{"name": "s", "mountPath": "/scripts"}]}
    lab.pod(container=container, volumes=[{"name": "s", "configMap": {"name": "settings", "defaultMode": mode}}])
    if works:
        lab.run(30)
        assert lab.is_ready()
    else:
        assert _run_error(lab).endswith('exec: "/scripts/run.sh": permission denied: unknown')


def test_a_required_variable_that_is_missing_ends_the_program() -> None:
    lab = bench(program(environment=(Variable("DB_HOST"), Variable("DB_PORT", form="port"))))
    lab.pod(container={"env": [{"name": "DB_HOST", "value": "db"}, {"name": "DB_PORT", "value": "many"}]})
    lab.run(60)
    assert any("DB_PORT" in line and "invalid" in line for line in lab.log())
    assert lab.app()["restartCount"] >= 2
    other = bench(program(environment=(Variable("DB_HOST"),)))
    other.pod()
    other.run(60)
    assert any("DB_HOST is not set" in line for line in other.log())


def test_a_required_file_is_read_from_its_volume() -> None:
    needs = program(files=(File("/etc/app/settings.yaml", keys=("database",)),))
    mount: Obj = {"volumeMounts": [{"name": "s", "mountPath": "/etc/app"}]}
    volume: list[Obj] = [{"name": "s", "configMap": {"name": "settings"}}]
    good = bench(needs)
    _map(good, **{"settings.yaml": "database: db"})
    good.pod(container=mount, volumes=volume)
    good.run(30)
    assert good.is_ready()
    bad = bench(needs)
    _map(bad, **{"settings.yaml": "other: 1"})
    bad.pod(container=mount, volumes=volume)
    bad.run(40)
    assert any('required setting \\"database\\" is missing' in line for line in bad.log())


@pytest.mark.parametrize(
    ("guard", "volume", "words"),
    [
        ({"readOnlyRootFilesystem": True}, False, "read-only file system"),
        ({"readOnlyRootFilesystem": True}, True, ""),
        ({"runAsUser": 1234}, False, "permission denied"),
        ({}, False, ""),
    ],
)
def test_writing_needs_a_place_to_write(guard: dict[str, Any], volume: bool, words: str) -> None:
    lab = bench(program(files=(File("/data", writes=True),)))
    container: Obj = {"securityContext": guard}
    more: Obj = {}
    if volume:
        container["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
        more["volumes"] = [{"name": "data", "emptyDir": {}}]
    lab.pod(container=container, **more)
    lab.run(40)
    if words:
        assert any(words in line for line in lab.log())
        assert lab.app()["restartCount"] > 0
    else:
        assert lab.app()["restartCount"] == 0


def test_mounted_configuration_follows_its_object_but_sub_paths_do_not() -> None:
    lab = bench()
    found = _map(lab, a="old")
    mounts: list[Obj] = [
        {"name": "s", "mountPath": "/etc/app"},
        {"name": "s", "mountPath": "/etc/fixed", "subPath": "a"},
    ]
    lab.pod(container={"volumeMounts": mounts}, volumes=[{"name": "s", "configMap": {"name": "settings"}}])
    lab.run(120)
    assert lab.process().files["/etc/app/a"] == "old"
    lab.env.registry.update(CONFIG_MAP, {**found, "metadata": dict(meta(found)), "data": {"a": "new"}})
    lab.run(20)
    assert lab.process().files["/etc/app/a"] == "old"
    lab.run(100)
    assert lab.process().files == {"/etc/app/a": "new", "/etc/fixed": "old"}
