"""Which fields of a pod break a pod security standard (after k8s.io/pod-security-admission)."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.domain.kube.containers import Container
from midwatch.domain.kube.pods import PodSpec


def violations(level: str, spec: PodSpec) -> list[str]:
    """Names of the broken checks of `baseline` or `restricted`; none for any other level."""
    if level not in ("baseline", "restricted"):
        return []
    containers = (*spec.containers, *spec.init_containers)
    broken = [*_baseline(spec), *(name for each in containers for name in _baseline_container(each))]
    if level == "restricted":
        broken += [name for each in containers for name in _restricted(spec, each)]
    return list(dict.fromkeys(broken))


def _baseline(spec: PodSpec) -> Iterator[str]:
    if spec.host_network:
        yield "hostNetwork"
    if any(each.host_path is not None for each in spec.volumes):
        yield "hostPath volumes"


def _baseline_container(container: Container) -> Iterator[str]:
    if container.security_context is not None and container.security_context.privileged:
        yield "privileged"
    if any(each.host_port for each in container.ports):
        yield "hostPort"


def _restricted(spec: PodSpec, container: Container) -> Iterator[str]:
    own, pod = container.security_context, spec.security_context
    if own is None or own.allow_privilege_escalation is not False:
        yield "allowPrivilegeEscalation != false"
    if own is None or own.capabilities is None or "ALL" not in own.capabilities.drop:
        yield "unrestricted capabilities"
    non_root = own.run_as_non_root if own is not None else None
    inherited = pod.run_as_non_root if pod is not None else None
    if not (inherited if non_root is None else non_root):
        yield "runAsNonRoot != true"
