"""Reading ConfigMaps and Secrets that pods refer to.

Source: kubernetes/pkg/kubelet/configmap, kubernetes/pkg/kubelet/secret, kubernetes/pkg/kubelet/kubelet_pods.go.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error

from midwatch.lab.core.kinds import CONFIG_MAP, SECRET
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.store import Store
from midwatch.lab.kubelet.failure import ConfigMissing


def decoded(value: str) -> str:
    """A value of a Secret as text; empty when it is not base64."""
    try:
        return b64decode(value).decode("utf-8", "replace")
    except (Base64Error, ValueError):
        return ""


def values_of(kind: str, found: Obj) -> dict[str, str]:
    """The content of a ConfigMap or Secret."""
    if kind == "secret":
        data: dict[str, str] = found.get("data") or {}
        plain: dict[str, str] = found.get("stringData") or {}
        return {**{key: decoded(value) for key, value in data.items()}, **plain}
    binary: dict[str, str] = found.get("binaryData") or {}
    return {**(found.get("data") or {}), **{key: decoded(value) for key, value in binary.items()}}


def read(store: Store, kind: str, namespace: str, name: str) -> dict[str, str]:
    """The content of `configmap` or `secret`; raises `ConfigMissing` when there is none."""
    found = store.get(SECRET if kind == "secret" else CONFIG_MAP, namespace, name)
    if found is None:
        raise ConfigMissing(f'{kind} "{name}" not found')
    return values_of(kind, found)
