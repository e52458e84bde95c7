"""Ingresses: which Service a host and path lead to, as ingress-nginx builds its configuration from them.

Source: ingress-nginx/internal/ingress/controller/controller.go (backends, default backend, default certificate).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from midwatch.lab.core.kinds import INGRESS, INGRESS_CLASS, SECRET
from midwatch.lab.core.objects import Obj, annotations_of, name_of, namespace_of, spec
from midwatch.lab.core.store import Store
from midwatch.lab.network.endpoints import ServiceKey

CONTROLLERS = {"k8s.io/ingress-nginx": ("ingress-nginx", "ingress-nginx-controller")}
"""The Service (namespace, name) of each controller, by the name that classes give it."""
_LEGACY, _DEFAULT = "kubernetes.io/ingress.class", "ingressclass.kubernetes.io/is-default-class"


@dataclass(frozen=True, slots=True)
class Rule:
    """One path of a host (empty: any) with the Service port (number or name) behind it, and who controls it."""

    host: str
    path: str
    exact: bool
    service: ServiceKey
    port: int | str
    controller: str
    ingress: str


class Ingresses:
    """The rules in force; read again after a change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rules: list[Rule] | None = None
        self._secure: dict[str, tuple[str, str]] = {}
        self.version = 0
        store.watch(lambda _: self._forget(), INGRESS, INGRESS_CLASS)

    def _forget(self) -> None:
        self._rules = None
        self.version += 1

    def rules(self) -> list[Rule]:
        """All rules, longest path first; exact ones before prefixes."""
        if self._rules is None:
            found = [rule for each in self._store.list(INGRESS) for rule in self._read(each)]
            found.sort(key=lambda each: (len(each.path), each.exact), reverse=True)
            self._rules = found
            self._secure = {
                host: (namespace_of(each), tls.get("secretName") or "")
                for each in self._store.list(INGRESS)
                for tls in _list(spec(each), "tls")
                for host in tls.get("hosts") or ()
            }
        return self._rules

    def hosts(self) -> frozenset[str]:
        """The hosts of all Ingress objects, whoever serves them: their names are in the public DNS."""
        return frozenset(
            host
            for each in self._store.list(INGRESS)
            for rule in _list(spec(each), "rules")
            if (host := rule.get("host"))
        )

    def find(self, host: str, path: str) -> Rule | None:
        """The rule for a request; rules without a host come last."""
        fitting = [each for each in self.rules() if _host_fits(each.host, host) and _path_fits(each, path)]
        return max(fitting, key=lambda each: (each.host == host, bool(each.host)), default=None)

    def certificate(self, host: str) -> str:
        """What is wrong with the certificate that TLS clients of a host are shown; empty when nothing is."""
        self.rules()
        known = self._secure.get(host)
        if known is None or self._store.get(SECRET, *known) is None:
            return f"x509: certificate is valid for ingress.local, not {host}"
        return ""

    def _read(self, ingress: Obj) -> Iterator[Rule]:
        controller = self._controller(ingress)
        if controller not in CONTROLLERS:
            return
        namespace, name = namespace_of(ingress), name_of(ingress)
        for rule in _list(spec(ingress), "rules"):
            for path in _list(rule.get("http") or {}, "paths"):
                exact = path.get("pathType") == "Exact"
                service, port = _backend(namespace, path["backend"])
                yield Rule(rule.get("host") or "", path.get("path") or "/", exact, service, port, controller, name)
        backend: Obj = spec(ingress).get("defaultBackend") or {}
        if backend:
            service, port = _backend(namespace, backend)
            yield Rule("", "/", False, service, port, controller, name)

    def _controller(self, ingress: Obj) -> str:
        """The controller of its class; without a class the default one's; without a default nobody's."""
        wanted = spec(ingress).get("ingressClassName") or annotations_of(ingress).get(_LEGACY)
        classes = self._store.list(INGRESS_CLASS)
        for each in classes:
            if name_of(each) == wanted or (not wanted and annotations_of(each).get(_DEFAULT) == "true"):
                return spec(each).get("controller") or ""
        return ""


def _backend(namespace: str, backend: Obj) -> tuple[ServiceKey, int | str]:
    service: Obj = backend.get("service") or {}
    port: Obj = service.get("port") or {}
    return (namespace, service.get("name") or ""), port.get("number") or port.get("name") or ""


def _list(found: Obj, key: str) -> list[Obj]:
    return found.get(key) or []


def _host_fits(pattern: str, host: str) -> bool:
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:]
    return pattern in ("", host)


def _path_fits(rule: Rule, path: str) -> bool:
    path = path.partition("?")[0] or "/"
    if rule.exact:
        return path == rule.path
    prefix = rule.path.rstrip("/")
    return path == prefix or path.startswith(f"{prefix}/") or not prefix
