"""What the kubelet says about missing ConfigMaps, Secrets and keys.

Sources: pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), pkg/volume/{configmap,secret,projected},
pkg/volume/util/atomic_writer.go; the words have been stable since Kubernetes 1.8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from midwatch.detectors._runs import MAX_TEXT

_NAME = r"[A-Za-z0-9.\-_]{1,253}"
_MISSING = re.compile(rf'(configmap|secret)s? "({_NAME})" not found', re.IGNORECASE)
_MISSING_KEY = re.compile(
    rf"couldn'?t find key ({_NAME}) in (ConfigMap|Secret) (?:{_NAME}/)?({_NAME})", re.IGNORECASE
)
_VOLUME_KEY = re.compile(rf"references non-existent (config|secret) key: ({_NAME})", re.IGNORECASE)
_VOLUME = re.compile(rf'for volume "({_NAME})"')
_KINDS = {"configmap": "ConfigMap", "config": "ConfigMap", "secret": "Secret"}


class Missing(NamedTuple):
    """A ConfigMap or Secret (or, with `key`, one key of it) that the kubelet could not find.

    `name` is empty where the kubelet names only the key; then `volume` is the volume that needs it.
    """

    kind: str
    name: str
    key: str = ""
    volume: str = ""


def missing_in(message: str) -> Iterator[Missing]:
    """Everything a message says is missing."""
    text = message[:MAX_TEXT]
    volume = _VOLUME.search(text)
    volume_name = volume[1] if volume else ""
    for match in _MISSING.finditer(text):
        yield Missing(_KINDS[match[1].lower()], match[2], "", volume_name)
    for match in _MISSING_KEY.finditer(text):
        yield Missing(_KINDS[match[2].lower()], match[3], match[1])
    for match in _VOLUME_KEY.finditer(text):
        yield Missing(_KINDS[match[1].lower()], "", match[2], volume_name)
