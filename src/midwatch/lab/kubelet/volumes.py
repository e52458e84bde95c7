"""Setting up one volume of a pod: its files, or why it cannot be mounted.

Source: kubernetes/pkg/volume/{configmap,secret,projected,downwardapi,hostpath}/*.go.
"""

from __future__ import annotations

from collections.abc import Callable

from midwatch.lab.core.kinds import CONFIG_MAP, SERVICE_ACCOUNT
from midwatch.lab.core.objects import Obj, parts, spec
from midwatch.lab.kubelet.environment import field_value, resource_value
from midwatch.lab.kubelet.failure import ConfigMissing
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.references import read
from midwatch.lab.kubelet.state import Tenant, Volume

_ROOT_CA = "kube-root-ca.crt"
_EXECUTE = 0o111
_DIRECTORIES = frozenset(
    {
        "/",
        "/bin",
        "/boot",
        "/dev",
        "/etc",
        "/etc/kubernetes",
        "/etc/cni",
        "/etc/cni/net.d",
        "/etc/ssl",
        "/etc/ssl/certs",
        "/home",
        "/lib",
        "/lib/modules",
        "/mnt",
        "/opt",
        "/opt/cni",
        "/opt/cni/bin",
        "/proc",
        "/root",
        "/run",
        "/run/containerd",
        "/sys",
        "/sys/fs/cgroup",
        "/tmp",  # noqa: S108 - a path on the simulated node
        "/usr",
        "/usr/share",
        "/var",
        "/var/lib",
        "/var/lib/kubelet",
        "/var/lib/containerd",
        "/var/log",
        "/var/log/pods",
        "/var/log/containers",
        "/var/run",
    }
)
_FILES = frozenset({"/etc/machine-id", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/localtime"})
_SOCKETS = frozenset({"/run/containerd/containerd.sock", "/var/run/containerd/containerd.sock"})


def set_up(host: Host, tenant: Tenant, declared: Obj) -> Volume:
    """One volume that needs no storage; raises `ConfigMissing` with the volume plugin's words."""
    kind = next((key for key in declared if key != "name"), "emptyDir")
    source: Obj = declared.get(kind) or {}
    make = _PLUGINS.get(kind)
    if make is None:
        return Volume(declared["name"], kind)
    return make(host, tenant, declared["name"], source)


def _config(host: Host, tenant: Tenant, name: str, source: Obj) -> Volume:
    files, sources = _items(host, tenant, "configmap", source, source.get("name") or "")
    return Volume(name, "configMap", files, executable=_executable(source), sources=sources)


def _secret(host: Host, tenant: Tenant, name: str, source: Obj) -> Volume:
    files, sources = _items(host, tenant, "secret", source, source.get("secretName") or "")
    return Volume(name, "secret", files, executable=_executable(source), sources=sources)


def _executable(source: Obj) -> bool:
    return bool(int(source.get("defaultMode") or 0o644) & _EXECUTE)


def _items(
    host: Host, tenant: Tenant, kind: str, source: Obj, name: str
) -> tuple[dict[str, str], frozenset[tuple[str, str]]]:
    """The chosen keys as files. Source: kubernetes/pkg/volume/configmap/configmap.go (MakePayload)."""
    sources = frozenset({(kind, name)})
    try:
        content = _content(host, tenant, kind, name)
    except ConfigMissing:
        if source.get("optional"):
            return {}, sources
        raise
    items = parts(source, "items")
    if not items:
        return content, sources
    files: dict[str, str] = {}
    for each in items:
        if each["key"] in content:
            files[each.get("path") or each["key"]] = content[each["key"]]
        elif not source.get("optional"):
            what = "secret key" if kind == "secret" else "config key"
            raise ConfigMissing(f"references non-existent {what}: {each['key']}")
    return files, sources


def _content(host: Host, tenant: Tenant, kind: str, name: str) -> dict[str, str]:
    """What a reference holds. Where nobody publishes the root certificates, they are there nevertheless."""
    published = host.env.store.get(CONFIG_MAP, "kube-system", _ROOT_CA) is not None
    if kind == "configmap" and name == _ROOT_CA and not published:
        return {"ca.crt": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"}
    return read(host.env.store, kind, tenant.namespace, name)


def _downward(host: Host, tenant: Tenant, name: str, source: Obj) -> Volume:
    return Volume(name, "downwardAPI", _downward_files(host, tenant, source))


def _downward_files(host: Host, tenant: Tenant, source: Obj) -> dict[str, str]:
    files: dict[str, str] = {}
    for each in parts(source, "items"):
        path = each.get("path") or ""
        if "fieldRef" in each:
            files[path] = field_value(host, tenant, each["fieldRef"].get("fieldPath") or "")
        elif "resourceFieldRef" in each:
            files[path] = resource_value(host, tenant, {}, each["resourceFieldRef"])
    return files


def _projected(host: Host, tenant: Tenant, name: str, source: Obj) -> Volume:
    """Source: kubernetes/pkg/volume/projected/projected.go (collectData)."""
    files: dict[str, str] = {}
    sources: frozenset[tuple[str, str]] = frozenset()
    problems: list[str] = []
    for each in parts(source, "sources"):
        try:
            more, refs = _projection(host, tenant, each)
        except ConfigMissing as error:
            problems.append(str(error))
            continue
        files |= more
        sources |= refs
    if problems:
        raise ConfigMissing(problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]")
    return Volume(name, "projected", files, executable=_executable(source), sources=sources)


def _projection(host: Host, tenant: Tenant, each: Obj) -> tuple[dict[str, str], frozenset[tuple[str, str]]]:
    if "configMap" in each:
        return _items(host, tenant, "configmap", each["configMap"], each["configMap"].get("name") or "")
    if "secret" in each:
        return _items(host, tenant, "secret", each["secret"], each["secret"].get("name") or "")
    if "serviceAccountToken" in each:
        account = spec(tenant.obj).get("serviceAccountName") or "default"
        return {each["serviceAccountToken"].get("path") or "token": _token(host, tenant, account)}, frozenset()
    return _downward_files(host, tenant, each.get("downwardAPI") or {}), frozenset()


def _token(host: Host, tenant: Tenant, account: str) -> str:
    """A bound token; only its place matters. Source: kubernetes/pkg/kubelet/token/token_manager.go."""
    if host.env.store.get(SERVICE_ACCOUNT, tenant.namespace, account) is None and account != "default":
        raise ConfigMissing(f'failed to fetch token: serviceaccounts "{account}" not found')
    return f"token:{tenant.namespace}:{account}:{tenant.uid}"


def _host_path(_host: Host, _tenant: Tenant, name: str, source: Obj) -> Volume:
    """Source: kubernetes/pkg/volume/hostpath/host_path.go (checkTypeInternal)."""
    path, kind = (source.get("path") or "/").rstrip("/") or "/", source.get("type") or ""
    checks = {
        "Directory": (path in _DIRECTORIES, "a directory"),
        "File": (path in _FILES, "a file"),
        "Socket": (path in _SOCKETS, "a socket file"),
        "CharDevice": (path in ("/dev/null", "/dev/zero", "/dev/kmsg"), "a character device"),
        "BlockDevice": (path == "/dev/sda", "a block device"),
    }
    fits, what = checks.get(kind, (True, ""))
    if not fits:
        raise ConfigMissing(f"hostPath type check failed: {path} is not {what}")
    return Volume(name, "hostPath")


_PLUGINS: dict[str, Callable[[Host, Tenant, str, Obj], Volume]] = {
    "configMap": _config,
    "secret": _secret,
    "downwardAPI": _downward,
    "projected": _projected,
    "hostPath": _host_path,
}
