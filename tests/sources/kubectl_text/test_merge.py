from __future__ import annotations

from midwatch.sources.kubectl_text import Obj, merge
from midwatch.sources.kubectl_text.values import word
from tests.sources.kubectl_text.asking import at


def pod(namespace: str | None = "shop", **fields: Obj) -> Obj:
    metadata: Obj = {"name": "web-1", **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, **fields}


def event(count: int, first: str, last: str, namespace: str | None = "shop") -> Obj:
    involved: Obj = {"kind": "Pod", "name": "web-1", **({"namespace": namespace} if namespace else {})}
    return {
        "kind": "Event",
        "metadata": {},
        "involvedObject": involved,
        "reason": "BackOff",
        "message": "again",
        "count": count,
        "firstTimestamp": first,
        "lastTimestamp": last,
    }


def test_the_first_telling_wins_field_by_field():
    made = merge(
        [
            pod(spec={"nodeName": "a"}, status={"phase": "Running"}),
            pod(spec={"nodeName": "b", "priority": 1}, status={"phase": "Pending", "podIP": "10.0.0.1"}),
        ]
    )
    assert len(made) == 1
    assert made[0]["spec"] == {"nodeName": "a", "priority": 1}
    assert made[0]["status"] == {"phase": "Running", "podIP": "10.0.0.1"}


def test_items_of_lists_are_the_winners_completed_by_name():
    made = merge(
        [
            pod(spec={"containers": [{"name": "app", "image": "new"}]}),
            pod(spec={"containers": [{"name": "app", "image": "old", "tty": True}, {"name": "gone"}]}),
        ]
    )
    assert at(made[0], "spec.containers") == [{"name": "app", "image": "new", "tty": True}]


def test_what_means_something_only_as_a_whole_is_not_mixed():
    made = merge(
        [
            pod(
                status={"containerStatuses": [{"name": "app", "state": {"running": {}}}]},
                spec={"nodeSelector": {"a": "1"}},
            ),
            pod(
                status={"containerStatuses": [{"name": "app", "state": {"waiting": {}}}]},
                spec={"nodeSelector": {"b": "2"}},
            ),
        ]
    )
    assert at(made[0], "status.containerStatuses.0.state") == {"running": {}}
    assert at(made[0], "spec.nodeSelector") == {"a": "1"}


def test_a_telling_without_namespace_joins_the_only_object_of_that_name():
    assert len(merge([pod("shop"), pod(None)])) == 1
    assert len(merge([pod("shop"), pod("bank"), pod(None)])) == 3


def test_events_are_one_when_object_reason_and_message_are():
    made = merge(
        [
            event(7, "2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z"),
            event(9, "2026-01-01T10:30:00Z", "2026-01-01T12:00:00Z", namespace=None),
        ]
    )
    assert len(made) == 1
    assert (made[0]["count"], made[0]["firstTimestamp"], made[0]["lastTimestamp"]) == (
        9,
        "2026-01-01T10:00:00Z",
        "2026-01-01T12:00:00Z",
    )


def test_hearsay_never_wins():
    heard: Obj = {
        "kind": "Endpoints",
        "metadata": {"name": "web", "annotations": {"midwatch.dev/told-by": "Service"}},
        "subsets": [{"addresses": [{"ip": "10.0.0.9"}]}],
    }
    own: Obj = {"kind": "Endpoints", "metadata": {"name": "web"}, "subsets": []}
    assert merge([heard, own]) == (own,)
    assert merge([heard]) == (heard,)


def test_old_groups_and_kinds_without_a_version_are_the_same_object():
    new: Obj = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "a"}}
    old: Obj = {"apiVersion": "extensions/v1beta1", "kind": "Ingress", "metadata": {"name": "a"}}
    assert len(merge([new, old, {"kind": "Ingress", "metadata": {"name": "a"}}])) == 1


def test_owners_that_only_names_tell_are_filled_in() -> None:
    def made(kind: str, name: str) -> Obj:
        return {"kind": kind, "metadata": {"name": name, "namespace": "shop"}}

    told = [
        made("Deployment", "web"), made("ReplicaSet", "web-5f7d8c9b4"), made("Pod", "web-5f7d8c9b4-x7k2p"),
        made("StatefulSet", "db"), made("Pod", "db-0"), made("Pod", "db-x"), made("Pod", "stranger-0"),
    ]  # fmt: skip
    owners = {word(each, "metadata", "name"): at(each, "metadata.ownerReferences") for each in merge(told)}
    named = {name: word(found[0], "name") for name, found in owners.items() if isinstance(found, list)}
    assert named == {"web-5f7d8c9b4": "web", "web-5f7d8c9b4-x7k2p": "web-5f7d8c9b4", "db-0": "db"}
