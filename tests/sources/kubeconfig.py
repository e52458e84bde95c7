"""Writes kubeconfig files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from midwatch.domain.json import JSON


def write_kubeconfig(folder: Path, server: str, user: Mapping[str, JSON], **cluster: JSON) -> Path:
    """A kubeconfig with the context `fake` for a server, and `other` which leads nowhere."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "fake",
        "contexts": [
            {"name": "fake", "context": {"cluster": "fake", "user": "reader"}},
            {"name": "other", "context": {"cluster": "other", "user": "reader"}},
        ],
        "clusters": [
            {"name": "fake", "cluster": {"server": server, **cluster}},
            {"name": "other", "cluster": {"server": "http://127.0.0.1:1"}},
        ],
        "users": [{"name": "reader", "user": dict(user)}],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path
