"""Volumes that a container may not use: mounts that are refused, and directories that belong to somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from midwatch.detectors._runs import MAX_TEXT, Run, loop, runs, troubled
from midwatch.detectors.common import MAX_FACTS, event_fact, fact, is_finished, refs
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.containers import Container, SecurityContext
from midwatch.domain.kube.pods import Pod, PodSpec
from midwatch.domain.kube.storage import PersistentVolume, PersistentVolumeClaim
from midwatch.domain.kube.volumes import Volume
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.templates import pod_templates

_TYPE_CHECK = re.compile(r"hostPath type check failed: ([^ ]{1,512}) is not an? ([a-z ]{1,40})")
_DENIED = re.compile(r"permission denied|operation not permitted|access denied", re.IGNORECASE)
_VOLUME = re.compile(r'for volume "([^"]{1,253})"')
_NOT_OWN_ENDS = frozenset({0, 126, 127, 128, 132, 136, 137, 139, 143})
_NO_CONTEXT = SecurityContext()


class _Refusal(NamedTuple):
    pod: Pod
    fact: Fact
    words: Text
    claims: tuple[tuple[str, float], ...]


def volume_permissions(inventory: Inventory) -> Iterator[Finding]:
    """Mounts that are refused, and crashes of users without rights on what they mount.

    Sources: pkg/volume/hostpath/host_path.go (checkType), kubernetes.io/docs/concepts/storage/volumes#hostpath
    (its files are not made accessible by fsGroup), .../tasks/configure-pod-container/security-context.
    """
    groups: dict[tuple[Ref, str, str], list[_Refusal]] = {}
    for pod in inventory.derive(troubled):
        if is_finished(pod):
            continue
        refusal = _refused(inventory, pod) or _suspected(inventory, pod)
        if refusal is not None:
            cause = refusal.claims[0][0]
            groups.setdefault((inventory.workload(pod), cause, refusal.words.en), []).append(refusal)
    for (who, cause, _), found in groups.items():
        yield _finding(who, cause, found)


def _refused(inventory: Inventory, pod: Pod) -> _Refusal | None:
    if any(each.state.running is not None or each.container_id for each in pod.status.container_statuses):
        return None
    for event in inventory.events(pod.ref):
        if event.reason != "FailedMount":
            continue
        text = event.message[:MAX_TEXT]
        volume = _VOLUME.search(text)
        name = repr(volume[1]) if volume else ""
        check = _TYPE_CHECK.search(text)
        if check is not None:
            words = Text(
                f"volume {name} needs {check[1]} on the node to be a {check[2]}, which it is not",
                f"卷 {name} 要求节点上的 {check[1]} 是 {check[2]}，但它不是",
            )
            claims = (("volume-source-missing", 0.85), ("volume-permission-denied", 0.35))
            return _Refusal(pod, event_fact(event), words, claims)
        if _DENIED.search(text):
            words = Text(
                f"mounting volume {name} is refused for lack of permission", f"挂载卷 {name} 因权限不足被拒绝"
            )
            return _Refusal(pod, event_fact(event), words, (("volume-permission-denied", 0.9),))
    return None


def _suspected(inventory: Inventory, pod: Pod) -> _Refusal | None:
    """A container that ends by itself and writes to a directory which nothing made writable for its user."""
    for run in runs(pod):
        if not _crashes(inventory, run):
            continue
        context = _contexts(inventory, pod, run.name)
        for volume in _writable(pod.spec, run.container):
            strength = _suspicion(*context, on_host=_on_host(inventory, pod, volume))
            if strength:
                what = f"hostPath {volume.host_path.path}" if volume.host_path else "a PersistentVolumeClaim"
                words = Text(
                    f"container {run.name!r} crashes and mounts {what}, which nothing makes writable for its user",
                    f"容器 {run.name!r} 崩溃，且其挂载的 {what} 没有任何设置保证其用户可写",
                )
                source = fact(pod, f".spec.volumes[{volume.name}]", what)
                return _Refusal(pod, source, words, (("volume-permission-denied", strength),))
    return None


def _crashes(inventory: Inventory, run: Run) -> bool:
    ended = run.ended
    return ended is not None and ended.exit_code not in _NOT_OWN_ENDS and loop(inventory, run) is Status.ACTIVE


def _writable(spec: PodSpec, container: Container) -> Iterator[Volume]:
    mounted = {each.name for each in container.volume_mounts if not each.read_only}
    for volume in spec.volumes:
        if volume.name in mounted and (volume.host_path or volume.persistent_volume_claim):
            yield volume


def _contexts(inventory: Inventory, pod: Pod, name: str) -> tuple[SecurityContext, SecurityContext]:
    """Security contexts of a container and of its pod; a description shows none, the template may."""
    template = inventory.derive(pod_templates).get(inventory.workload(pod))
    specs = (pod.spec,) if template is None else (pod.spec, template.spec)
    owns = (each.security_context for spec in specs for each in spec.containers if each.name == name)
    return (
        next((each for each in owns if each is not None), _NO_CONTEXT),
        next((spec.security_context for spec in specs if spec.security_context is not None), _NO_CONTEXT),
    )


def _on_host(inventory: Inventory, pod: Pod, volume: Volume) -> bool:
    """Whether a volume is a directory of the node, given directly or through a PersistentVolume."""
    if volume.host_path is not None:
        return True
    named = volume.persistent_volume_claim
    claim = inventory.get(PersistentVolumeClaim, pod.namespace, named.claim_name) if named is not None else None
    found = inventory.get(PersistentVolume, "", claim.spec.volume_name) if claim is not None else None
    return found is not None and found.spec.host_path is not None


def _suspicion(own: SecurityContext, pod: SecurityContext, *, on_host: bool) -> float:
    """0 for root; more for a hostPath, which `fsGroup` does not reach, and for a user known not to be root."""
    user = own.run_as_user if own.run_as_user is not None else pod.run_as_user
    if user == 0 or own.privileged:
        return 0.0
    known = user is not None or bool(own.run_as_non_root or pod.run_as_non_root)
    if on_host:
        return 0.4 if known else 0.3
    return 0.25 if known and pod.fs_group is None else 0.0


def _finding(who: Ref, cause: str, found: list[_Refusal]) -> Finding:
    words, claims = found[0].words, found[0].claims
    return Finding(
        rule=f"startup/{cause}",
        subject=who,
        message=Text(f"{who}: {words.en}", f"{who}：{words.zh}"),
        severity=Severity.ERROR if claims[0][1] > 0.5 else Severity.WARNING,
        claims=tuple(Claim(each, who, strength) for each, strength in claims),
        facts=tuple(each.fact for each in found[:MAX_FACTS]),
        affected=refs(each.pod for each in found),
    )
