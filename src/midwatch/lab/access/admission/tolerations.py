"""DefaultTolerationSeconds: pods stay five minutes on a node that is not ready or unreachable.

Source: kubernetes/plugin/pkg/admission/defaulttolerationseconds/admission.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, spec
from midwatch.lab.core.registry import Request

_KEYS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_ADDED: tuple[Obj, ...] = tuple(
    {"key": each, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300} for each in _KEYS
)


class DefaultTolerationSeconds:
    """Adds the two tolerations unless the pod has its own."""

    name = "DefaultTolerationSeconds"

    def admit(self, request: Request) -> Obj:
        """The pod with its tolerations."""
        if request.kind is not POD or request.operation == "DELETE" or request.subresource:
            return request.obj
        own: Sequence[Obj] = spec(request.obj).get("tolerations") or ()
        added = [each for each in _ADDED if not own or not any(_covers(mine, each["key"]) for mine in own)]
        if not added:
            return request.obj
        return {**request.obj, "spec": {**spec(request.obj), "tolerations": [*own, *added]}}


def _covers(toleration: Obj, key: str) -> bool:
    return toleration.get("key") in (key, None, "") and toleration.get("effect") in ("NoExecute", None, "")
