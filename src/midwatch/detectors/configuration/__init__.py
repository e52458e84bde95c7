"""configuration: ConfigMaps, Secrets and keys that pods need and that do not exist; variables that mean nothing.

Sources: pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), pkg/volume/configmap, pkg/volume/secret,
kubernetes.io/docs/concepts/configuration/configmap and .../secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from midwatch.detectors._runs import Run, is_calm, runs, troubled
from midwatch.detectors.common import MAX_FACTS, event_fact, fact, is_finished, refs
from midwatch.detectors.configuration._config_messages import Missing, missing_in
from midwatch.detectors.configuration._config_refs import Need, needs
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import ConfigMap, Secret
from midwatch.domain.kube.containers import Container
from midwatch.domain.kube.pods import Pod, PodSpec
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.templates import pod_templates

_EVENTS = frozenset({"Failed", "FailedMount", "CreateContainerConfigError", "FailedSync"})
_NOT_STARTED = frozenset({"CreateContainerConfigError", "ContainerCreating", "PodInitializing"})
_REFERENCE = re.compile(r"(?<!\$)\$\(([A-Za-z_][A-Za-z0-9_.-]{0,127})\)")
_SERVICE_VARIABLE = re.compile(r".{1,128}_(?:SERVICE_HOST|SERVICE_PORT(?:_.{1,64})?|PORT(?:_.{1,64})?)")


@dataclass
class _Gap:
    """What one workload lacks, who needs it and who says so."""

    workload: Ref
    missing: Missing
    told: bool = False
    needs: list[Need] = field(default_factory=list[Need])
    pods: dict[Ref, Pod] = field(default_factory=dict[Ref, Pod])
    facts: list[Fact] = field(default_factory=list[Fact])


_Gaps = dict[tuple[Ref, str, str, str], _Gap]


def missing_configuration(inventory: Inventory) -> Iterator[Finding]:
    """ConfigMaps, Secrets and keys that are needed and absent, by the kubelet's words and by the specs."""
    gaps: _Gaps = {}
    for workload, template in inventory.derive(pod_templates).items():
        _from_specs(inventory, workload, template.spec, gaps)
    for pod in inventory.derive(troubled):
        if not is_finished(pod) and not _all_running(pod):
            _from_messages(inventory, pod, gaps)
    for gap in gaps.values():
        yield _finding(gap)


def _all_running(pod: Pod) -> bool:
    statuses = pod.status.container_statuses
    return bool(statuses) and all(each.state.running is not None for each in statuses)


def _gap(gaps: _Gaps, workload: Ref, missing: Missing) -> _Gap:
    key = (workload, missing.kind, missing.name or f"volume {missing.volume}", missing.key)
    return gaps.setdefault(key, _Gap(workload, missing))


def _from_specs(inventory: Inventory, workload: Ref, spec: PodSpec, gaps: _Gaps) -> None:
    for need in needs(spec):
        missing = _absence(inventory, workload.namespace, need)
        if missing is None:
            continue
        gap = _gap(gaps, workload, missing)
        gap.needs.append(need)
        if len(gap.needs) == 1:
            gap.facts.append(Fact(workload, f".spec.template.spec.{need.path}", need.key or need.name))
            waiting = [pod for pod in inventory.pods_by_workload.get(workload, ()) if _waits(pod, need)]
            gap.pods.update((pod.ref, pod) for pod in _needing(waiting, need))


def _waits(pod: Pod, need: Need) -> bool:
    """Whether a container that needs this (any, for a volume) has not started for want of it."""
    if is_finished(pod):
        return False
    if not pod.status.container_statuses:
        return bool(pod.spec.node_name) and not need.container
    return any(run.waiting in _NOT_STARTED and need.container in ("", run.name) for run in runs(pod))


def _needing(pods: list[Pod], need: Need) -> Iterator[Pod]:
    """Those of the pods whose own spec has the need: pods of one owner have one spec."""
    known: dict[str, bool] = {}
    for pod in pods:
        owner = pod.metadata.owner_references[0].name if pod.metadata.owner_references else pod.name
        if owner not in known:
            known[owner] = any(_same(each, need) for each in needs(pod.spec))
        if known[owner]:
            yield pod


def _same(one: Need, other: Need) -> bool:
    return (one.kind, one.name, one.key) == (other.kind, other.name, other.key)


def _absence(inventory: Inventory, namespace: str, need: Need) -> Missing | None:
    """What of a need the survey proves absent: the object, else the key."""
    struct = ConfigMap if need.kind == "ConfigMap" else Secret
    found = inventory.get(struct, namespace, need.name)
    if found is None:
        return Missing(need.kind, need.name) if inventory.knows(struct, namespace) else None
    keys = _keys(found)
    if keys is None or not need.key or need.key in keys:
        return None
    return Missing(need.kind, need.name, need.key)


def _keys(found: ConfigMap | Secret) -> Iterable[str] | None:
    """Its keys; None when unknown: a table shows a ConfigMap without its data."""
    if isinstance(found, Secret):
        return found.keys
    return (found.data.keys() | found.binary_data.keys()) or None


def _from_messages(inventory: Inventory, pod: Pod, gaps: _Gaps) -> None:
    workload = inventory.workload(pod)
    for message, source in _messages(inventory, pod):
        for missing in missing_in(message):
            missing = _named(pod, missing)
            if _exists_by_now(inventory, pod, missing):
                continue
            gap = _gap(gaps, workload, missing)
            gap.told = True
            gap.pods[pod.ref] = pod
            if len(gap.facts) < MAX_FACTS:
                gap.facts.append(source)


def _messages(inventory: Inventory, pod: Pod) -> Iterator[tuple[str, Fact]]:
    for run in runs(pod):
        if run.waiting_message:
            path = f".status.containerStatuses[{run.name}].state.waiting"
            yield run.waiting_message, fact(pod, path, f"{run.waiting}: {run.waiting_message}")
    for event in inventory.events(pod.ref):
        if event.reason in _EVENTS:
            yield event.message, event_fact(event)


def _named(pod: Pod, missing: Missing) -> Missing:
    """The same with the name of the object where the kubelet gave only the volume and the key."""
    if missing.name:
        return missing._replace(volume="")
    wanted = (missing.kind, missing.key, missing.volume)
    named = (each.name for each in needs(pod.spec) if (each.kind, each.key, each.volume) == wanted)
    return missing._replace(name=next(named, ""))


def _exists_by_now(inventory: Inventory, pod: Pod, missing: Missing) -> bool:
    """Whether the object, with the key, is there now: the kubelet will find it at its next attempt."""
    struct = ConfigMap if missing.kind == "ConfigMap" else Secret
    found = inventory.get(struct, pod.namespace, missing.name) if missing.name else None
    if found is None:
        return False
    keys = _keys(found)
    return not missing.key or (keys is not None and missing.key in keys)


def _finding(gap: _Gap) -> Finding:
    active = bool(gap.pods)
    cause = f"{gap.missing.kind.lower()}-{'key-' if gap.missing.key else ''}missing"
    return Finding(
        rule=f"configuration/{cause}",
        subject=gap.workload,
        message=_message(gap),
        severity=Severity.ERROR if active else Severity.WARNING,
        status=Status.ACTIVE if active else Status.LATENT,
        claims=(Claim(cause, gap.workload, _strength(gap)),),
        facts=tuple(gap.facts[:MAX_FACTS]),
        affected=refs(gap.pods.values()),
        since=min((t for pod in gap.pods.values() if (t := pod.metadata.creation_timestamp)), default=None),
    )


def _strength(gap: _Gap) -> float:
    if gap.told:
        return 0.97
    return 0.9 if gap.pods else 0.5


def _message(gap: _Gap) -> Text:
    missing = gap.missing
    thing = f"{missing.kind} {gap.workload.namespace}/{missing.name}" if missing.name else missing.kind
    container = next((each.container for each in gap.needs if each.container), "")
    en = f"container {container!r} of {gap.workload}" if container else str(gap.workload)
    zh = f"{gap.workload} 的容器 {container!r}" if container else str(gap.workload)
    if missing.key:
        return Text(
            f"{en} needs key {missing.key!r} of {thing}, which has no such key",
            f"{zh} 需要 {thing} 的键 {missing.key!r}，但其中没有这个键",
        )
    return Text(f"{en} needs {thing}, which does not exist", f"{zh} 需要 {thing}，但它不存在")


def invalid_variables(inventory: Inventory) -> Iterator[Finding]:
    """Keys that cannot be variables. Source: kubelet_pods.go, event InvalidEnvironmentVariableNames."""
    seen: set[Ref] = set()
    for event in inventory.events_by_reason.get("InvalidEnvironmentVariableNames", ()):
        target = event.involved_object
        pod = inventory.get(Pod, target.namespace, target.name)
        workload = inventory.workload(pod) if pod is not None else None
        if pod is None or workload is None or workload in seen:
            continue
        seen.add(workload)
        yield Finding(
            rule="configuration/invalid-variable-names",
            subject=workload,
            message=Text(
                f"{workload} skips keys that are no valid variable names: {event.message[:200]}",
                f"{workload} 跳过了不能作为变量名的键：{event.message[:200]}",
            ),
            severity=Severity.INFO if is_calm(pod) else Severity.WARNING,
            claims=(Claim("environment-invalid", workload, 0.3 if is_calm(pod) else 0.5),),
            facts=(event_fact(event),),
            affected=(pod.ref,),
        )


def unresolved_variables(inventory: Inventory) -> Iterator[Finding]:
    """`$(NAME)` stays as it is unless defined before. Source: third_party/forked/golang/expansion."""
    for workload, template in inventory.derive(pod_templates).items():
        for container in (*template.spec.init_containers, *template.spec.containers):
            path = f".spec.template.spec.containers[{container.name}]"
            for variable, name in _unresolved(container):
                failing = _failing(inventory, workload, container)
                yield Finding(
                    rule="configuration/unresolved-variable",
                    subject=workload,
                    message=Text(
                        f"variable {variable} of container {container.name!r} of {workload} refers to $({name}), "
                        "which is not defined before it",
                        f"{workload} 的容器 {container.name!r} 的变量 {variable} 引用了 $({name})，"
                        "而它在此之前没有定义",
                    ),
                    severity=Severity.WARNING if failing else Severity.INFO,
                    status=Status.ACTIVE if failing else Status.LATENT,
                    claims=(Claim("environment-invalid", workload, 0.6 if failing else 0.3),),
                    facts=(Fact(workload, f"{path}.env[{variable}]", f"$({name})"),),
                    affected=refs(failing),
                )


def _unresolved(container: Container) -> Iterator[tuple[str, str]]:
    if container.env_from:
        return  # their keys count as defined and are not all known
    defined: set[str] = set()
    for variable in container.env:
        if "$(" in variable.value:
            for name in _REFERENCE.findall(variable.value[:4096]):
                if name not in defined and not _SERVICE_VARIABLE.fullmatch(name):
                    yield variable.name, name
        defined.add(variable.name)


def _failing(inventory: Inventory, workload: Ref, container: Container) -> list[Pod]:
    pods = inventory.pods_by_workload.get(workload, ())
    return [pod for pod in pods if any(_not_ready(run, container.name) for run in runs(pod))]


def _not_ready(run: Run, name: str) -> bool:
    return run.name == name and bool(run.status.name) and not run.status.ready and not run.init


DETECTORS = (missing_configuration, invalid_variables, unresolved_variables)
