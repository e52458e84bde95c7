"""Resolver settings of workloads that keep them from resolving the Services they call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from midwatch.detectors._backing import ailing
from midwatch.detectors.dns._name_servers import SYSTEM, dns_addresses
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import PodSpec
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.addresses import Address, resolve
from midwatch.knowledge.callers import resolved_references
from midwatch.knowledge.templates import pod_templates

_LINK_LOCAL = "169.254."
_DNS_PORT = 53
_PATH = ".spec.template.spec"


def _named(inventory: Inventory) -> Mapping[Ref, list[str]]:
    """Host names of existing Services that each workload calls (use with `derive`)."""
    index: dict[Ref, list[str]] = defaultdict(list)
    for holder, reference, resolution in inventory.derive(resolved_references):
        host = reference.address.host
        if resolution.service is not None and reference.explicit and any(each.isalpha() for each in host):
            index[holder].append(host)
    return index


def policy(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy."""
    needed = inventory.derive(_named)
    for ref, template in inventory.derive(pod_templates).items():
        spec = template.spec
        loose = spec.host_network and spec.dns_policy == "ClusterFirst"
        if spec.dns_policy != "Default" and not loose:
            continue
        if ref in needed and not _asks_cluster(inventory, spec):
            setting = "ClusterFirst with hostNetwork" if loose else "Default"
            yield _finding(
                inventory,
                ref,
                "dns/policy",
                Text(
                    f"{ref} resolves by dnsPolicy {setting}, the node's resolver, but calls {needed[ref][0]}",
                    f"{ref} 的 dnsPolicy 是 {setting}，用的是节点的解析器，却要访问 {needed[ref][0]}",
                ),
                (f"{_PATH}.dnsPolicy", spec.dns_policy),
                0.75,
            )
        elif ref not in needed and not spec.host_network and not _is_resolver(spec) and _odd(inventory, ref):
            yield _odd_policy(inventory, ref, spec)


def _is_resolver(spec: PodSpec) -> bool:
    """Whether it answers DNS queries itself: the cluster's DNS must ask the node's resolver, or it asks itself."""
    return any(port.container_port == _DNS_PORT for each in spec.containers for port in each.ports)


def _odd(inventory: Inventory, ref: Ref) -> bool:
    """Whether all other workloads of the namespace use the cluster's DNS."""
    counts = inventory.derive(_counts).get(ref.namespace, {})
    alone = ref.namespace != SYSTEM and counts.get("ClusterFirst", 0) >= 3 and counts.get("Default", 0) == 1
    return alone and ref.kind in ("Deployment", "StatefulSet") and ref in inventory.derive(ailing)


def _counts(inventory: Inventory) -> Mapping[str, Mapping[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for ref, template in inventory.derive(pod_templates).items():
        counts[ref.namespace][template.spec.dns_policy] += 1
    return counts


def _odd_policy(inventory: Inventory, ref: Ref, spec: PodSpec) -> Finding:
    return _finding(
        inventory,
        ref,
        "dns/policy-odd",
        Text(
            f"{ref} alone in its namespace resolves by dnsPolicy Default, which knows no Service",
            f"命名空间里只有 {ref} 使用 dnsPolicy Default，它不认识 Service 域名",
        ),
        (f"{_PATH}.dnsPolicy", spec.dns_policy),
        0.5,
    )


def _asks_cluster(inventory: Inventory, spec: PodSpec) -> bool:
    """Whether a configured name server is the cluster's, or a cache on the node."""
    servers = spec.dns_config.nameservers if spec.dns_config is not None else ()
    known = inventory.derive(dns_addresses)
    return any(each in known or each.startswith(_LINK_LOCAL) for each in servers)


def name_servers(inventory: Inventory) -> Iterator[Finding]:
    """dnsPolicy None needs the cluster's name server. Source: as above, #pod-dns-config."""
    needed, known = inventory.derive(_named), inventory.derive(dns_addresses)
    for ref, template in inventory.derive(pod_templates).items():
        spec = template.spec
        if spec.dns_policy != "None" or _asks_cluster(inventory, spec) or not (known or _only_public(spec)):
            continue
        servers = ", ".join(spec.dns_config.nameservers[:3]) if spec.dns_config is not None else ""
        yield _finding(
            inventory,
            ref,
            "dns/name-servers",
            Text(
                f"{ref} asks the name servers {servers or '(none)'} by dnsPolicy None, not the cluster's"
                f" ({', '.join(sorted(known)[:2]) or 'not listed'})",
                f"{ref} 的 dnsPolicy 是 None，查询 {servers or '（无）'}，"
                f"而不是集群的 DNS（{', '.join(sorted(known)[:2]) or '未列出'}）",
            ),
            (f"{_PATH}.dnsConfig.nameservers", servers),
            0.75 if ref in needed else 0.5,
        )


def _only_public(spec: PodSpec) -> bool:
    """Whether all its name servers are on the internet, where nobody knows the names of a cluster."""
    servers = spec.dns_config.nameservers if spec.dns_config is not None else ()
    return bool(servers) and all(_is_public(each) for each in servers)


def _is_public(server: str) -> bool:
    try:
        return ip_address(server).is_global
    except ValueError:
        return False


def options(inventory: Inventory) -> Iterator[Finding]:
    """Short names need search domains and ndots above 0. Source: man resolv.conf; as above."""
    needed = inventory.derive(_named)
    for ref, template in inventory.derive(pod_templates).items():
        config = template.spec.dns_config
        short = [each for each in needed.get(ref, ()) if "." not in each]
        if config is None or not short:
            continue
        dots = next((each.value for each in config.options if each.name == "ndots"), None)
        wanted = f"{ref.namespace}.svc."
        searched = template.spec.dns_policy != "None" or any(each.startswith(wanted) for each in config.searches)
        if searched and dots != "0":
            continue
        path, value = ("options", "ndots:0") if searched else ("searches", ", ".join(config.searches) or "(none)")
        yield _finding(
            inventory,
            ref,
            "dns/short-names",
            Text(
                f"{ref} calls {short[0]} by its short name, which dnsConfig.{path} ({value}) keeps from resolving",
                f"{ref} 用短名访问 {short[0]}，但 dnsConfig.{path}（{value}）使其无法解析",
            ),
            (f"{_PATH}.dnsConfig.{path}", value),
            0.5 if searched else 0.75,
        )


def shadowed_by_hosts(inventory: Inventory) -> Iterator[Finding]:
    """hostAliases win over DNS. Source: kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods."""
    for ref, template in inventory.derive(pod_templates).items():
        for alias in template.spec.host_aliases:
            for host in alias.hostnames[:50]:
                service = resolve(inventory, ref.namespace, Address(host.lower())).service
                if service is not None and alias.ip not in ("", service.spec.cluster_ip):
                    yield _finding(
                        inventory,
                        ref,
                        "dns/host-alias",
                        Text(
                            f"{ref} resolves {host} to {alias.ip} by hostAliases, not to {service.ref}",
                            f"{ref} 的 hostAliases 把 {host} 解析为 {alias.ip}，而不是 {service.ref}",
                        ),
                        (f"{_PATH}.hostAliases", f"{alias.ip} {host}"),
                        0.75 if host in inventory.derive(_named).get(ref, ()) else 0.5,
                        "service-address-mismatch",
                    )


def _finding(
    inventory: Inventory,
    ref: Ref,
    rule: str,
    message: Text,
    shown: tuple[str, str],
    strength: float,
    cause: str = "dns-policy-mismatch",
) -> Finding:
    """Proven where a call needs it (0.75 and above); certain where the workload also suffers."""
    hurts = ref in inventory.derive(ailing)
    if hurts:
        strength = 0.9 if strength >= 0.75 else 0.6
    return Finding(
        rule,
        ref,
        message,
        Severity.ERROR if hurts and strength >= 0.75 else Severity.WARNING,
        Status.ACTIVE if strength > 0.5 else Status.LATENT,
        (Claim(cause, ref, strength),),
        (Fact(ref, *shown),),
        (ref,),
    )
