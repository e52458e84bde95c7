"""A plain HTTP client for an API server, from a kubeconfig."""

from __future__ import annotations

import ssl
import tempfile
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import yaml


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request got. Names of headers are in lower case; those sent several times are joined."""

    code: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        """The body: JSON or YAML, a list of JSON lines (of a watch), or text."""
        media = self.headers.get("content-type", "")
        if "yaml" in media:
            return yaml.safe_load(self.body)
        if not self.body or "json" not in media:
            return self.body.decode()
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return [msgspec.json.decode(line) for line in self.body.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Client:
    """One server, and the rights to ask it. Certificates come from the kubeconfig; nothing else is trusted."""

    server: str
    context: ssl.SSLContext
    headers: Mapping[str, str]

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Reply:
        """Ask once, and read the answer to its end. Raises `OSError` when nobody answers."""
        where = urlsplit(self.server)
        connection = HTTPSConnection(where.hostname or "", where.port or 443, timeout=60, context=self.context)
        try:
            connection.request(method, where.path + path, body, {**self.headers, **headers})
            found = connection.getresponse()
            joined: dict[str, str] = {}
            for name, value in found.getheaders():
                key = name.lower()
                joined[key] = f"{joined[key]}, {value}" if key in joined else value
            return Reply(found.status, joined, found.read())
        finally:
            connection.close()


def client_of(kubeconfig: Path) -> Client:
    """A client for the current context: a token, or a client certificate."""
    found = yaml.safe_load(kubeconfig.read_text())
    chosen = _named(found["contexts"], found["current-context"])["context"]
    cluster = _named(found["clusters"], chosen["cluster"])["cluster"]
    user = _named(found["users"], chosen["user"])["user"]
    context = ssl.create_default_context(cadata=_pem(cluster, "certificate-authority", kubeconfig))
    if "client-certificate-data" in user or "client-certificate" in user:
        _identify(context, _pem(user, "client-certificate", kubeconfig), _pem(user, "client-key", kubeconfig))
    headers = {"Authorization": f"Bearer {user['token']}"} if "token" in user else {}
    return Client(cluster["server"], context, headers)


def _named(entries: list[Any], name: str) -> Any:
    return next(each for each in entries if each["name"] == name)


def _pem(entry: Mapping[str, str], field: str, kubeconfig: Path) -> str:
    if f"{field}-data" in entry:
        return b64decode(entry[f"{field}-data"]).decode()
    return (kubeconfig.parent / entry[field]).read_text()


def _identify(context: ssl.SSLContext, certificate: str, key: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "client.pem"
        path.touch(mode=0o600)
        path.write_text(f"{key}\n{certificate}")
        context.load_cert_chain(path)
