"""probes: liveness, readiness and startup probes that fail, and why; readiness gates nobody fulfils.

Sources: pkg/kubelet/prober, kubernetes.io/docs/tasks/configure-pod-container/
configure-liveness-readiness-startup-probes, .../concepts/workloads/pods/pod-lifecycle#pod-readiness-gate.
"""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.detectors._runs import age, severity_of
from midwatch.detectors.common import MAX_FACTS, by_workload, condition, fact, is_finished, refs
from midwatch.detectors.probes._probe_cases import Case, cases
from midwatch.detectors.probes._probe_messages import ProbeKind
from midwatch.detectors.probes._probe_output import database_probes
from midwatch.detectors.probes._probe_verdicts import Verdict, verdicts
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod
from midwatch.domain.text import Text

_ZH = {ProbeKind.LIVENESS: "存活", ProbeKind.READINESS: "就绪", ProbeKind.STARTUP: "启动"}
_GATE_PATIENCE = 3 * 60.0


def failing_probes(inventory: Inventory) -> Iterator[Finding]:
    """Probes that fail, compared with the ports, the other probes and the Services of their container."""
    for case in cases(inventory):
        yield _finding(case, verdicts(case))


def _finding(case: Case, found: list[Verdict]) -> Finding:
    who, name, best = case.workload, case.container.name, found[0]
    return Finding(
        rule=f"probes/{_cause(case, best)}",
        subject=who,
        message=Text(
            f"the {case.kind.value} probe of container {name!r} of {who} {best.words.en}{_effect(case).en}",
            f"{who} 的容器 {name!r} 的{_ZH[case.kind]}探针{best.words.zh}{_effect(case).zh}",
        ),
        severity=severity_of(case.status),
        status=case.status,
        claims=(*_claims(case, found), *_refuted(case)),
        facts=(_aim_fact(case), *case.facts[:MAX_FACTS]),
        affected=refs({each.ref: each for each in case.pods}.values()),
    )


def _effect(case: Case) -> Text:
    if case.killed and case.kind is not ProbeKind.READINESS:
        return Text("; the kubelet kills the container for it", "；kubelet 因此终止容器")
    return Text("", "")


def _cause(case: Case, verdict: Verdict) -> str:
    """Startup probes have causes of their own only for their timing."""
    end = verdict.cause
    if case.kind is ProbeKind.STARTUP and end != "too-short":
        end = "failing"
    return f"{case.kind.value}-probe-{end}"


def _claims(case: Case, found: list[Verdict]) -> Iterator[Claim]:
    seen: set[str] = set()
    for each in found:
        cause = _cause(case, each)
        if cause not in seen:
            seen.add(cause)
            yield Claim(cause, case.workload, round(min(max(each.strength, 0.05), 0.97), 2))


def _refuted(case: Case) -> Iterator[Claim]:
    """A container that the kubelet kills does not crash by itself."""
    if case.killed and case.kind is not ProbeKind.READINESS:
        yield Claim("application-crash", case.workload, 0.8, refutes=True)
        yield Claim("application-exits", case.workload, 0.8, refutes=True)


def _aim_fact(case: Case) -> Fact:
    path = f".spec.template.spec.containers[{case.container.name}].{case.kind.value}Probe"
    return Fact(case.workload, path, str(case.aim))


def readiness_gates(inventory: Inventory) -> Iterator[Finding]:
    """Pods whose containers are ready but whose readiness gate is not fulfilled by its controller."""
    for who, pods in by_workload(inventory, lambda pod: bool(_unmet(inventory, pod))).items():
        gate = _unmet(inventory, pods[0])
        yield Finding(
            rule="probes/readiness-gate",
            subject=who,
            message=Text(
                f"{len(pods)} pod(s) of {who} wait for readiness gate {gate!r}, though their containers are ready",
                f"{who} 的 {len(pods)} 个 Pod 在等待就绪门控 {gate!r}，尽管其容器均已就绪",
            ),
            severity=Severity.ERROR,
            status=Status.ACTIVE,
            claims=(Claim("readiness-gate-unmet", who, 0.95),),
            facts=tuple(fact(pod, f".status.conditions[{gate}]", _shown(pod, gate)) for pod in pods[:MAX_FACTS]),
            affected=refs(pods),
        )


def _unmet(inventory: Inventory, pod: Pod) -> str:
    """The first gate that is not true although everything else is, empty when there is none."""
    if not pod.spec.readiness_gates or is_finished(pod):
        return ""
    ready = condition(pod.status.conditions, "ContainersReady")
    if ready is None or ready.status != "True":
        return ""
    since = age(inventory, ready.last_transition_time)
    if since is not None and since < _GATE_PATIENCE:
        return ""
    for gate in pod.spec.readiness_gates:
        state = condition(pod.status.conditions, gate.condition_type)
        if gate.condition_type and (state is None or state.status != "True"):
            return gate.condition_type
    return ""


def _shown(pod: Pod, gate: str) -> str:
    state = condition(pod.status.conditions, gate)
    return f"{state.status} {state.reason} {state.message}".strip() if state is not None else "absent"


DETECTORS = (failing_probes, database_probes, readiness_gates)
