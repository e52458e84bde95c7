"""The servers that are asked: a lab that is served and whose time passes, and a real one if there is one."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import socket

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from midwatch.lab.api.certificates import new_certificates
from midwatch.lab.cluster import new_cluster
from midwatch.lab.serve import keep_time, opened
from tests.conformance.client import Client, client_of

ABSENT = (
    "asks the lab only: set KUBECONFIG_REAL to a kubeconfig, or KUBEBUILDER_ASSETS to a folder with kube-apiserver"
    " and etcd, to compare the lab with a real API server"
)
_START = 1_795_000_000.0
_SPEED = 20.0
_LIMIT = 60.0


@contextmanager
def served_lab(folder: Path) -> Generator[Path]:
    """Serve a small simulated cluster from a thread of its own; yields its kubeconfig."""
    ready, over, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def serve() -> None:
        cluster = new_cluster(_START, workers=1, quiet=True)
        cluster.run(60.0)
        async with opened(cluster, folder):
            passing = asyncio.create_task(keep_time(cluster, _SPEED))
            ready.set()
            await over.wait()
            passing.cancel()
        assert cluster.env.components.crashes == []

    failures: list[BaseException] = []

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            failures.append(error)
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(_LIMIT)
    try:
        if not failures:
            yield folder / "kubeconfig"
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(_LIMIT)
        loop.close()
    if failures:
        raise failures[0]


@contextmanager
def real_server(folder: Path) -> Generator[Client | None]:
    """The real API server that the environment names; None when it names none."""
    config, assets = os.environ.get("KUBECONFIG_REAL"), os.environ.get("KUBEBUILDER_ASSETS")
    if config:
        yield client_of(Path(config))
    elif assets:
        with _started(Path(assets), folder) as path:
            yield client_of(path)
    else:
        yield None


def _port() -> int:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _started(assets: Path, folder: Path) -> Generator[Path]:
    """Start etcd and kube-apiserver; yields a kubeconfig of an administrator."""
    store, peer, port = _port(), _port(), _port()
    kubeconfig = _prepared(folder, port)
    etcd = f"http://127.0.0.1:{store}"
    with ExitStack() as stack:
        _run(stack, folder, [
            str(assets / "etcd"), f"--data-dir={folder / 'etcd'}", f"--listen-client-urls={etcd}",
            f"--advertise-client-urls={etcd}", f"--listen-peer-urls=http://127.0.0.1:{peer}",
        ])  # fmt: skip
        _run(stack, folder, [
            str(assets / "kube-apiserver"), f"--etcd-servers={etcd}", "--bind-address=127.0.0.1",
            "--etcd-compaction-interval=2s",  # so that old versions are gone soon
            f"--secure-port={port}", f"--cert-dir={folder}", f"--tls-cert-file={folder / 'server.crt'}",
            f"--tls-private-key-file={folder / 'server.key'}", f"--token-auth-file={folder / 'tokens.csv'}",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            f"--service-account-key-file={folder / 'accounts.key'}",
            f"--service-account-signing-key-file={folder / 'accounts.key'}",
            "--service-cluster-ip-range=10.96.0.0/16", "--authorization-mode=RBAC", "--allow-privileged=true",
        ])  # fmt: skip
        _await(client_of(kubeconfig))
        yield kubeconfig


def _prepared(folder: Path, port: int) -> Path:
    """Write certificates, keys, the administrator's token and a kubeconfig."""
    made = new_certificates("127.0.0.1")
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.crt").write_bytes(made.server + made.authority)
    (folder / "ca.crt").write_bytes(made.authority)
    for name, content in (("server.key", made.key), ("accounts.key", key)):
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(content)
    (folder / "tokens.csv").write_text('conformance,kubernetes-admin,1,"system:masters"\n')
    cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority": "ca.crt"}
    config = {
        "current-context": "real",
        "contexts": [{"name": "real", "context": {"cluster": "real", "user": "admin"}}],
        "clusters": [{"name": "real", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": "conformance"}}],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path


def _run(stack: ExitStack, folder: Path, command: list[str]) -> None:
    log = stack.enter_context((folder / f"{Path(command[0]).name}.log").open("wb"))
    process = subprocess.Popen(command, stdout=log, stderr=log)
    stack.callback(process.wait, _LIMIT)
    stack.callback(process.terminate)


def _await(client: Client) -> None:
    limit = time.monotonic() + _LIMIT
    while time.monotonic() < limit:
        try:
            if client.ask("GET", "/readyz").code == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(
        "kube-apiserver of KUBEBUILDER_ASSETS did not become ready: read its log in the test's folder"
    )
