"""CoreDNS at work: its metrics and its log, and its end when it starts with a broken Corefile.

Source: coredns/plugin/metrics/vars/vars.go, coredns/plugin/errors/errors.go, coredns/plugin/reload/reload.go.
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.metrics import labels
from midwatch.lab.core.runtime import Process
from midwatch.lab.network.connection import Failure
from midwatch.lab.network.corefile import parse_corefile
from midwatch.lab.network.network import Network
from midwatch.lab.traffic.links import Link, Links
from midwatch.lab.traffic.stations import Station, Stations
from midwatch.lab.world.programs import Protocol

_REUSE = 0.1
"""Names looked up for each call: connections are kept open."""
_MISSES = 3.0
"""Names of the search list that are asked for in vain before an outside name is."""
_RCODES = {Failure.NO_SUCH_HOST: "NXDOMAIN", Failure.DNS_FAILURE: "SERVFAIL", Failure.DNS_TIMEOUT: "SERVFAIL"}


class Dns:
    """Counts questions and answers."""

    def __init__(self, env: Env, network: Network, stations: Stations, links: Links) -> None:
        self._env = env
        self._network = network
        self._stations = stations
        self._links = links
        self._told: dict[str, str] = {}
        env.runtime.observe(self._started)

    def count(self, seconds: float) -> None:
        """Count this tick's questions, spread over the servers."""
        servers = [each for each in self._stations.all.values() if is_dns(each.process) and each.process.serving]
        counts: dict[str, float] = {"NOERROR": 0.5 * seconds * len(servers)}
        for _, link in self._links.all():
            self._ask(link, seconds, counts)
        for each in servers:
            self._reload(each)
            for rcode, count in counts.items():
                self._answered(each, rcode, count / len(servers))
            if counts.get("SERVFAIL"):
                self._complain(each)

    def _ask(self, link: Link, seconds: float, counts: dict[str, float]) -> None:
        asked = max(link.rps, 0.02) * seconds * _REUSE
        for connection in link.shut:
            rcode = _RCODES.get(connection.failure or Failure.REFUSED)
            if rcode is not None:
                counts[rcode] = counts.get(rcode, 0.0) + asked * (_MISSES if rcode == "NXDOMAIN" else 1)
                return
        counts["NOERROR"] += asked
        if any(connection.external for connection, _ in link.open):
            counts["NXDOMAIN"] = counts.get("NXDOMAIN", 0.0) + asked * _MISSES

    def _answered(self, station: Station, rcode: str, count: float) -> None:
        pod = {"namespace": station.process.namespace, "pod": station.process.pod, "server": "dns://:53"}
        metrics = self._env.metrics
        metrics.add("coredns_dns_requests_total", labels(proto="udp", type="A", zone=".", **pod), count)
        metrics.add("coredns_dns_responses_total", labels(rcode=rcode, zone=".", **pod), count)

    def _complain(self, station: Station) -> None:
        """An upstream that does not answer is logged by the plugin `errors`."""
        corefile = self._network.resolver.corefile(station.process)
        block = corefile.block("example")
        forward = next(iter(block.all("forward")), None) if block is not None else None
        if forward is None or len(forward.arguments) < 2:
            return
        name = next((link for _, link in self._links.all() if _fails(link)), None)
        if name is not None:
            host = name.shut[0].host
            way = f"read udp {station.process.ip}:41893->{forward.arguments[1]}:53: i/o timeout"
            self._env.runtime.log(
                station.process, self._env.clock.now, f"[ERROR] plugin/errors: 2 {host}. A: {way}"
            )

    def _reload(self, station: Station) -> None:
        """A running server keeps its last good configuration, and says so."""
        process = station.process
        problem = parse_corefile(self._network.resolver.corefile_text(process)).problem
        if problem and self._told.get(process.pod_uid) != problem:
            now = self._env.clock.now
            self._env.runtime.log(process, now, f"[ERROR] Restart failed: {problem}")
            failed = "plugin/reload: Corefile changed but reload failed: starting with listener file descriptors"
            self._env.runtime.log(process, now, f"[ERROR] {failed}: {problem}")
        self._told[process.pod_uid] = problem

    def _started(self, process: Process) -> None:
        if is_dns(process):
            self._env.clock.after(0.2, lambda: self._start(process))

    def _start(self, process: Process) -> None:
        """With a broken Corefile it does not start at all."""
        problem = parse_corefile(self._network.resolver.corefile_text(process)).problem
        current = self._env.runtime.processes.get((process.pod_uid, process.container))
        if problem and current is process:
            self._env.runtime.log(process, self._env.clock.now, problem)
            self._env.runtime.end(process, 1, "Error")


def _fails(link: Link) -> bool:
    return any(each.failure is Failure.DNS_FAILURE for each in link.shut)


def is_dns(process: Process) -> bool:
    """Whether a process is a DNS server."""
    return any(each.protocol is Protocol.DNS for each in process.program.ports)
