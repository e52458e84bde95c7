"""DefaultIngressClass: gives Ingresses without a class the default one.

Source: kubernetes/plugin/pkg/admission/network/defaultingressclass/admission.go.
"""

from __future__ import annotations

from midwatch.lab.core.kinds import INGRESS, INGRESS_CLASS
from midwatch.lab.core.objects import Obj, annotations_of, meta, name_of, spec, with_spec
from midwatch.lab.core.registry import Request
from midwatch.lab.core.store import Store


class DefaultIngressClass:
    """Looks for the newest class marked as default."""

    name = "DefaultIngressClass"

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, request: Request) -> Obj:
        """The Ingress with its class."""
        found = request.obj
        if request.kind is not INGRESS or request.operation != "CREATE":
            return found
        if spec(found).get("ingressClassName") or "kubernetes.io/ingress.class" in annotations_of(found):
            return found
        marked = [
            each
            for each in self._store.list(INGRESS_CLASS)
            if annotations_of(each).get("ingressclass.kubernetes.io/is-default-class") == "true"
        ]
        if not marked:
            return found
        marked.sort(key=name_of)
        newest = max(marked, key=lambda each: meta(each).get("creationTimestamp") or "")
        return with_spec(found, ingressClassName=name_of(newest))
