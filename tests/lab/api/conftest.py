"""A running API server over an empty cluster, and clients for it."""

from __future__ import annotations

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
import yaml

from midwatch.lab import access, schema
from midwatch.lab.api import Server
from midwatch.lab.core.env import Env, new_env
from midwatch.lab.core.kinds import DEPLOYMENT, NAMESPACE, NODE, POD
from midwatch.lab.core.objects import Obj
from midwatch.lab.world.world import World

START = 1_767_225_600.0
TEMPLATE: Obj = {
    "metadata": {"labels": {"app": "cart"}},
    "spec": {"containers": [{"name": "app", "image": "registry.example/shop/cart:1"}]},
}


@dataclass
class Reply:
    """What a request got."""

    code: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def message(self) -> str:
        return self.json["message"]

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Api:
    """A server and its clients."""

    env: Env
    server: Server
    session: aiohttp.ClientSession
    folder: Path

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        accept: str = "",
        media: str = "",
        token: str = "",
        **more: str,
    ) -> Reply:
        headers = {
            "Authorization": f"Bearer {token or 'lab-admin'}",
            "Accept": accept or "application/json",
            **more,
        }
        data = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        if data is not None:
            headers["Content-Type"] = media or "application/json"
        sent = BytesIO(data) if data is not None else None
        async with self.session.request(method, self.server.url + path, data=sent, headers=headers) as found:
            return Reply(found.status, dict(found.headers), await found.read())

    async def get(self, path: str, **more: Any) -> Reply:
        return await self.ask("GET", path, **more)

    def watch(self, path: str, accept: str = "application/json") -> Any:
        headers = {"Authorization": "Bearer lab-admin", "Accept": accept}
        return self.session.get(self.server.url + path, headers=headers)

    async def kubectl(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        config = self.folder / "kubeconfig"
        config.write_text(self.server.kubeconfig())
        process = await asyncio.create_subprocess_exec(
            binary(), "--kubeconfig", str(config), "--cache-dir", str(self.folder / "cache"), *arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(stdin.encode()), 60)
        return process.returncode or 0, out.decode(), err.decode()


def binary() -> str:
    return shutil.which("kubectl") or ""


@pytest.fixture
def env() -> Env:
    made = new_env(World(), START)
    schema.install(made)
    for name in ("default", "kube-system", "shop"):
        space = made.registry.create(
            NAMESPACE, {"metadata": {"name": name}, "spec": {"finalizers": ["kubernetes"]}}
        )
        made.registry.update_status(NAMESPACE, {**space, "status": {"phase": "Active"}})
    return made


@pytest.fixture
async def api(env: Env, tmp_path: Path) -> AsyncIterator[Api]:
    server = Server(env, access.install(env), audit=tmp_path / "audit.jsonl")
    await server.start()
    context = ssl.create_default_context(cadata=_authority(server))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        yield Api(env, server, session, tmp_path)
    await server.stop()
    assert env.components.crashes == []


def _authority(server: Server) -> str:
    from base64 import b64decode

    found = yaml.safe_load(server.kubeconfig())
    return b64decode(found["clusters"][0]["cluster"]["certificate-authority-data"]).decode()


@pytest.fixture
def kubectl(api: Api) -> Callable[..., Coroutine[Any, Any, tuple[int, str, str]]]:
    if not binary():
        pytest.skip("kubectl is not installed")
    return api.kubectl


def add_pod(env: Env, name: str, *, labels: dict[str, str] | None = None, node: str = "", **status: Any) -> Obj:
    body: Obj = {**TEMPLATE["spec"], **({"nodeName": node} if node else {})}
    head: Obj = {"name": name, "namespace": "shop", "labels": labels or {"app": "cart"}}
    made = env.registry.create(POD, {"metadata": head, "spec": body})
    return env.registry.update_status(POD, {**made, "status": {**(made.get("status") or {}), **status}})


def add_node(env: Env, name: str) -> Obj:
    made = env.registry.create(NODE, {"metadata": {"name": name}})
    ready = {"type": "Ready", "status": "True"}
    return env.registry.update_status(
        NODE, {**made, "status": {**(made.get("status") or {}), "conditions": [ready]}}
    )


def add_deployment(env: Env, name: str, replicas: int = 2) -> Obj:
    body = {"replicas": replicas, "selector": {"matchLabels": {"app": "cart"}}, "template": TEMPLATE}
    return env.registry.create(DEPLOYMENT, {"metadata": {"name": name, "namespace": "shop"}, "spec": body})
