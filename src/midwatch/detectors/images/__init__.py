"""images: containers whose image cannot be pulled or used, from the words of the kubelet and from specs.

Sources: pkg/kubelet/images/image_manager.go, pkg/kubelet/images/types.go (reasons),
kubernetes.io/docs/concepts/containers/images.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from midwatch.detectors._runs import Run, newest_first, of_container, runs, troubled
from midwatch.detectors.common import MAX_FACTS, event_fact, fact, is_finished, refs
from midwatch.detectors.images._image_names import closest, is_malformed, known_images, repository_of
from midwatch.detectors.images._pull_access import Access, access_to
from midwatch.detectors.images._pull_errors import AUTH, PULL_REASONS, PullError, PullKind, classify
from midwatch.detectors.images._pull_secrets import missing_secrets, pull_secrets_missing
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.templates import pod_templates

_EVENTS = frozenset({"Failed", "InspectFailed", "ErrImageNeverPull", "BackOff"})
_PULL_WORDS = ("pull", "image")

_WORDS: dict[PullKind, Text] = {
    PullKind.NOT_FOUND: Text("the registry does not have it", "镜像仓库中没有它"),
    PullKind.AMBIGUOUS: Text("it does not exist, or pulling it needs credentials", "它不存在，或拉取它需要凭据"),
    PullKind.UNAUTHORIZED: Text("the registry refuses the credentials", "镜像仓库拒绝了凭据"),
    PullKind.CREDENTIALS: Text(
        "the registry does not accept the name and password", "镜像仓库不接受该用户名和密码"
    ),
    PullKind.DNS: Text("the name of the registry cannot be resolved", "无法解析镜像仓库的域名"),
    PullKind.UNREACHABLE: Text("the registry cannot be reached", "无法连接镜像仓库"),
    PullKind.TLS: Text("the TLS connection to the registry fails", "与镜像仓库的 TLS 连接失败"),
    PullKind.RATE_LIMITED: Text("the registry limits the rate of pulls", "镜像仓库限制了拉取频率"),
    PullKind.PLATFORM: Text("it is not built for the platform of the node", "它没有适用于该节点平台的版本"),
    PullKind.INVALID: Text("it is not a valid image reference", "它不是合法的镜像引用"),
    PullKind.NEVER: Text("it is not on the node and the pull policy is Never", "节点上没有它，而拉取策略是 Never"),
    PullKind.UNKNOWN: Text("pulling fails", "拉取失败"),
}
_CAUSES: dict[PullKind, tuple[tuple[str, float], ...]] = {
    PullKind.NOT_FOUND: (("image-not-found", 0.97),),
    PullKind.DNS: (("image-registry-dns-failure", 0.97),),
    PullKind.UNREACHABLE: (("image-registry-unreachable", 0.95),),
    PullKind.TLS: (("image-registry-tls-failure", 0.95),),
    PullKind.RATE_LIMITED: (("image-pull-rate-limited", 0.97),),
    PullKind.PLATFORM: (("image-architecture-mismatch", 0.95),),
    PullKind.INVALID: (("image-reference-invalid", 0.97),),
    PullKind.NEVER: (("image-never-pulled", 0.97),),
    PullKind.UNKNOWN: (("image-pull-failing", 0.5),),
}
_SECRET_ABSENT = {"image-pull-secret-missing": 0.97, "image-pull-unauthorized": 0.5, "image-not-found": 0.2}
_NOT_THERE = {"image-not-found": 0.75, "image-pull-unauthorized": 0.3}
_REFUSALS: dict[tuple[Access, PullKind], dict[str, float]] = {
    (Access.PROVEN, PullKind.AMBIGUOUS): _NOT_THERE,
    (Access.PROVEN, PullKind.UNAUTHORIZED): {"image-not-found": 0.65, "image-pull-unauthorized": 0.45},
    (Access.PUBLIC, PullKind.AMBIGUOUS): _NOT_THERE,
    (Access.PUBLIC, PullKind.UNAUTHORIZED): _NOT_THERE,
    (Access.LACKS_SECRET, PullKind.AMBIGUOUS): {"image-pull-secret-missing": 0.9, "image-not-found": 0.25},
    (Access.LACKS_SECRET, PullKind.UNAUTHORIZED): {"image-pull-secret-missing": 0.93, "image-not-found": 0.2},
    (Access.NO_SECRET, PullKind.AMBIGUOUS): {"image-pull-secret-missing": 0.55, "image-not-found": 0.5},
    (Access.NO_SECRET, PullKind.UNAUTHORIZED): {"image-pull-secret-missing": 0.7, "image-not-found": 0.35},
    (Access.WITH_SECRET, PullKind.AMBIGUOUS): {"image-not-found": 0.55, "image-pull-unauthorized": 0.5},
    (Access.WITH_SECRET, PullKind.UNAUTHORIZED): {"image-pull-unauthorized": 0.85, "image-not-found": 0.3},
}


@dataclass
class _Failure:
    """One image that pods of one workload cannot pull, for one kind of reason."""

    workload: Ref
    image: str
    error: PullError
    pods: list[Pod] = field(default_factory=list[Pod])
    facts: list[Fact] = field(default_factory=list[Fact])
    missing_secrets: set[str] = field(default_factory=set[str])


def pull_failures(inventory: Inventory) -> Iterator[Finding]:
    """Containers that wait for an image. Source: pkg/kubelet/images/image_manager.go (EnsureImageExists)."""
    failures: dict[tuple[Ref, str, PullKind], _Failure] = {}
    for pod in inventory.derive(troubled):
        if is_finished(pod):
            continue
        for run in runs(pod):
            if _fails(inventory, pod, run):
                _collect(inventory, pod, run, failures)
    for failure in failures.values():
        yield _finding(inventory, failure)


def _fails(inventory: Inventory, pod: Pod, run: Run) -> bool:
    """Whether the container waits for its image; without a status, the events must say so."""
    if run.status.name:
        return run.waiting in PULL_REASONS
    return any(of_container(each, run.name) for each in _pull_events(inventory, pod))


def _pull_events(inventory: Inventory, pod: Pod) -> list[Event]:
    found = [each for each in inventory.events(pod.ref) if each.reason in _EVENTS]
    return newest_first([each for each in found if any(word in each.message[:200] for word in _PULL_WORDS)])


def _collect(
    inventory: Inventory, pod: Pod, run: Run, failures: dict[tuple[Ref, str, PullKind], _Failure]
) -> None:
    image = run.container.image or run.status.image
    events = [each for each in _pull_events(inventory, pod) if of_container(each, run.name)]
    named = [each for each in events if not image or image in each.message] or events
    error, source = _best(run, named)
    if error.kind is PullKind.UNKNOWN and is_malformed(image):
        error = PullError(PullKind.INVALID)
    workload = inventory.workload(pod)
    failure = failures.setdefault((workload, image, error.kind), _Failure(workload, image, error))
    failure.pods.append(pod)
    failure.missing_secrets |= missing_secrets(inventory, pod)
    if len(failure.facts) < MAX_FACTS:
        failure.facts.append(_fact(pod, run, source))


def _best(run: Run, events: list[Event]) -> tuple[PullError, Event | None]:
    """The most telling message: that of the container itself, else that of the newest event."""
    own = classify(run.waiting_message, run.waiting)
    if own.kind is not PullKind.UNKNOWN:
        return own, None
    for event in events:
        error = classify(event.message, event.reason)
        if error.kind is not PullKind.UNKNOWN:
            return error, event
    return own, next(iter(events), None)


def _fact(pod: Pod, run: Run, source: Event | None) -> Fact:
    if source is not None:
        return event_fact(source)
    part = "initContainerStatuses" if run.init else "containerStatuses"
    path = f".status.{part}[{run.name}].state.waiting"
    return fact(pod, path, f"{run.waiting}: {run.waiting_message}".rstrip(": "))


def _finding(inventory: Inventory, failure: _Failure) -> Finding:
    words = _WORDS[failure.error.kind]
    host = f" ({failure.error.host})" if failure.error.host else ""
    twin = closest(failure.image, inventory.derive(known_images))
    hint = _hint(twin)
    return Finding(
        rule=f"images/{failure.error.kind.value}",
        subject=failure.workload,
        message=Text(
            f"{failure.workload} cannot pull image {failure.image!r}: {words.en}{host}{hint.en}",
            f"{failure.workload} 无法拉取镜像 {failure.image!r}：{words.zh}{host}{hint.zh}",
        ),
        severity=Severity.ERROR,
        claims=tuple(_claims(inventory, failure, twin)),
        facts=tuple(failure.facts),
        affected=refs(failure.pods),
        since=min((t for pod in failure.pods if (t := pod.metadata.creation_timestamp)), default=None),
    )


def _hint(twin: str) -> Text:
    if not twin:
        return Text("", "")
    return Text(f"; {twin!r}, which runs here, differs by a few letters", f"；与在此运行的 {twin!r} 仅差几个字符")


def _claims(inventory: Inventory, failure: _Failure, twin: str) -> Iterator[Claim]:
    for cause, strength in _strengths(inventory, failure, twin).items():
        yield Claim(cause, failure.workload, strength)


def _strengths(inventory: Inventory, failure: _Failure, twin: str) -> dict[str, float]:
    kind, absent = failure.error.kind, failure.missing_secrets
    if kind in AUTH:
        return _SECRET_ABSENT if absent else _of_refusal(inventory, failure, twin)
    strengths = dict(_CAUSES[kind])
    if absent:
        strengths["image-pull-secret-missing"] = 0.4
    if kind is PullKind.DNS and twin:
        strengths["image-not-found"] = 0.35
    return strengths


def _of_refusal(inventory: Inventory, failure: _Failure, twin: str) -> dict[str, float]:
    """Not there or not allowed: how others pull from the same place decides."""
    access = access_to(inventory, failure.pods[0], failure.image)
    if failure.error.kind is PullKind.UNKNOWN:
        unsaid = {"image-pull-secret-missing": 0.6} if access is Access.LACKS_SECRET else {}
        return dict(_CAUSES[PullKind.UNKNOWN]) | ({"image-not-found": 0.6} if twin else unsaid)
    if failure.error.kind is PullKind.CREDENTIALS:
        return {"image-pull-unauthorized": 0.93}
    if access is not Access.LACKS_SECRET and (twin or _runs_same_repository(inventory, failure)):
        return {"image-not-found": 0.85, "image-pull-unauthorized": 0.3}
    strengths = dict(_REFUSALS[access, failure.error.kind])
    return strengths | {"image-not-found": 0.6, "image-pull-secret-missing": 0.7} if twin else strengths


def _runs_same_repository(inventory: Inventory, failure: _Failure) -> bool:
    """Whether the same repository was pulled here under another tag: then access is not the problem."""
    repository = repository_of(failure.image)
    return bool(repository) and any(repository_of(each) == repository for each in inventory.derive(known_images))


def malformed_references(inventory: Inventory) -> Iterator[Finding]:
    """Templates without pods whose image reference cannot be parsed. Source: distribution/reference regexp.go."""
    wrong: dict[Ref, list[str]] = defaultdict(list)
    for workload, template in inventory.derive(pod_templates).items():
        for container in (*template.spec.init_containers, *template.spec.containers):
            if is_malformed(container.image):
                wrong[workload].append(container.image)
    for workload, images in wrong.items():
        if inventory.pods_by_workload.get(workload):
            continue  # the kubelet says so itself
        yield Finding(
            rule="images/malformed-reference",
            subject=workload,
            message=Text(
                f"{workload} names image {images[0]!r}, which is not a valid reference",
                f"{workload} 使用的镜像 {images[0]!r} 不是合法的引用",
            ),
            severity=Severity.WARNING,
            status=Status.LATENT,
            claims=(Claim("image-reference-invalid", workload, 0.5),),
            facts=(Fact(workload, ".spec.template.spec.containers[].image", images[0]),),
        )


DETECTORS = (pull_failures, pull_secrets_missing, malformed_references)
