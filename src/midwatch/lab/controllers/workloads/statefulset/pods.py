"""Create and delete a StatefulSet's pods and their claims.

Source: kubernetes/pkg/controller/statefulset/stateful_pod_control.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from midwatch.lab.controllers.workloads.shared.desk import Desk
from midwatch.lab.controllers.workloads.statefulset.identity import claims, ordinal
from midwatch.lab.controllers.workloads.statefulset.retention import owned
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import POD, PVC
from midwatch.lab.core.objects import Obj, is_deleted, name_of, namespace_of


class PodControl:
    """The writes of the StatefulSet controller, with their events."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create(self, found: Obj, pod: Obj) -> None:
        """Create a pod after its claims; raises `ApiError`."""
        try:
            self.claim(found, pod)
        except ApiError as error:
            self._say("create", found, pod, error)
            raise
        try:
            self._desk.registry.create(POD, pod, user=self._desk.user)
        except ApiError as error:
            if error.reason != "AlreadyExists":
                self._say("create", found, pod, error)
            raise
        self._say("create", found, pod, None)

    def delete(self, found: Obj, pod: Obj) -> None:
        """Delete a pod; its claims stay."""
        try:
            self._desk.registry.delete(POD, namespace_of(pod), name_of(pod), user=self._desk.user)
        except ApiError as error:
            self._say("delete", found, pod, error)
            raise
        self._say("delete", found, pod, None)

    def claim(self, found: Obj, pod: Obj) -> None:
        """Create the missing claims of a pod; raises `ApiError` when one cannot be, or is being deleted."""
        failures: list[str] = []
        for _, wanted in claims(found, ordinal(found, pod)):
            known = self._desk.store.get(PVC, namespace_of(wanted), name_of(wanted))
            if known is None:
                failures += self._claim(found, pod, owned(wanted, found, None))
            elif is_deleted(known):
                failures.append(f"pvc {name_of(wanted)} is being deleted")
        if failures:
            raise ApiError(500, "InternalError", _joined(failures))

    def _claim(self, found: Obj, pod: Obj, wanted: Obj) -> list[str]:
        name, who = name_of(wanted), f"Pod {name_of(pod)} in StatefulSet {name_of(found)}"
        try:
            self._desk.registry.create(PVC, wanted, user=self._desk.user)
        except ApiError as error:
            self._desk.warn(found, "FailedCreate", f"create Claim {name} for {who} failed error: {error.message}")
            return [f"failed to create PVC {name}: {error.message}"]
        self._desk.normal(found, "SuccessfulCreate", f"create Claim {name} {who} success")
        return []

    def _say(self, verb: str, found: Obj, pod: Obj, error: ApiError | None) -> None:
        text = f"{verb} Pod {name_of(pod)} in StatefulSet {name_of(found)}"
        if error is None:
            self._desk.normal(found, f"Successful{verb.title()}", f"{text} successful")
        else:
            self._desk.warn(found, f"Failed{verb.title()}", f"{text} failed error: {error.message}")


def _joined(texts: Iterable[str]) -> str:
    """As an aggregate of errors prints itself (k8s.io/apimachinery/pkg/util/errors)."""
    found = list(dict.fromkeys(texts))
    return found[0] if len(found) == 1 else f"[{', '.join(found)}]"
