"""Requests that come in through an ingress controller: to its pods, by its rules, on to the backend."""

from __future__ import annotations

from dataclasses import replace

from midwatch.domain.resource import Ref
from midwatch.lab.core.env import Env
from midwatch.lab.core.runtime import Process
from midwatch.lab.network.address import Address
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.network.dialer import Dialer, arrive
from midwatch.lab.network.endpoints import ports_of
from midwatch.lab.network.ingress import CONTROLLERS, Ingresses, Rule
from midwatch.lab.network.names import INGRESS_ADDRESS
from midwatch.lab.network.parties import Parties, Party
from midwatch.lab.network.proxies import Proxies, Routing


class Routes:
    """What becomes of a request to a host of an Ingress."""

    def __init__(self, env: Env, proxies: Proxies, dialer: Dialer, ingresses: Ingresses, parties: Parties) -> None:
        self._env = env
        self._proxies = proxies
        self._dialer = dialer
        self._ingresses = ingresses
        self._parties = parties

    def through_ingress(self, party: Party, address: Address) -> tuple[Connection, ...]:
        """First to a controller's pod, then to the backend. Without a rule the first controller answers."""
        rule = self._ingresses.find(address.host, address.path)
        controller = rule.controller if rule is not None else next(iter(CONTROLLERS))
        start = Connection(address.host, address.port, f"{INGRESS_ADDRESS}:{address.port}")
        found: list[Connection] = []
        for first in self._doors(party, start, controller):
            if first.failure is not None or first.process is None:
                found.append(first)
            else:
                found += self._behind(first.process, replace(first, detail=""), address, rule)
        return tuple(found)

    def _doors(self, party: Party, start: Connection, controller: str) -> list[Connection]:
        key = CONTROLLERS[controller]
        service = self._proxies.tables.services.get(key)
        if service is None:
            return [replace(start, failure=Failure.TIMEOUT)]
        port = next((each for each in ports_of(service) if each["port"] == start.port), None)
        endpoints = self._proxies.tables.endpoints(key, port.get("name") or "") if port is not None else ()
        failure = None if endpoints else Failure.REFUSED
        routing = Routing(Ref("Service", *key), endpoints, failure)
        return [arrive(self._env, each) for each in self._dialer.through(party, start, routing)]

    def _behind(
        self, controller: Process, first: Connection, address: Address, rule: Rule | None
    ) -> tuple[Connection, ...]:
        start = replace(first, process=None, service=None, via=controller)
        flaw = self._ingresses.certificate(address.host) if address.scheme == "https" else ""
        if flaw:
            return (replace(start, failure=Failure.TLS, detail=flaw),)
        if rule is None:
            return (replace(start, failure=Failure.NOT_FOUND),)
        routing = self._backend(rule)
        if routing is None or routing.failure is not None:
            service = routing.service if routing is not None else None
            return (replace(start, failure=Failure.UNAVAILABLE, service=service),)
        hops = self._dialer.through(self._parties.of(controller), start, routing)
        return tuple(
            replace(each, seconds=each.seconds + first.seconds, loss=each.loss + first.loss) for each in hops
        )

    def _backend(self, rule: Rule) -> Routing | None:
        """The endpoints of a rule's Service port; controllers read them themselves, past kube-proxy."""
        tables = self._proxies.tables
        service = tables.services.get(rule.service)
        if service is None:
            return None
        port = next((each for each in ports_of(service) if rule.port in (each["port"], each.get("name"))), None)
        if port is None:
            return Routing(Ref("Service", *rule.service), failure=Failure.REFUSED)
        endpoints = tables.endpoints(rule.service, port.get("name") or "")
        return Routing(Ref("Service", *rule.service), endpoints, None if endpoints else Failure.REFUSED)
