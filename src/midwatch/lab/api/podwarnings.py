"""Warnings about pods and templates of pods. Source: kubernetes/pkg/api/pod/warnings.go, pkg/api/node/util.go."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.core.objects import Obj, annotations_of, part, parts, spec

_LABELS = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": (
        'deprecated since v1.17; use "topology.kubernetes.io/region" instead'
    ),
    "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
    "app.kubernetes.io/created-by": "deprecated since v1.9",
    "scheduler.alpha.kubernetes.io/preferAvoidPods": (
        "deprecated since v1.22; use Taints and Tolerations instead"
    ),
    "node-role.kubernetes.io/master": 'use "node-role.kubernetes.io/control-plane" instead',
}
_ANNOTATIONS = {
    "scheduler.alpha.kubernetes.io/critical-pod": (
        'non-functional in v1.16+; use the "priorityClassName" field instead'
    ),
    "security.alpha.kubernetes.io/sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
    "security.alpha.kubernetes.io/unsafe-sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
}
_VOLUMES = {
    "photonPersistentDisk": "deprecated in v1.11, non-functional in v1.16+",
    "gitRepo": "deprecated in v1.11",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "flocker": "deprecated in v1.22, non-functional in v1.25+",
    "storageOS": "deprecated in v1.22, non-functional in v1.25+",
    "quobyte": "deprecated in v1.22, non-functional in v1.25+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
}
_WHOLE = ("memory", "ephemeral-storage")
_AFFINITIES = ("podAffinity", "podAntiAffinity")
_REQUIRED, _PREFERRED = (f"{each}DuringSchedulingIgnoredDuringExecution" for each in ("required", "preferred"))


def pod_warnings(found: Obj, path: str) -> Iterator[str]:
    """About a pod, or the template at a path of another object, in the order of the API server."""
    above = f"{path}." if path else ""
    body, at = spec(found), f"{above}spec"
    yield from _nodes(body, at)
    for key, why in _ANNOTATIONS.items():
        if key in annotations_of(found):
            yield f"{above}metadata.annotations[{key}]: {why}"
    for index, volume in enumerate(parts(body, "volumes")):
        for key, why in _VOLUMES.items():
            if key in volume:
                yield f"{at}.volumes[{index}].{key}: {why}"
    yield from _secrets(body, at)
    for container, where in _containers(body, at):
        yield from _sizes(container, where)
        yield from _variables(container, where)
    yield from _ports(body, at)
    if (body.get("terminationGracePeriodSeconds") or 0) < 0:
        why = "must be >= 0; negative values are invalid and will be treated as 1"
        yield f"{at}.terminationGracePeriodSeconds: {why}"
    yield from _peers(body, at)


def _nodes(body: Obj, at: str) -> Iterator[str]:
    """Labels of nodes that are no longer used."""
    for key in part(body, "nodeSelector"):
        if key in _LABELS:
            yield f"{at}.nodeSelector[{key}]: {_LABELS[key]}"
    affinity, where = part(body, "affinity", "nodeAffinity"), f"{at}.affinity.nodeAffinity"
    for index, term in enumerate(parts(affinity, _REQUIRED, "nodeSelectorTerms")):
        yield from _term(term, f"{where}.{_REQUIRED}.nodeSelectorTerms[{index}]")
    for index, each in enumerate(parts(affinity, _PREFERRED)):
        yield from _term(part(each, "preference"), f"{where}.{_PREFERRED}[{index}].preference")
    for index, each in enumerate(parts(body, "topologySpreadConstraints")):
        where = f"{at}.topologySpreadConstraints[{index}]"
        if (key := each.get("topologyKey")) in _LABELS:
            yield f"{where}.topologyKey: {key} is {_LABELS[key]}"
        if each.get("labelSelector") is None:
            yield f"{where}.labelSelector: a null labelSelector results in matching no pod"


def _term(term: Obj, at: str) -> Iterator[str]:
    for index, each in enumerate(parts(term, "matchExpressions")):
        if (key := each.get("key")) in _LABELS:
            yield f"{at}.matchExpressions[{index}].key: {key} is {_LABELS[key]}"


def _secrets(body: Obj, at: str) -> Iterator[str]:
    names = [each.get("name") or "" for each in parts(body, "imagePullSecrets")]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield f'{at}.imagePullSecrets[{index}].name: duplicate name "{name}"'
    for index, name in enumerate(names):
        if not name:
            yield f'{at}.imagePullSecrets[{index}].name: invalid empty name ""'


def _containers(body: Obj, at: str) -> Iterator[tuple[Obj, str]]:
    for field in ("initContainers", "containers"):
        for index, each in enumerate(parts(body, field)):
            yield each, f"{at}.{field}[{index}]"


def _sizes(container: Obj, at: str) -> Iterator[str]:
    for resource in _WHOLE:
        for side in ("limits", "requests"):
            text = part(container, "resources", side).get(resource)
            value = parse_quantity(text)
            if value is not None and value != int(value):
                yield (
                    f'{at}.resources.{side}[{resource}]: fractional byte value "{text}" is invalid, '
                    "must be an integer"
                )


def _variables(container: Obj, at: str) -> Iterator[str]:
    seen: set[str] = set()
    for index, each in enumerate(parts(container, "env")):
        name, value, reference = each["name"], each.get("value") or "", f"$({each['name']})"
        if name in seen and ("valueFrom" in each or value == reference or reference not in value):
            why = f'hides previous definition of "{name}", which may be dropped when using apply'
            yield f"{at}.env[{index}]: {why}"
        seen.add(name)


def _ports(body: Obj, at: str) -> Iterator[str]:
    """Ports that two containers name, without those of the host that make them different."""
    known: dict[tuple[int, str], list[tuple[Obj, str]]] = {}
    for container, where in _containers(body, at):
        for index, port in enumerate(parts(container, "ports")):
            here = f"{where}.ports[{index}]"
            others = known.setdefault((port["containerPort"], port.get("protocol") or "TCP"), [])
            yield from (text for each in others if (text := _clash(port, here, *each)))
            others.append((port, here))


def _clash(port: Obj, here: str, other: Obj, there: str) -> str:
    mine, theirs = (_host(each) for each in (port, other))
    if mine == theirs:
        return f"{here}: duplicate port definition with {there}"
    if not mine[1] or not theirs[1]:
        return f"{here}: overlapping port definition with {there}"
    if mine[1] == theirs[1] and bool(mine[0]) != bool(theirs[0]):
        return f"{here}: dangerously ambiguous port definition with {there}"
    return ""


def _host(port: Obj) -> tuple[str, int]:
    return port.get("hostIP") or "", port.get("hostPort") or 0


def _peers(body: Obj, at: str) -> Iterator[str]:
    why = "labelSelector: a null labelSelector results in matching no pod"
    for kind in _AFFINITIES:
        terms, where = part(body, "affinity", kind), f"{at}.affinity.{kind}"
        for index, each in enumerate(parts(terms, _REQUIRED)):
            if each.get("labelSelector") is None:
                yield f"{where}.{_REQUIRED}[{index}].{why}"
        for index, each in enumerate(parts(terms, _PREFERRED)):
            if part(each, "podAffinityTerm").get("labelSelector") is None:
                yield f"{where}.{_PREFERRED}[{index}].podAffinityTerm.{why}"
