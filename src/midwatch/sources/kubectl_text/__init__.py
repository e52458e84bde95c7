"""Reads the text that `kubectl` prints and rebuilds the Kubernetes API objects it was printed from.

People paste `kubectl get` and `kubectl describe` output, and recordings hold it. The parsers undo kubectl's
own printers (k8s.io/kubernetes/pkg/printers/internalversion/printers.go for `get`,
k8s.io/kubectl/pkg/describe/describe.go for `describe`), so the same engine that reads a live cluster can read
a paste. Objects come back as plain dicts in the API's JSON shape, holding only what the text proves. Nothing
here raises on bad input: what was not understood is listed in `Parsed.skipped`.

Belongs here: what kubectl prints. Does not belong here: any knowledge of where the text came from, and files.
"""

from __future__ import annotations

from midwatch.domain.evidence import Skipped
from midwatch.sources.kubectl_text.describe.parse import parse_describe
from midwatch.sources.kubectl_text.get.parse import parse_get
from midwatch.sources.kubectl_text.manifest import parse_manifest
from midwatch.sources.kubectl_text.merge import merge
from midwatch.sources.kubectl_text.parsed import Obj, Parsed
from midwatch.sources.kubectl_text.text import parse_text

__all__ = ["Obj", "Parsed", "Skipped", "merge", "parse_describe", "parse_get", "parse_manifest", "parse_text"]
