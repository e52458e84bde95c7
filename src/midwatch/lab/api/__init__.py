"""The API server of a simulated cluster, over HTTP: what kubectl and other clients of Kubernetes need."""

from __future__ import annotations

from midwatch.lab.api.audit import Audit
from midwatch.lab.api.server import Server

__all__ = ["Audit", "Server"]
