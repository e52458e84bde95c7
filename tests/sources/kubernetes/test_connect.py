"""Opening a cluster: what is wrong is said in one sentence, without secrets."""

from __future__ import annotations

import base64
import datetime
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from midwatch.domain.evidence import EvidenceState
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.errors import SourceUnusable
from midwatch.sources.kubernetes import connect, open_kubernetes
from tests.sources.fake_api import FakeApi, status
from tests.sources.kubeconfig import write_kubeconfig
from tests.sources.objects import pod

PODS = BY_KIND["Pod"].query()
CONTEXT_A = "current-context: a\ncontexts: [{name: a, context: {cluster: c"


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    async with FakeApi() as running:
        running.add(pod("web-0"))
        yield running


async def refused(kubeconfig: Path | None, context: str | None = None) -> str:
    with pytest.raises(SourceUnusable) as caught:
        await open_kubernetes(context, kubeconfig, timeout=2)
    text = str(caught.value)
    assert "\n" not in text
    assert "Traceback" not in text
    return text


async def test_a_missing_kubeconfig_is_named(tmp_path: Path) -> None:
    assert "no kubeconfig at" in await refused(tmp_path / "nowhere")


async def test_without_any_kubeconfig_and_outside_a_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setattr(connect, "KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "nowhere"))
    assert "not inside a cluster" in await refused(None)
    assert "to find context 'x' in" in await refused(None, "x")


async def test_the_default_kubeconfig_is_used(
    api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "KUBE_CONFIG_DEFAULT_LOCATION", str(api.kubeconfig(tmp_path)))
    source = await open_kubernetes()
    assert (await source.fetch(PODS)).state is EvidenceState.OBSERVED
    await source.close()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{{{ token: hunter2secret", "not valid YAML"),
        ("users: [\n- token: hunter2secret", "not valid YAML (line "),
        ("- just\n- a list\n", "not a kubeconfig"),
        ("", "not a kubeconfig"),
        ("contexts: 5", "not a kubeconfig"),
        ("contexts: [{name: a}]", "no current context: choose one of a"),
        ("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]", "names the cluster 'c'"),
        (
            "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {}}]",
            "must be an http(s) address",
        ),
        (
            f"{CONTEXT_A}, user: u}}}}]\nclusters: [{{name: c, cluster: {{server: 'https://x'}}}}]",
            "names the user 'u'",
        ),
        (
            f"{CONTEXT_A}}}}}]\nclusters: [{{name: c, cluster: {{server: 'https://x'}}}}]",
            "has no user",
        ),
    ],
)
async def test_a_kubeconfig_that_is_wrong_says_where(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(content)
    text = await refused(path)
    assert said in text
    assert "hunter2" not in text


async def test_a_kubeconfig_that_is_a_folder_cannot_be_read(tmp_path: Path) -> None:
    assert "cannot read kubeconfig" in await refused(tmp_path)


async def test_an_unknown_context_lists_those_there_are(api: FakeApi, tmp_path: Path) -> None:
    assert "no context 'prod': choose one of fake, other" in await refused(api.kubeconfig(tmp_path), "prod")


async def test_a_context_by_name_leads_to_its_own_cluster(api: FakeApi, tmp_path: Path) -> None:
    assert "cannot connect to 127.0.0.1:1" in await refused(api.kubeconfig(tmp_path), "other")


async def test_refused_credentials_ask_for_a_login(api: FakeApi, tmp_path: Path) -> None:
    api.tokens = {"good"}
    text = await refused(api.kubeconfig(tmp_path, token="stale-token-value"))
    assert "log in again" in text
    assert "stale-token" not in text


async def test_a_server_that_forbids_the_version_is_still_usable(api: FakeApi, tmp_path: Path) -> None:
    api.answer("/version", 403, status(403, "no"))
    source = await open_kubernetes(None, api.kubeconfig(tmp_path))
    await source.close()


@pytest.mark.parametrize("body", [b"<html>hi</html>", b"", b"[1]"])
async def test_something_that_is_no_api_server_is_called_so(api: FakeApi, tmp_path: Path, body: bytes) -> None:
    api.answer("/version", 200, body)
    assert "does not answer like a Kubernetes API server" in await refused(api.kubeconfig(tmp_path))


async def test_a_host_that_does_not_resolve(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "http://no-such-host.invalid:6443", {"token": "t"})
    assert "does not resolve" in await refused(path)


async def test_a_server_that_is_silent(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        path = write_kubeconfig(tmp_path, f"http://127.0.0.1:{listener.getsockname()[1]}", {"token": "t"})
        assert "did not answer within 2 s" in await refused(path)


def plugin(tmp_path: Path, script: str) -> dict[str, object]:
    path = tmp_path / "plugin.py"
    path.write_text(script)
    command = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.executable, "args": [str(path)]}
    return {"exec": command}


GIVE = """
import json, pathlib
tries = pathlib.Path({path!r})
count = int(tries.read_text()) if tries.exists() else 0
tries.write_text(str(count + 1))
print(json.dumps({{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                  "status": {{"token": f"token-{{count}}"}}}}))
"""


async def test_an_exec_plugin_gives_a_token_and_is_asked_again_when_it_expires(
    api: FakeApi, tmp_path: Path
) -> None:
    api.tokens = {"token-0"}
    user = plugin(tmp_path, GIVE.format(path=str(tmp_path / "tries")))
    source = await open_kubernetes(None, write_kubeconfig(tmp_path, api.url, user))  # type: ignore[arg-type]
    api.tokens = {"token-1"}
    found = await source.fetch(PODS)
    assert (found.state, found.requests) == (EvidenceState.OBSERVED, 2)
    api.tokens = set()
    assert (await source.fetch(PODS)).state is EvidenceState.DENIED
    await source.close()


FAILING = """
import sys
print("error: the session expired, run `cloud login`; token=abcdefsecret0123456789", file=sys.stderr)
sys.exit(3)
"""


async def test_an_exec_plugin_that_fails_is_named_without_what_it_leaked(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "http://127.0.0.1:1", plugin(tmp_path, FAILING))  # type: ignore[arg-type]
    text = await refused(path)
    assert "exec plugin" in text
    assert "the session expired" in text
    assert "abcdefsecret" not in text


@pytest.mark.parametrize("script", ["print('not json')", "print('{}')", "print('[]')"])
async def test_an_exec_plugin_that_talks_nonsense(tmp_path: Path, script: str) -> None:
    path = write_kubeconfig(tmp_path, "http://127.0.0.1:1", plugin(tmp_path, script))  # type: ignore[arg-type]
    assert "exec plugin" in await refused(path)


async def test_an_exec_plugin_that_is_not_installed(tmp_path: Path) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin"}}
    path = write_kubeconfig(tmp_path, "http://127.0.0.1:1", user)  # type: ignore[arg-type]
    assert "'no-such-plugin' is not installed" in await refused(path)


@pytest.fixture
async def tls_server(tmp_path: Path) -> AsyncIterator[tuple[str, bytes]]:
    """An HTTPS server with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret_key = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "tls.pem").write_bytes(pem + secret_key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.pem")
    api = FakeApi()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "localhost", 0, ssl_context=context).start()
    yield f"https://localhost:{runner.addresses[0][1]}", pem
    await runner.cleanup()


async def test_a_certificate_that_is_not_trusted(tls_server: tuple[str, bytes], tmp_path: Path) -> None:
    text = await refused(write_kubeconfig(tmp_path, tls_server[0], {"token": "t"}))
    assert "TLS with localhost" in text
    assert "self-signed" in text
    assert "certificate-authority-data" in text


async def test_a_certificate_authority_in_the_kubeconfig_is_used(
    tls_server: tuple[str, bytes], tmp_path: Path
) -> None:
    authority = {"certificate-authority-data": base64.b64encode(tls_server[1]).decode()}
    path = write_kubeconfig(tmp_path, tls_server[0], {"token": "t"}, **authority)
    source = await open_kubernetes(None, path)
    await source.close()


@pytest.mark.parametrize("value", ["bm90IGEgY2VydA==", "%%%"])
async def test_a_certificate_authority_that_is_broken(tmp_path: Path, value: str) -> None:
    path = write_kubeconfig(
        tmp_path, "https://localhost:1", {"token": "t"}, **{"certificate-authority-data": value}
    )
    assert "cannot be" in await refused(path)


async def test_a_client_certificate_that_is_missing(tmp_path: Path) -> None:
    user = {"client-certificate": "gone.pem", "client-key": "gone.key"}
    path = write_kubeconfig(tmp_path, "https://localhost:1", user)
    assert "gone.pem" in await refused(path)


async def test_plain_http_where_tls_is_expected(api: FakeApi, tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, api.url.replace("http:", "https:"), {"token": "t"})
    assert "TLS with" in await refused(path)
