"""Credentials for registries. Source: kubernetes/pkg/credentialprovider/secrets/secrets.go."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as Base64Error

from midwatch.lab.core.kinds import SECRET
from midwatch.lab.core.objects import Obj, parts, spec
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.references import values_of
from midwatch.lab.kubelet.state import Tenant

_CONFIG, _OLD_CONFIG = ".dockerconfigjson", ".dockercfg"


def credentials(host: Host, tenant: Tenant) -> dict[str, tuple[str, str]]:
    """User and password by registry host, from the pod's pull secrets; missing ones are an event.

    Source: kubernetes/pkg/kubelet/kubelet_pods.go (getPullSecretsForPod).
    """
    found: dict[str, tuple[str, str]] = {}
    missing: list[str] = []
    for each in parts(spec(tenant.obj), "imagePullSecrets"):
        name = each.get("name") or ""
        secret = host.env.store.get(SECRET, tenant.namespace, name) if name else None
        if secret is None:
            missing.append(name)
        else:
            found |= _accounts(values_of("secret", secret))
    if missing:
        message = (
            f"Unable to retrieve some image pull secrets ({', '.join(missing)}); "
            "attempting to pull the image may not succeed."
        )
        host.event(tenant, "Warning", "FailedToRetrieveImagePullSecret", message)
    return found


def _accounts(content: dict[str, str]) -> dict[str, tuple[str, str]]:
    text = content.get(_CONFIG) or content.get(_OLD_CONFIG) or ""
    try:
        config: Obj = json.loads(text) if text else {}
    except json.JSONDecodeError:
        return {}
    entries: dict[str, Obj] = config.get("auths", config if _OLD_CONFIG in content else {})
    return {_host(key): _account(entry) for key, entry in entries.items()}


def _host(key: str) -> str:
    host = key.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return "docker.io" if host in ("index.docker.io", "registry-1.docker.io") else host


def _account(entry: Obj) -> tuple[str, str]:
    if entry.get("auth"):
        try:
            user, _, password = b64decode(entry["auth"]).decode("utf-8", "replace").partition(":")
        except (Base64Error, ValueError):
            return "", ""
        return user, password
    return entry.get("username") or "", entry.get("password") or ""
