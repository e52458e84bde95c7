"""The checks of the level `baseline`, in the order in which they are reported.

Source: k8s.io/pod-security-admission/policy/check_*.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.access.pod_security._parts import (
    Check,
    Violation,
    containers,
    context,
    named,
    plural,
    quoted,
    setters,
)
from midwatch.lab.core.objects import Obj, part

_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)
_SELINUX = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


def app_armor(head: Obj, body: Obj) -> Violation | None:
    """AppArmor must not be switched off."""
    bad = [each for each in containers(body) if _app_armor(each) == "Unconfined"]
    who = setters(_app_armor(body) == "Unconfined", bad)
    found = [f'{who} must not set AppArmor profile type to "Unconfined"'] if who else []
    for key, value in sorted(part(head, "annotations").items()):
        if (
            key.startswith(_APPARMOR)
            and value not in ("", "runtime/default")
            and not value.startswith("localhost/")
        ):
            found.append(f'{key}="{value}"')
    if not found:
        return None
    word = plural("forbidden AppArmor profile", "forbidden AppArmor profiles", len(found))
    return Violation(word, ", ".join(found))


def capabilities(_: Obj, body: Obj) -> Violation | None:
    """Only the capabilities that containers have anyway may be added."""
    found: set[str] = set()
    bad: list[Obj] = []
    for each in containers(body):
        more = set[str](part(context(each), "capabilities").get("add") or ()) - _CAPABILITIES
        if more:
            bad.append(each)
            found |= more
    if not bad:
        return None
    detail = f"{named(bad)} must not include {quoted(sorted(found))} in securityContext.capabilities.add"
    return Violation("non-default capabilities", detail)


def host_namespaces(_: Obj, body: Obj) -> Violation | None:
    """The namespaces of the node are not for pods."""
    found = [f"{each}=true" for each in ("hostNetwork", "hostPID", "hostIPC") if body.get(each)]
    return Violation("host namespaces", ", ".join(found)) if found else None


def host_paths(_: Obj, body: Obj) -> Violation | None:
    """Nor are its files."""
    found = [each["name"] for each in body.get("volumes") or () if each.get("hostPath") is not None]
    if not found:
        return None
    return Violation("hostPath volumes", f"{plural('volume', 'volumes', len(found))} {quoted(found)}")


def host_ports(_: Obj, body: Obj) -> Violation | None:
    """Nor are its ports."""
    bad: list[Obj] = []
    ports: set[int] = set()
    for each in containers(body):
        own = {port["hostPort"] for port in each.get("ports") or () if port.get("hostPort")}
        if own:
            bad.append(each)
            ports |= own
    if not bad:
        return None
    uses, word = plural("uses", "use", len(bad)), plural("hostPort", "hostPorts", len(ports))
    return Violation("hostPort", f"{named(bad)} {uses} {word} {', '.join(sorted(map(str, ports)))}")


def host_probes(_: Obj, body: Obj) -> Violation | None:
    """Probes and hooks are about the pod itself (since 1.34)."""
    bad: list[str] = []
    hosts: set[str] = set()
    for each in containers(body):
        own = {host for handler in _handlers(each) if (host := handler.get("host"))}
        if own:
            bad.append(each["name"])
            hosts |= own
    if not bad:
        return None
    uses = plural("uses", "use", len(bad))
    word = plural("probe or lifecycle host", "probe or lifecycle hosts", len(hosts))
    detail = f"{named(sorted(bad))} {uses} {word} {quoted(sorted(hosts))}"
    return Violation("probe or lifecycle host", detail)


def privileged(_: Obj, body: Obj) -> Violation | None:
    """No container is privileged."""
    bad = [each for each in containers(body) if context(each).get("privileged")]
    return Violation("privileged", f"{named(bad)} must not set securityContext.privileged=true") if bad else None


def proc_mount(_: Obj, body: Obj) -> Violation | None:
    """`/proc` stays masked."""
    bad = [each for each in containers(body) if context(each).get("procMount") not in (None, "Default")]
    if not bad:
        return None
    types = quoted(sorted({context(each)["procMount"] for each in bad}))
    return Violation("procMount", f"{named(bad)} must not set securityContext.procMount to {types}")


def selinux(_: Obj, body: Obj) -> Violation | None:
    """SELinux options are limited to container types."""
    own: Obj | None = context(body).get("seLinuxOptions")
    pod_bad = own is not None and _bad_selinux(own)
    bad = [each for each in containers(body) if _bad_selinux(context(each).get("seLinuxOptions") or {})]
    who = setters(pod_bad, bad)
    if not who:
        return None
    every = [own or {}, *(context(each)["seLinuxOptions"] for each in bad)]
    types = sorted({each.get("type") or "" for each in every} - _SELINUX)
    data = [f"{plural('type', 'types', len(types))} {quoted(types)}"] if types else []
    data += [f"{field} may not be set" for field in ("user", "role") if any(each.get(field) for each in every)]
    return Violation("seLinuxOptions", f"{who} set forbidden securityContext.seLinuxOptions: {'; '.join(data)}")


def seccomp(_: Obj, body: Obj) -> Violation | None:
    """Seccomp must not be switched off."""
    bad = [each for each in containers(body) if seccomp_of(each) == "Unconfined"]
    who = setters(seccomp_of(body) == "Unconfined", bad)
    if not who:
        return None
    return Violation("seccompProfile", f'{who} must not set securityContext.seccompProfile.type to "Unconfined"')


def sysctls(_: Obj, body: Obj) -> Violation | None:
    """Only sysctls that concern the pod alone."""
    found = [each["name"] for each in context(body).get("sysctls") or () if each["name"] not in _SYSCTLS]
    return Violation("forbidden sysctls", ", ".join(found)) if found else None


def windows(_: Obj, body: Obj) -> Violation | None:
    """No Windows host processes."""
    bad = [each for each in containers(body) if _host_process(each)]
    who = setters(_host_process(body), bad)
    if not who:
        return None
    return Violation("hostProcess", f"{who} must not set securityContext.windowsOptions.hostProcess=true")


def seccomp_of(where: Obj) -> str | None:
    """The seccomp profile type that a pod's spec or a container sets."""
    return part(context(where), "seccompProfile").get("type")


def _app_armor(where: Obj) -> str | None:
    return part(context(where), "appArmorProfile").get("type")


def _handlers(container: Obj) -> Iterator[Obj]:
    hooks: Obj = container.get("lifecycle") or {}
    probes = (container.get(each) for each in ("livenessProbe", "readinessProbe", "startupProbe"))
    for each in (*probes, hooks.get("postStart"), hooks.get("preStop")):
        yield part(each or {}, "httpGet")
        yield part(each or {}, "tcpSocket")


def _bad_selinux(options: Obj) -> bool:
    return bool((options.get("type") or "") not in _SELINUX or options.get("user") or options.get("role"))


def _host_process(where: Obj) -> bool:
    return bool(part(context(where), "windowsOptions").get("hostProcess"))


BASELINE: dict[str, Check] = {
    "appArmorProfile": app_armor,
    "capabilities_baseline": capabilities,
    "hostNamespaces": host_namespaces,
    "hostPathVolumes": host_paths,
    "hostPorts": host_ports,
    "hostProbesAndHostLifecycle": host_probes,
    "privileged": privileged,
    "procMount": proc_mount,
    "seLinuxOptions": selinux,
    "seccompProfile_baseline": seccomp,
    "sysctls": sysctls,
    "windowsHostProcess": windows,
}
