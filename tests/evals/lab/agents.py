"""Agents to be scored in tests: one that mends by the API, and one that only makes things worse."""

from __future__ import annotations

import ssl
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from midwatch.evals.lab.agent import Answer, Incident, Suspect

_DEPLOYMENTS = "/apis/apps/v1/namespaces/shop/deployments"
_MERGE = {"Content-Type": "application/merge-patch+json"}


@dataclass
class Mender:
    """Scales what is at zero up again, and, being `clumsy`, the storefront down to it."""

    clumsy: bool = False
    name: str = "mender"

    async def investigate(self, incident: Incident) -> Answer:
        async with _session(incident.kubeconfig) as session, session.get(_DEPLOYMENTS) as answer:
            found = [each for each in (await answer.json())["items"] if each["spec"]["replicas"] == 0]
        suspects = tuple(
            Suspect("Deployment", each["metadata"]["name"], "zero-replicas", "shop") for each in found
        )
        return Answer(bool(found), suspects, len(found), steps=1, requests=1, tokens=70, seconds=0.5)

    async def mend(self, incident: Incident, answer: Answer) -> bool:
        async with _session(incident.kubeconfig) as session:
            for each in answer.suspects:
                await _scale(session, each.name, 2)
            if self.clumsy:
                await _scale(session, "storefront", 0)
        return bool(answer.suspects)


def mender() -> Mender:
    return Mender()


def clumsy() -> Mender:
    return Mender(clumsy=True)


async def _scale(session: aiohttp.ClientSession, name: str, replicas: int) -> None:
    patch = {"spec": {"replicas": replicas}}
    async with session.patch(f"{_DEPLOYMENTS}/{name}", json=patch, headers=_MERGE) as answer:
        assert answer.status == 200, await answer.text()


def _session(kubeconfig: Path) -> aiohttp.ClientSession:
    found: dict[str, Any] = yaml.safe_load(kubeconfig.read_text())
    cluster, user = found["clusters"][0]["cluster"], found["users"][0]["user"]
    trust = ssl.create_default_context(cadata=b64decode(cluster["certificate-authority-data"]).decode())
    headers = {"Authorization": f"Bearer {user['token']}"}
    return aiohttp.ClientSession(cluster["server"], headers=headers, connector=aiohttp.TCPConnector(ssl=trust))
