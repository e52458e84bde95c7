"""Objects that are named but missing while a quota on their kind is used up: the trace of a refused creation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass

from midwatch.detectors._amounts import amount, show_amount
from midwatch.detectors._backing import ailing
from midwatch.detectors._quota import Shortage, quotas_by_namespace, shortages
from midwatch.detectors.admission._refusals import quota_cause
from midwatch.detectors.admission._unserved import unserved
from midwatch.detectors.common import MAX_FACTS, fact
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import ConfigMap, ResourceQuota, Secret
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.kube.networking import Ingress, IngressBackend, Service
from midwatch.domain.kube.pods import PodSpec
from midwatch.domain.kube.storage import PersistentVolume, PersistentVolumeClaim
from midwatch.domain.kube.workloads import StatefulSet
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.callers import callers
from midwatch.knowledge.names import subject_of
from midwatch.knowledge.templates import pod_templates

_NOISE = frozenset({"pv", "pvc", "claim", "volume", "vol", "data", "storage", "disk"})
_PROVEN = 0.75
_PLAUSIBLE = 0.6


@dataclass(frozen=True, slots=True)
class _Missing:
    """`ref` does not exist; `holder` names it at `path`."""

    ref: Ref
    holder: Ref
    path: str
    sure: bool = True
    """Whether the object is known to be wanted here, not only named by an optional setting or by mistake."""


def missing_behind_quota(inventory: Inventory) -> Iterator[Finding]:
    """Something names a Service, claim, ConfigMap or Secret that does not exist and that a quota would refuse.

    Source: kubernetes.io/docs/concepts/policy/resource-quotas (object count and storage quota).
    """
    quotas = {space: found for space, found in quotas_by_namespace(inventory).items() if _counts_objects(found)}
    if not quotas:
        return
    groups: dict[tuple[str, str], list[_Missing]] = defaultdict(list)
    for each in (*_services(inventory, quotas), *_of_templates(inventory, quotas)):
        groups[each.ref.namespace, each.ref.kind].append(each)
    for (space, kind), missing in groups.items():
        needed, guessed = _needed(inventory, kind, missing)
        short = list(shortages(quotas[space], needed))
        if short:
            yield _finding(inventory, space, missing, short, guessed=guessed and not _is_used_up(short))


def _counts_objects(quotas: list[ResourceQuota]) -> bool:
    ignored = ("quota-cpu-exceeded", "quota-memory-exceeded", "quota-pods-exceeded")
    return any(
        quota_cause(each) not in ignored for quota in quotas for each in (*quota.spec.hard, *quota.status.hard)
    )


def _is_used_up(short: list[Shortage]) -> bool:
    return any(each.used >= each.hard for each in short)


def _needed(inventory: Inventory, kind: str, missing: list[_Missing]) -> tuple[dict[str, float], bool]:
    """What one more object takes from a quota, and whether its size is a guess."""
    plural = {"PersistentVolumeClaim": "persistentvolumeclaims", "ConfigMap": "configmaps"}.get(
        kind, f"{kind.lower()}s"
    )
    needed = {plural: 1.0, f"count/{plural}": 1.0}
    if kind == "PersistentVolumeClaim":
        needed["requests.storage"] = max(_size(inventory, each.ref.name) for each in missing)
    return needed, kind == "PersistentVolumeClaim"


def _size(inventory: Inventory, claim: str) -> float:
    """The size of the volume that waits for a claim of this name, else one byte."""
    wanted = _words(claim)
    for volume in inventory.all(PersistentVolume):
        reserved = volume.spec.claim_ref is not None and volume.spec.claim_ref.name == claim
        related = volume.spec.claim_ref is None and wanted and wanted == _words(volume.name)
        if reserved or related:
            return amount(volume.spec.capacity.get("storage"))
    return 1.0


def _words(name: str) -> frozenset[str]:
    return frozenset(name.replace(".", "-").split("-")) - _NOISE


def _services(inventory: Inventory, spaces: Container[str]) -> Iterator[_Missing]:
    """Named Services that do not exist, those of existing workloads first."""
    for each in sorted(_all_services(inventory), key=lambda each: not each.sure):
        space = each.ref.namespace
        if space in spaces and inventory.knows(Service, space) and each.ref not in inventory.by_ref:
            yield each


def _all_services(inventory: Inventory) -> Iterator[_Missing]:
    workloads = inventory.derive(_subjects)
    for service, holders in inventory.derive(callers).items():
        meant = (service.namespace, subject_of(service.name)) in workloads
        yield from (_Missing(service, holder, "address variable", meant) for holder in holders)
    for each in inventory.all(StatefulSet):
        if each.spec.service_name:
            yield _Missing(Ref("Service", each.namespace, each.spec.service_name), each.ref, ".spec.serviceName")
    for each in inventory.all(Ingress):
        for backend in _backends(each):
            if backend.service is not None and backend.service.name:
                yield _Missing(Ref("Service", each.namespace, backend.service.name), each.ref, ".spec.rules")
    for service, workload in inventory.derive(unserved):
        yield _Missing(service, workload, ".metadata.name")


def _subjects(inventory: Inventory) -> frozenset[tuple[str, str]]:
    """What the workloads of each namespace are about, by their names (use with `derive`)."""
    return frozenset((ref.namespace, subject_of(ref.name)) for ref in inventory.derive(pod_templates))


def _backends(found: Ingress) -> Iterator[IngressBackend]:
    if found.spec.default_backend is not None:
        yield found.spec.default_backend
    for rule in found.spec.rules:
        yield from (path.backend for path in (rule.http.paths if rule.http else ()))


def _of_templates(inventory: Inventory, spaces: Container[str]) -> Iterator[_Missing]:
    for holder, template in inventory.derive(pod_templates).items():
        if holder.namespace in spaces:
            yield from _of_spec(inventory, holder, template.spec)


def _of_spec(inventory: Inventory, holder: Ref, spec: PodSpec) -> Iterator[_Missing]:
    for volume in spec.volumes:
        claim, mapped, secret = volume.persistent_volume_claim, volume.config_map, volume.secret
        named: tuple[tuple[type[KubeObject], str], ...] = (
            (PersistentVolumeClaim, claim.claim_name if claim else ""),
            (ConfigMap, mapped.name if mapped and not mapped.optional else ""),
            (Secret, secret.secret_name if secret and not secret.optional else ""),
        )
        for struct, name in named:
            ref = Ref(struct.KIND, holder.namespace, name)
            if name and inventory.knows(struct, holder.namespace) and ref not in inventory.by_ref:
                yield _Missing(ref, holder, f".spec.volumes[{volume.name}]")


def _finding(
    inventory: Inventory, space: str, missing: list[_Missing], short: list[Shortage], *, guessed: bool
) -> Finding:
    first, quota = missing[0], short[0]
    names = list(dict.fromkeys(each.ref for each in missing))
    used, hard = (show_amount(quota.resource, each) for each in (quota.used, quota.hard))
    causes = dict.fromkeys(quota_cause(each.resource) for each in short)
    holders = tuple(dict.fromkeys(each.holder for each in missing))
    strength = _strength(inventory, first, holders, guessed=guessed)
    culprit = Ref("Namespace", "", space)
    return Finding(
        "admission/missing-behind-quota",
        quota.quota.ref,
        Text(
            f"{first.ref} is named by {first.holder} but does not exist; ResourceQuota {quota.quota.name} has "
            f"no room for it: {quota.resource} used {used} of {hard}",
            f"{first.holder} 引用的 {first.ref} 不存在，而 ResourceQuota {quota.quota.name} 已容不下它："
            f"{quota.resource} 已用 {used}/{hard}",
        ),
        Severity.ERROR if strength >= _PROVEN else Severity.WARNING,
        Status.ACTIVE if strength >= _PLAUSIBLE else Status.LATENT,
        tuple(Claim(cause, culprit, strength) for cause in causes),
        facts=(
            fact(quota.quota, f".status.used[{quota.resource}]", f"{used} of {hard}"),
            *(Fact(each.holder, each.path, each.ref.name) for each in missing[:MAX_FACTS]),
        ),
        affected=(*names, *holders),
    )


def _strength(inventory: Inventory, first: _Missing, holders: tuple[Ref, ...], *, guessed: bool) -> float:
    """A workload without its Service is proof; a name that fits no workload may be optional, or mistaken."""
    if first.sure:
        alone = first.ref.kind == Service.KIND and holders == (first.holder,) and first.path == ".metadata.name"
        return 0.75 if guessed or alone else 0.9
    hurts = any(each in inventory.derive(ailing) for each in holders)
    return 0.6 if hurts else 0.4
