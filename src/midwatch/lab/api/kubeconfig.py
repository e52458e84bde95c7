"""Kubeconfig files for the simulated cluster."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

import yaml

from midwatch.lab.core.objects import Obj


def kubeconfig(name: str, url: str, authority: bytes, tokens: Mapping[str, str]) -> str:
    """A kubeconfig with one user and one context for each token; the first is the current one.

    The first context is called as the cluster is, the others `<user>@<cluster>`.
    """
    contexts = [name if not order else f"{user}@{name}" for order, user in enumerate(tokens)]
    cluster = {"server": url, "certificate-authority-data": b64encode(authority).decode()}
    found: Obj = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": user, "user": {"token": token}} for user, token in tokens.items()],
        "contexts": [
            {"name": context, "context": {"cluster": name, "user": user}}
            for context, user in zip(contexts, tokens, strict=True)
        ],
        "current-context": contexts[0],
    }
    return yaml.safe_dump(found, sort_keys=False)
