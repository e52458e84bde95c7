"""Credentials for pulling images: the Secrets a pod names, and those of its ServiceAccount."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.detectors._runs import runs
from midwatch.detectors.common import refs
from midwatch.detectors.images._pull_errors import AUTH, PULL_REASONS, PullKind, classify
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Secret, ServiceAccount
from midwatch.domain.kube.pods import Pod, PodSpec
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.templates import pod_templates

_PULL_SECRET_TYPES = frozenset({"kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"})


def missing_secrets(inventory: Inventory, pod: Pod) -> set[str]:
    """Pull secrets the pod names that the survey proves absent, and those the kubelet could not read."""
    absent = {name for name in secrets_of(inventory, pod) if _absent(inventory, pod, name)}
    for event in inventory.events(pod.ref):
        if event.reason == "FailedToRetrieveImagePullSecret":
            absent |= {name for name in _named_in(event.message) if _absent(inventory, pod, name, told=True)}
    return absent


def _absent(inventory: Inventory, pod: Pod, name: str, *, told: bool = False) -> bool:
    if inventory.get(Secret, pod.namespace, name) is not None:
        return False
    return told or inventory.knows(Secret, pod.namespace)


def _named_in(message: str) -> list[str]:
    """`Unable to retrieve some image pull secrets (a, b); ...` (pkg/kubelet/kubelet_pods.go)."""
    inside = message[:2000].partition("(")[2].partition(")")[0]
    return [name.strip() for name in inside.split(",") if name.strip()]


def pull_secrets(inventory: Inventory, namespace: str, spec: PodSpec) -> list[str]:
    """Pull secrets of a pod; a pod without any gets those of its ServiceAccount at admission."""
    named = [each.name for each in spec.image_pull_secrets if each.name]
    account = inventory.get(ServiceAccount, namespace, spec.service_account_name or "default")
    return named or [each.name for each in (account.image_pull_secrets if account else ()) if each.name]


def secrets_of(inventory: Inventory, pod: Pod) -> list[str]:
    """Pull secrets of a pod; where its own spec shows none (as in a description), those of its template."""
    named = pull_secrets(inventory, pod.namespace, pod.spec)
    template = None if named else inventory.derive(pod_templates).get(inventory.workload(pod))
    return named if template is None else pull_secrets(inventory, pod.namespace, template.spec)


def pull_secrets_missing(inventory: Inventory) -> Iterator[Finding]:
    """Pull secrets that do not exist or have the wrong type: latent unless a pull fails, as images may be public.

    Source: kubernetes.io/docs/concepts/containers/images#specifying-imagepullsecrets-on-a-pod
    """
    for workload, template in inventory.derive(pod_templates).items():
        names = pull_secrets(inventory, workload.namespace, template.spec)
        for name in names:
            problem = _problem(inventory, workload.namespace, name)
            if problem is not None:
                yield _secret_finding(inventory, workload, name, problem)


def _problem(inventory: Inventory, namespace: str, name: str) -> Text | None:
    secret = inventory.get(Secret, namespace, name)
    if secret is None:
        missing = Text("which does not exist", "而它并不存在")
        return missing if inventory.knows(Secret, namespace) else None
    if secret.type and secret.type not in _PULL_SECRET_TYPES:
        return Text(
            f"whose type {secret.type} holds no registry credentials", f"而其类型 {secret.type} 不含镜像仓库凭据"
        )
    return None


def _secret_finding(inventory: Inventory, workload: Ref, name: str, problem: Text) -> Finding:
    failing = _pulling(inventory, workload)
    missing = inventory.get(Secret, workload.namespace, name) is None
    cause = "image-pull-secret-missing" if missing else "image-pull-unauthorized"
    secret = f"Secret {workload.namespace}/{name}"
    return Finding(
        rule="images/pull-secret",
        subject=workload,
        message=Text(
            f"{workload} pulls images with {secret}, {problem.en}",
            f"{workload} 使用 {secret} 拉取镜像，{problem.zh}",
        ),
        severity=Severity.ERROR if failing else Severity.INFO,
        status=Status.ACTIVE if failing else Status.LATENT,
        claims=(Claim(cause, workload, _secret_strength(failing)),),
        facts=(Fact(workload, ".spec.template.spec.imagePullSecrets", name),),
        affected=refs(failing),
    )


def _pulling(inventory: Inventory, workload: Ref) -> list[Pod]:
    pods = inventory.pods_by_workload.get(workload, ())
    return [pod for pod in pods if any(run.waiting in PULL_REASONS for run in runs(pod))]


def _secret_strength(failing: list[Pod]) -> float:
    """Certain when the registry refuses access; a missing secret does not explain a registry that is away."""
    if not failing:
        return 0.3
    kinds = {classify(run.waiting_message, run.waiting).kind for pod in failing for run in runs(pod)}
    told = kinds & {kind for kind in PullKind if kind not in AUTH}
    return 0.4 if told else 0.75
