"""What a healthy cluster tells in its events: births of pods, and old, harmless warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from midwatch.evals.synthetic.events import birth, event, pod_created, probe_failed, scaled
from midwatch.evals.synthetic.values import Obj, created_at, name_of, part, parts, text
from midwatch.evals.synthetic.workloads import Rollout

KEPT = timedelta(hours=24)
"""How long the API server keeps events here."""

_FULL = (
    "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
    "3 Insufficient memory. preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, "
    "3 No preemption victims found for incoming pod."
)


def rollout_events(found: Rollout, now: datetime, random: Random) -> Iterator[Obj]:
    """Events about a Deployment and all it owns, as far as they are kept."""
    newest = found.replica_sets[-1]
    began = created_at(newest)
    if now - began < KEPT:
        replicas = len(found.pods)
        yield scaled(found.deployment, name_of(newest), 0, replicas, began)
        if len(found.replica_sets) > 1:
            yield scaled(
                found.deployment, name_of(found.replica_sets[0]), replicas, 0, began + timedelta(minutes=2)
            )
    for pod in found.pods:
        at = created_at(pod)
        if now - at < KEPT:
            yield pod_created(newest, pod, at)
            yield from pod_events(pod, at, random)


def owned_events(owner: Obj, pods: Sequence[Obj], now: datetime, random: Random) -> Iterator[Obj]:
    """Events about the pods of a Job or set."""
    for pod in pods:
        at = created_at(pod)
        if now - at < KEPT:
            yield pod_created(owner, pod, at)
            yield from pod_events(pod, at, random)


def pod_events(pod: Obj, at: datetime, random: Random) -> Iterator[Obj]:
    """How a pod started; at times with a hitch that is long over."""
    yield from birth(pod, at, pulled=random.random() < 0.6)
    hitch = random.random()
    if part(pod, "status")["phase"] != "Running" or hitch > 0.055:
        return
    container = parts(part(pod, "spec"), "containers")[0]
    if hitch < 0.005:
        yield from _image_hitch(pod, container, at)
    elif hitch < 0.01:
        yield event(pod, "FailedScheduling", _FULL, last=at, warning=True, source="default-scheduler")
    elif hitch < 0.015:
        cache = "failed to sync configmap cache: timed out waiting for the condition"
        message = f'MountVolume.SetUp failed for volume "settings" : {cache}'
        yield event(pod, "FailedMount", message, last=at + timedelta(seconds=1), warning=True)
    else:
        address, port = text(pod, "status", "podIP"), parts(container, "ports")[0]["containerPort"]
        message = f'Get "http://{address}:{port}/ready": dial tcp {address}:{port}: connect: connection refused'
        first = at + timedelta(seconds=7)
        yield probe_failed(
            pod, str(container["name"]), message, first=first, last=first + timedelta(seconds=10), count=2
        )


def _image_hitch(pod: Obj, container: Obj, at: datetime) -> Iterator[Obj]:
    image, name = container["image"], str(container["name"])
    why = "unexpected status from HEAD request: 503 Service Unavailable"
    failed = f'Failed to pull image "{image}": failed to pull and unpack image "{image}": {why}'
    for reason, message, kind in (
        ("Failed", failed, True),
        ("Failed", "Error: ErrImagePull", True),
        ("BackOff", f'Back-off pulling image "{image}"', False),
        ("Failed", "Error: ImagePullBackOff", True),
    ):
        yield event(pod, reason, message, last=at + timedelta(seconds=2), warning=kind, container=name)
