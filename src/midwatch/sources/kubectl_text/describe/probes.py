"""Probes back from one line (DescribeProbe): `http-get http://:8080/healthz delay=0s timeout=1s ...`."""

from __future__ import annotations

import re
from urllib.parse import unquote

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.commands import argv
from midwatch.sources.kubectl_text.describe.sections import Section
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import port

_ATTRS = re.compile(
    r"\s*delay=(-?\d+)s timeout=(-?\d+)s period=(-?\d+)s #success=(-?\d+) #failure=(-?\d+)\s*$",
)
_FIELDS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
_URL = re.compile(r"(?:([a-z]*):)?//(\[[^\]]*\]|[^/:]*)(?::([^/]*))?(/.*)?", re.DOTALL)
_GRPC = re.compile(r"<pod>:(\d+)\s*(.*)", re.DOTALL)


def probe(section: Section, reader: Reader) -> Obj | None:
    """The probe that a section describes; None, with a note, when it has another form."""
    shown = section.paragraph()
    attrs = _ATTRS.search(shown)
    made = _handler(shown[: attrs.start()] if attrs else shown)
    if attrs is None or made is None:
        reader.odd(section.number, f"{section.key}: {shown}")
        return made
    return {**made, **{field: int(value) for field, value in zip(_FIELDS, attrs.groups(), strict=True)}}


def _handler(shown: str) -> Obj | None:
    form, _, rest = shown.partition(" ")
    if form == "http-get":
        return _http(rest.strip())
    if form == "tcp-socket":
        host, _, number = rest.strip().rpartition(":")
        return {"tcpSocket": {**({"host": host} if host else {}), "port": port(number)}}
    if form == "exec" and rest.startswith("[") and rest.endswith("]"):
        words: list[JSON] = list(argv(rest[1:-1]))
        return {"exec": {"command": words}}
    if form == "grpc":
        return _grpc(rest)
    return {} if form == "unknown" else None


def _http(url: str) -> Obj | None:
    match = _URL.fullmatch(url)
    if match is None:
        return None
    scheme, host, number, path = match.groups()
    made: Obj = {"path": unquote(path)} if path else {}
    if number:
        made["port"] = port(number)
    if scheme:
        made["scheme"] = scheme.upper()
    if host:
        made["host"] = host.strip("[]")
    return {"httpGet": made}


def _grpc(rest: str) -> Obj | None:
    match = _GRPC.fullmatch(rest.strip())
    if match is None:
        return None
    made: Obj = {"port": int(match[1][:9])}
    return {"grpc": {**made, "service": match[2].strip()} if match[2].strip() else made}
