"""The configuration of CoreDNS: what in its Corefile keeps Service names from resolving."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from midwatch.detectors._backing import ailing
from midwatch.detectors.common import fact
from midwatch.detectors.dns._name_servers import SYSTEM, cluster_dns
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import ConfigMap
from midwatch.domain.text import Text
from midwatch.knowledge.names import closest

_DOMAIN = re.compile(r"(?:dnsDomain|clusterDomain):[ \t]{0,8}[\"']?([a-z0-9.\-]{1,253})")
_CONFIG_MAPS = ("coredns", "kube-dns", "rke2-coredns-rke2-coredns")
_REFUSALS = ("NXDOMAIN", "SERVFAIL", "REFUSED")
_DEFAULT_DOMAIN = "cluster.local"
_SELF = ("127.0.0.1", "localhost", "::1")
_MAX_LINES = 2000
_PLUGINS = frozenset({
    "root", "metadata", "geoip", "cancel", "tls", "quic", "timeouts", "multisocket", "reload", "nsid", "bufsize",
    "bind", "debug", "trace", "ready", "health", "pprof", "prometheus", "errors", "log", "dnstap", "local",
    "dns64", "acl", "any", "chaos", "loadbalance", "tsig", "cache", "rewrite", "header", "dnssec", "autopath",
    "minimal",
    "template", "transfer", "hosts", "route53", "azure", "clouddns", "k8s_external", "kubernetes", "file", "auto",
    "secondary", "etcd", "loop", "forward", "grpc", "erratic", "whoami", "on", "sign", "view", "nomad", "import",
})  # fmt: skip
"""Source: coredns/plugin.cfg. Images built with others exist, so an unknown word is no proof."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One plugin line: its words, those of its block, and whether it opens a server block."""

    words: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]


def misconfigured(inventory: Inventory) -> Iterator[Finding]:
    """Source: coredns.io/plugins/kubernetes, /forward, /template, /loop; kubernetes.io dns-custom-nameservers."""
    for name in _CONFIG_MAPS:
        found = inventory.get(ConfigMap, SYSTEM, name)
        text = found.data.get("Corefile", "") if found is not None else ""
        if found is not None and text.strip():
            for wrong, strength in _wrongs(inventory, text[:65536]):
                yield _finding(inventory, found, wrong, strength)
            return


def _finding(inventory: Inventory, found: ConfigMap, wrong: Text, strength: float) -> Finding:
    dns = inventory.derive(cluster_dns)
    affected = (*((dns.workload,) if dns.workload else ()), *((dns.service.ref,) if dns.service else ()))
    return Finding(
        "dns/corefile",
        found.ref,
        Text(f"The Corefile of {found.ref} {wrong.en}", f"{found.ref} 的 Corefile {wrong.zh}"),
        Severity.ERROR if strength >= 0.85 else Severity.WARNING,
        Status.ACTIVE if strength >= 0.6 else Status.LATENT,
        (Claim("dns-misconfigured", dns.workload or found.ref, strength),),
        (fact(found, ".data[Corefile]", wrong.en),),
        (found.ref, *affected),
    )


def _wrongs(inventory: Inventory, text: str) -> Iterator[tuple[Text, float]]:
    lines = [words for line in text.splitlines()[:_MAX_LINES] if (words := line.partition("#")[0].split())]
    opened = sum(each.count("{") for words in lines for each in words if len(each) == 1 or each[-1] == "{")
    closed = sum(1 for words in lines for each in words if each == "}")
    if opened != closed:
        yield Text(f"opens {opened} blocks and closes {closed}", f"打开 {opened} 个块却关闭 {closed} 个"), 0.85
        return
    directives = parse(lines)
    yield from _of_plugins(inventory, directives)
    yield from _of_kubernetes(inventory, directives)
    yield from _of_forward(inventory, directives)
    yield from _of_template(directives)


def parse(lines: list[list[str]]) -> list[Directive]:
    """The plugins of all server blocks."""
    found: list[Directive] = []
    words: tuple[str, ...] = ()
    body: list[tuple[str, ...]] = []
    depth = 0
    for line in lines:
        closes, opens = line[0] == "}", line[-1] == "{"
        plain = tuple(each for each in line if each not in ("{", "}"))
        if depth == 1 and not closes:
            words, body = plain, []
        elif depth > 1 and plain:
            body.append(plain)
        depth = max(0, depth + opens - (line.count("}")))
        if depth == 1 and words:
            found.append(Directive(words, tuple(body)))
            words = ()
    return found


def _of_plugins(inventory: Inventory, directives: list[Directive]) -> Iterator[tuple[Text, float]]:
    """A word that is no plugin ends CoreDNS at its start; a typing error is told from a plugin of its own."""
    workload = inventory.derive(cluster_dns).workload
    if workload is None or workload not in inventory.derive(ailing):
        return
    unknown = [each.words[0] for each in directives if each.words[0] not in _PLUGINS]
    for word in unknown[:1]:
        near = closest(word, sorted(_PLUGINS))
        hint, hint_zh = (f" (meant: {near})", f"（可能是 {near}）") if near else ("", "")
        wrong = Text(f"names the unknown plugin {word}{hint}", f"使用了未知插件 {word}{hint_zh}")
        yield wrong, 0.9 if near else 0.6


def _of_kubernetes(inventory: Inventory, directives: list[Directive]) -> Iterator[tuple[Text, float]]:
    zones = [zone for each in directives if each.words[0] == "kubernetes" for zone in each.words[1:]]
    if not any(each.words[0] in ("kubernetes", "import", "k8s_external") for each in directives):
        yield (
            Text(
                "has no kubernetes plugin: no Service name resolves", "没有 kubernetes 插件：Service 域名无法解析"
            ),
            0.93,
        )
        return
    told = _cluster_domain(inventory)
    domain = told or _DEFAULT_DOMAIN
    if zones and not any(domain == zone.rstrip(".") or domain.endswith(f".{zone}") for zone in zones):
        served = " ".join(zones[:5])
        wrong = Text(
            f"serves {served} but the cluster's domain is {domain}", f"服务于 {served}，但集群域是 {domain}"
        )
        yield wrong, 0.93 if told else 0.65


def _cluster_domain(inventory: Inventory) -> str:
    """The domain that kubeadm or the kubelets' configuration tells; empty when neither does."""
    for name in ("kubelet-config", "kubeadm-config"):
        found = inventory.get(ConfigMap, SYSTEM, name)
        for text in found.data.values() if found is not None else ():
            match = _DOMAIN.search(text[:65536])
            if match is not None:
                return match[1].rstrip(".")
    return ""


def _of_forward(inventory: Inventory, directives: list[Directive]) -> Iterator[tuple[Text, float]]:
    dns = inventory.derive(cluster_dns)
    own = (*_SELF, dns.service.spec.cluster_ip) if dns.service and dns.service.spec.cluster_ip else _SELF
    for each in directives:
        if each.words[0] not in ("forward", "proxy"):
            continue
        targets = [word.removeprefix("dns://").removesuffix(":53") for word in each.words[2:]]
        if not targets:
            yield Text("forwards to nowhere", "的 forward 没有上游"), 0.85
        elif any(target in own for target in targets):
            yield (
                Text(f"forwards to itself ({' '.join(targets[:3])})", f"转发给自己（{' '.join(targets[:3])}）"),
                0.9,
            )


def _of_template(directives: list[Directive]) -> Iterator[tuple[Text, float]]:
    """Templates that refuse names of the cluster."""
    for each in directives:
        codes = [words[1] for words in each.body if words[0] == "rcode" and len(words) > 1]
        if each.words[0] != "template" or not any(code in _REFUSALS for code in codes):
            continue
        zones = [zone.rstrip(".") for zone in each.words[3:]] or ["."]
        zone = next((zone for zone in zones if zone.endswith(_DEFAULT_DOMAIN) or zone in ("", ".")), None)
        families = {word for word in each.words[1:3] if word in ("AAAA", "HTTPS", "PTR", "SVCB")}
        if zone is not None and not families:
            yield Text(f"answers {codes[0]} for names in {zone}", f"对 {zone} 中的名字返回 {codes[0]}"), 0.85
