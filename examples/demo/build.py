"""Build the snapshot behind `midwatch demo`: python examples/demo/build.py [directory].

The result is committed; a test builds it again and compares, so change it here and never by hand.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from logs import CURRENT, digest_failed, payments, quiet, recommendations_before
from shop import APPS, BORN, NOW, PAYMENTS, RECOMMENDATIONS, SPACE, edge, stores, surroundings
from story import digest_mail, pressed_node, services
from story import payments as payments_rollout
from story import recommendations as recommendations_rollout

from midwatch.domain.kube.kinds import RESOURCE_TYPES
from midwatch.evals.synthetic.door import door
from midwatch.evals.synthetic.files import to_yaml
from midwatch.evals.synthetic.network import settle
from midwatch.evals.synthetic.site import Site, places
from midwatch.evals.synthetic.system import system
from midwatch.evals.synthetic.values import Obj, labels_of, name_of, namespace_of, part, parts, text

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "src" / "midwatch" / "data" / "demo"
_WORKLOADS = (
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "CronJob",
    "Job",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
)
_NETWORK = ("Service", "Ingress", "NetworkPolicy", "EndpointSlice", "Endpoints")
_STORAGE = ("PersistentVolumeClaim", "PersistentVolume", "VolumeAttachment")
_MACHINES = ("Node", "Lease", "CSINode")


def build() -> dict[str, str]:
    """Every file of the snapshot by its path."""
    objects = cluster()
    files: dict[str, list[Obj]] = {}
    for each in objects:
        files.setdefault(_file_of(each), []).append(each)
    files["cluster/empty.yaml"] = [*_empty({str(each["kind"]) for each in objects})]
    written = {path: _NOTE + to_yaml(_readable(each) for each in found) for path, found in files.items()}
    return written | dict(logs([each for each in objects if each["kind"] == "Pod"], objects))


_NOTE = "# Made by examples/demo/build.py; change it there.\n"


def cluster() -> list[Obj]:
    """Everything in the cluster at 03:12, when the pager rings."""
    site = Site(NOW, BORN - timedelta(days=30), places(3, 1), 1, lean=True)
    base = [*system(site), *door(site, 1)]
    made, events = services(site)
    for rollout, told in (payments_rollout(site), recommendations_rollout(site)):
        made.append(rollout)
        events += told
    remains, told = pressed_node([each for each in base if each["kind"] == "Node"], made)
    jobs, more = digest_mail(site)
    objects = [*base, *edge(), *stores(site), *jobs, *remains]
    for rollout in made:
        objects += rollout.objects
    for app in (*APPS, PAYMENTS, RECOMMENDATIONS):
        objects += surroundings(app)
    return [*objects, *settle(objects), *sorted([*events, *told, *more], key=_last)]


def _empty(present: set[str]) -> Iterator[Obj]:
    """The lists that are empty in this cluster: that nothing is there is a fact, too."""
    for each in RESOURCE_TYPES:
        if not each.custom and each.kind not in present:
            version = f"{each.group}/{each.version}" if each.group else each.version
            yield {"apiVersion": version, "kind": f"{each.kind}List", "items": []}


def _last(event: Obj) -> str:
    return str(event["lastTimestamp"] or event["eventTime"])


def _file_of(found: Obj) -> str:
    kind = str(found["kind"])
    folder = "shop" if SPACE in (namespace_of(found), name_of(found)) else "cluster"
    if kind in _STORAGE:
        return "shop/storage.yaml"
    if kind in _MACHINES:
        return "cluster/nodes.yaml"
    if kind == "Event":
        return "shop/events.yaml"
    if kind == "Pod":
        return f"{folder}/pods.yaml"
    if folder == "cluster":
        return "cluster/system.yaml"
    return f"shop/{'workloads' if kind in _WORKLOADS else 'network' if kind in _NETWORK else 'config'}.yaml"


def _readable(found: Obj) -> Obj:
    """Secrets with their keys and a placeholder for each value."""
    if found["kind"] != "Secret":
        return found
    head = part(found, "metadata")
    keys = [key for key in part(parts(head, "managedFields")[0], "fieldsV1", "f:data") if key != "."]
    data = {key.removeprefix("f:"): "UkVEQUNURUQ=" for key in keys}
    return found | {"metadata": {k: v for k, v in head.items() if k != "managedFields"}, "data": data}


def logs(pods: Iterable[Obj], objects: Iterable[Obj]) -> Iterator[tuple[str, str]]:
    """Log files by path: `logs/<namespace>/<pod>/<container>[.previous].log`."""
    addresses = {name_of(each): text(each, "spec", "clusterIP") for each in objects
                 if each["kind"] == "Service" and namespace_of(each) == SPACE}  # fmt: skip
    for pod in pods:
        app = labels_of(pod).get("app", "")
        folder = f"logs/{namespace_of(pod)}/{name_of(pod)}/{app}"
        if part(pod, "status").get("reason") == "Evicted":
            continue
        if app == "payments":
            lines = _text(payments(_ended(pod), addresses["postgres"]))
            yield f"{folder}.log", lines
            yield f"{folder}.previous.log", lines
        elif app == "mail-digest" and part(pod, "status")["phase"] == "Failed":
            yield f"{folder}.log", _text(digest_failed(""))
        elif app in CURRENT:
            yield f"{folder}.log", _text(CURRENT[app](addresses["payments"]))
        elif namespace_of(pod) == SPACE:
            yield f"{folder}.log", _text(quiet(app))
        if app == "recommendations":
            yield f"{folder}.previous.log", _text(recommendations_before(""))


def _ended(pod: Obj) -> datetime:
    status = parts(part(pod, "status"), "containerStatuses")[0]
    return datetime.fromisoformat(text(status, "lastState", "terminated", "finishedAt"))


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write all files anew."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    if target.exists():
        shutil.rmtree(target)
    for path, content in build().items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
