"""What can be read of a cluster, for `midwatch doctor`. Proven by reading: to ask for permissions is a POST."""

from __future__ import annotations

import asyncio
from time import monotonic

import msgspec

from midwatch.domain.catalog import decode_catalog
from midwatch.domain.evidence import EvidenceState
from midwatch.domain.kube.decode import decode_page
from midwatch.domain.kube.kinds import RESOURCE_TYPES, ResourceType
from midwatch.domain.kube.pods import Pod
from midwatch.domain.probe import Probe
from midwatch.domain.query import LogsQuery
from midwatch.sources.kubernetes.answer import Answer, CannotRead, refusal
from midwatch.sources.kubernetes.catalog import discover
from midwatch.sources.kubernetes.listing import list_first
from midwatch.sources.kubernetes.logs import read_log
from midwatch.sources.kubernetes.transport import Reader, Transport

_SMALL = 16 * 1024 * 1024
_ADVICE = {
    EvidenceState.FAILED: "the API server answered wrongly: see its log, or a proxy in between",
    EvidenceState.UNREACHABLE: "check the network on the way to the API server, or allow more time",
    EvidenceState.TRUNCATED: "allow more bytes for one LIST",
}


class _Version(msgspec.Struct, rename="camel"):
    git_version: str = "of unknown version"


async def probe_cluster(transport: Transport) -> list[Probe]:
    """The version, the catalogue, each kind that a survey lists, and logs."""
    version, catalogue = await asyncio.gather(_version(transport), _catalogue(transport))
    kinds = await asyncio.gather(*(_kind(transport, each) for each in RESOURCE_TYPES))
    pods = next(
        (answer for each, (_, answer) in zip(RESOURCE_TYPES, kinds, strict=True) if each.struct is Pod), None
    )
    return [version, catalogue, *(probe for probe, _ in kinds), await _logs(transport, pods)]


async def _version(transport: Transport) -> Probe:
    start = monotonic()
    try:
        reply = await Reader(transport).get("/version", limit=_SMALL)
    except CannotRead as error:
        return _probe("API server", Answer(error.state, reason=error.reason), "")
    if reply.status != 200:
        return _probe("API server", refusal(reply), "get on the path /version")
    try:
        version = msgspec.json.decode(reply.body, type=_Version).git_version
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _probe("API server", Answer(EvidenceState.FAILED, reason="/version is not JSON"), "")
    return Probe("API server", EvidenceState.OBSERVED, f"Kubernetes {version}, {_passed(start)}")


async def _catalogue(transport: Transport) -> Probe:
    start = monotonic()
    answer = await discover(Reader(transport))
    if not answer.pages:
        return _probe("API discovery", answer, "get on the paths /api and /apis")
    count = len(decode_catalog(answer.pages[0]))
    broken = "".join(f"; {each.where}: {each.why}" for each in answer.skipped)
    advice = "repair or remove the APIService of what does not answer" if broken else ""
    return Probe("API discovery", answer.state, f"{count} resource types, {_passed(start)}{broken}", advice)


async def _kind(transport: Transport, each: ResourceType) -> tuple[Probe, Answer]:
    start = monotonic()
    name = f"{each.resource}.{each.group}" if each.group else each.resource
    answer = await list_first(Reader(transport), each.query(), _SMALL)
    if answer.state.complete:
        detail = answer.reason or f"readable in all namespaces, {_passed(start)}"
        return Probe(f"list {name}", answer.state, detail), answer
    group = f'apiGroups [{each.group!r}], resources [{each.resource!r}], verbs ["list"]'
    return _probe(f"list {name}", answer, f"a ClusterRole with {group}"), answer


async def _logs(transport: Transport, pods: Answer | None) -> Probe:
    found = [each for page in pods.pages for each in decode_page(page, "Pod").objects] if pods else []
    pod = next((each for each in found if isinstance(each, Pod) and each.spec.containers), None)
    if pod is None:
        return Probe("pod logs", EvidenceState.EMPTY, "not tried: no pod was seen")
    query = LogsQuery(pod.namespace, pod.name, pod.spec.containers[0].name, tail_lines=1)
    answer = await read_log(Reader(transport), query)
    if answer.state.complete:
        return Probe("pod logs", answer.state, f"readable, tried on {pod.namespace}/{pod.name}")
    return _probe("pod logs", answer, 'a ClusterRole with resources ["pods/log"], verbs ["get"]')


def _probe(name: str, answer: Answer, permission: str) -> Probe:
    if answer.state is EvidenceState.DENIED:
        return Probe(
            name, answer.state, answer.reason, f"grant it: {permission}" if permission else "log in again"
        )
    return Probe(name, answer.state, answer.reason, _ADVICE.get(answer.state, ""))


def _passed(start: float) -> str:
    return f"{(monotonic() - start) * 1000:.0f} ms"
