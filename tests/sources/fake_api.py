"""A small real HTTP API server: LISTs by pages, discovery, logs; records requests; misbehaves on order.

    async with FakeApi() as api:
        api.add(pod)
        api.deny("/api/v1/secrets")
        source = await open_kubernetes(kubeconfig=api.kubeconfig(tmp_path))

From synchronous tests: `tests.sources.threaded.in_thread`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from midwatch.domain.json import JSON
from midwatch.domain.kube.kinds import RESOURCE_TYPES
from tests.sources.kubeconfig import write_kubeconfig

Object = Mapping[str, JSON]


@dataclass(frozen=True)
class Served:
    """A resource type that the server knows."""

    kind: str
    resource: str
    group: str
    version: str
    namespaced: bool

    @property
    def base(self) -> str:
        """Path of its group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"


@dataclass(frozen=True)
class Seen:
    """One request that came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class Order:
    """A prepared answer for a path; `times` is how often (None: always), after `delay` seconds."""

    path: str
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    times: int | None = None
    delay: float = 0.0
    only_with: str = ""

    def fits(self, request: web.Request) -> bool:
        """Whether it is for this request."""
        return (
            self.times != 0
            and request.path == self.path
            and (not self.only_with or self.only_with in request.query)
        )


def status(code: int, message: str, *, token: str = "") -> bytes:
    """A Kubernetes Status body."""
    meta = {"continue": token} if token else {}
    return json.dumps(
        {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": meta,
            "status": "Failure",
            "message": message,
            "code": code,
        }
    ).encode()


class FakeApi:
    """The server. Everything may be changed while it runs."""

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self.logs: dict[tuple[str, str, str, bool], str] = {}
        self.tokens: set[str] | None = None
        self.aggregated = True
        self.honours_metadata_only = True
        self.stale_groups: set[str] = set()
        self.url = ""
        self.served = [
            Served(each.kind, each.resource, each.group, each.version, each.namespaced)
            for each in RESOURCE_TYPES
            if not each.custom
        ]
        self._objects: dict[tuple[str, str], list[Object]] = {}
        self._orders: list[Order] = []
        self._runner: web.AppRunner | None = None

    def serve(self, kind: str, resource: str, group: str, version: str = "v1", *, namespaced: bool = True) -> None:
        """Know one more resource type."""
        self.served.append(Served(kind, resource, group, version, namespaced))

    def add(self, *objects: Object) -> None:
        """Hold objects, in the resource type of their kind and group."""
        for each in objects:
            group = str(each.get("apiVersion", "v1")).rpartition("/")[0]
            found = next(one for one in self.served if one.kind == each["kind"] and one.group == group)
            self._objects.setdefault((group, found.resource), []).append(each)

    def answer(self, path: str, code: int = 200, body: bytes = b"", **rest: object) -> None:
        """Answer a path with this from now on; `times`, `delay`, `headers`, `only_with` as in `Order`."""
        self._orders.append(Order(path, code, body, **rest))  # type: ignore[arg-type]

    def deny(self, path: str) -> None:
        """Answer 403 as RBAC does."""
        resource = path.rpartition("/")[2]
        self.answer(
            path, 403, status(403, f'{resource} is forbidden: User "reader" cannot list resource "{resource}"')
        )

    def delay(self, path: str, seconds: float) -> None:
        """Answer a path late."""
        self.answer(path, 504, status(504, "late"), delay=seconds)

    def expire(self, path: str, *, offer: str = "", times: int = 1) -> None:
        """Call continue tokens of a path expired, offering another one if given."""
        body = status(410, "The provided continue parameter is too old", token=offer)
        self.answer(path, 410, body, times=times, only_with="continue")

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [each.path for each in self.requests]

    def kubeconfig(self, folder: Path, *, token: str = "good", user: Mapping[str, JSON] | None = None) -> Path:
        """Writes a kubeconfig with the context `fake`, and `other` which leads nowhere."""
        return write_kubeconfig(folder, self.url, user if user is not None else {"token": token})

    async def __aenter__(self) -> FakeApi:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        self.requests.append(Seen(request.method, request.path, dict(request.query), dict(request.headers)))
        allowed = self.tokens is None or request.headers.get("Authorization", "")[len("Bearer ") :] in self.tokens
        if not allowed:
            return _reply(401, status(401, "Unauthorized"))
        for order in reversed(self._orders):
            if order.fits(request):
                order.times = None if order.times is None else order.times - 1
                await asyncio.sleep(order.delay)
                return _reply(order.status, order.body, order.headers)
        response = self._route(request)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.enable_compression(web.ContentCoding.gzip)
        return response

    def _route(self, request: web.Request) -> web.Response:
        if request.path == "/version":
            return _reply(200, json.dumps({"major": "1", "minor": "34", "gitVersion": "v1.34.0"}).encode())
        if request.path in ("/api", "/apis"):
            return self._discovery(request)
        parts = request.path.strip("/").split("/")
        if parts[-1] == "log" and len(parts) == 7:
            return self._log(request, parts[3], parts[5])
        for each in self.served:
            if request.path == each.base:
                return _json({"kind": "APIResourceList", "resources": self._resources(each.group, each.version)})
            if request.path == f"{each.base}/{each.resource}":
                return self._list(request, each, "")
            if (
                request.path.startswith(f"{each.base}/namespaces/")
                and parts[-1] == each.resource
                and each.namespaced
            ):
                return self._list(request, each, parts[-2])
        return _reply(404, b"404 page not found\n", {"Content-Type": "text/plain"})

    def _list(self, request: web.Request, served: Served, namespace: str) -> web.Response:
        held = self._objects.get((served.group, served.resource), [])
        found = [each for each in held if not namespace or _meta(each).get("namespace") == namespace]
        start = int(request.query.get("continue", "0"))
        limit = int(request.query.get("limit", "0")) or len(found)
        rest = max(0, len(found) - start - limit)
        meta: dict[str, JSON] = {"resourceVersion": "7"}
        if rest:
            meta |= {"continue": str(start + limit), "remainingItemCount": rest}
        page = found[start : start + limit]
        if "PartialObjectMetadataList" in request.headers.get("Accept", "") and self.honours_metadata_only:
            kept = [{"kind": "PartialObjectMetadata", "metadata": each["metadata"]} for each in page]
            return _json({"kind": "PartialObjectMetadataList", "metadata": meta, "items": kept})
        items = [
            {name: value for name, value in each.items() if name not in ("kind", "apiVersion")} for each in page
        ]
        return _json({"kind": f"{served.kind}List", "apiVersion": "v1", "metadata": meta, "items": items})

    def _log(self, request: web.Request, namespace: str, pod: str) -> web.Response:
        previous = request.query.get("previous") == "true"
        container = request.query.get("container", "")
        text = self.logs.get((namespace, pod, container, previous))
        if text is None and previous:
            said = f'previous terminated container "{container}" in pod "{pod}" not found'
            return _reply(400, status(400, said))
        if text is None:
            return _reply(404, status(404, f'pods "{pod}" not found'))
        lines = text.splitlines(keepends=True)[-int(request.query.get("tailLines", "1000000")) :]
        return _reply(200, "".join(lines).encode(), {"Content-Type": "text/plain"})

    def _discovery(self, request: web.Request) -> web.Response:
        core = request.path == "/api"
        groups = sorted({each.group for each in self.served if bool(each.group) != core})
        if self.aggregated and "apidiscovery" in request.headers.get("Accept", ""):
            return _json({"kind": "APIGroupDiscoveryList", "items": [self._aggregated(group) for group in groups]})
        if core:
            return _json({"kind": "APIVersions", "versions": ["v1"]})
        listed = [{"name": each, "versions": [{"version": v} for v in self._versions(each)]} for each in groups]
        return _json({"kind": "APIGroupList", "groups": listed})

    def _versions(self, group: str) -> list[str]:
        return list(dict.fromkeys(each.version for each in self.served if each.group == group))

    def _resources(self, group: str, version: str) -> Sequence[Mapping[str, JSON]]:
        return [
            {"name": each.resource, "kind": each.kind, "namespaced": each.namespaced, "verbs": ["get", "list"]}
            for each in self.served
            if (each.group, each.version) == (group, version)
        ]

    def _aggregated(self, group: str) -> Mapping[str, object]:
        stale = group in self.stale_groups
        return {
            "metadata": {"name": group},
            "versions": [self._version(group, v, stale) for v in self._versions(group)],
        }

    def _version(self, group: str, version: str, stale: bool) -> Mapping[str, object]:
        found = [
            {
                "resource": each["name"],
                "responseKind": {"kind": each["kind"]},
                "scope": "Namespaced" if each["namespaced"] else "Cluster",
                "verbs": each["verbs"],
            }
            for each in self._resources(group, version)
        ]
        return {
            "version": version,
            "resources": [] if stale else found,
            "freshness": "Stale" if stale else "Current",
        }


def _meta(each: Object) -> Mapping[str, JSON]:
    meta = each.get("metadata")
    return meta if isinstance(meta, dict) else {}


def _json(value: object) -> web.Response:
    return _reply(200, json.dumps(value).encode())


def _reply(code: int, body: bytes, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=code, body=body, headers={"Content-Type": "application/json", **(headers or {})})
