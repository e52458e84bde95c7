"""A cluster with nothing in it but a namespace, where objects are filled in and checked."""

from __future__ import annotations

from typing import Any

import pytest

from midwatch.lab import schema
from midwatch.lab.core.env import Env, new_env
from midwatch.lab.core.kinds import NAMESPACE, Kind
from midwatch.lab.world.world import World

Obj = dict[str, Any]


class Cluster:
    """Creates and updates objects named `x` in the namespace `d`."""

    def __init__(self, env: Env) -> None:
        self.env = env

    def create(self, kind: Kind, **body: Any) -> Obj:
        return self.env.registry.create(kind, self._named(kind, body))

    def update(self, kind: Kind, **body: Any) -> Obj:
        return self.env.registry.update(kind, self._named(kind, body))

    def _named(self, kind: Kind, body: Obj) -> Obj:
        head = {"name": "x", **({"namespace": "d"} if kind.namespaced else {}), **body.pop("metadata", {})}
        return {"metadata": head, **body}


@pytest.fixture
def cluster() -> Cluster:
    env = new_env(World(), 1_700_000_000.0)
    schema.install(env)
    env.registry.create(NAMESPACE, {"metadata": {"name": "d"}})
    return Cluster(env)


def template(restart: str = "", **container: Any) -> Obj:
    """A pod template with one container."""
    body: Obj = {"containers": [{"name": "c", "image": "i:1", **container}]}
    return {
        "metadata": {"labels": {"a": "b"}},
        "spec": {**body, **({"restartPolicy": restart} if restart else {})},
    }


def selecting(inner: Obj | None = None, **more: Any) -> Obj:
    """A spec of a workload that selects the pods of its template."""
    return {"selector": {"matchLabels": {"a": "b"}}, "template": inner or template(), **more}
