"""Lists, pages, watches, and what versions of objects mean.

Source: k8s.io/apiserver/pkg/storage/{continue,errors}.go, pkg/storage/etcd3/{store,errors}.go,
pkg/storage/cacher/watch_cache.go, pkg/endpoints/handlers/{get,watch}.go.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any, cast

from tests.conformance.scenarios.objects import config
from tests.conformance.talk import MERGE, Talk

_LIST = "labelSelector=app%3Da"


def _filled(talk: Talk, count: int) -> str:
    """Create some ConfigMaps; returns their path."""
    path = f"{talk.space}/configmaps"
    for number in range(count):
        talk.ask(
            f"create {number}", "POST", path, config(f"c{number}", metadata={"labels": {"app": "a"}}), code=201
        )
    return path


def pages(talk: Talk) -> None:
    """A list in pieces, of one and the same moment."""
    path = _filled(talk, 5)
    first = talk.ask("first page", "GET", f"{path}?limit=2&{_LIST}")
    talk.ask("create another", "POST", path, config("c1a", metadata={"labels": {"app": "a"}}), code=201)
    token = first["metadata"]["continue"]
    second = talk.ask("second page", "GET", f"{path}?limit=2&{_LIST}&continue={token}")
    token = second["metadata"]["continue"]
    third = talk.ask("third page", "GET", f"{path}?limit=2&{_LIST}&continue={token}")
    found = [each["metadata"]["name"] for page in (first, second, third) for each in page["items"]]
    assert found == ["c0", "c1", "c2", "c3", "c4"]
    assert not third["metadata"].get("continue")
    assert len({page["metadata"]["resourceVersion"] for page in (first, second, third)}) == 1


def bad_tokens(talk: Talk) -> None:
    """Tokens that never were, and tokens of versions that are no longer kept."""
    path = _filled(talk, 3)
    talk.refused(
        "no token", "GET", f"{path}?limit=1&continue=a.b", code=400, reason="BadRequest",
        message="invalid continue token: continue key is not valid: illegal base64 data at input byte 1",
    )  # fmt: skip
    old = urlsafe_b64encode(b'{"v":"meta.k8s.io/v1","rv":1,"start":"c0\\u0000"}').decode().rstrip("=")
    found = talk.until(
        f"{path}?limit=1&continue={old}", lambda reply: reply.code == 410, "the first version is compacted"
    ).content
    assert found["reason"] == "Expired"
    assert found["message"].startswith("The provided continue parameter is too old to display a consistent list")
    again = talk.ask("go on from there", "GET", f"{path}?limit=9&{_LIST}&continue={found['metadata']['continue']}")
    assert [each["metadata"]["name"] for each in again["items"]] == ["c1", "c2"]
    token = talk.quiet("GET", f"{path}?limit=1&{_LIST}").content["metadata"]["continue"]
    talk.refused(
        "a token and a version", "GET", f"{path}?limit=1&resourceVersion=5&continue={token}", code=400,
        reason="BadRequest", message="specifying resource version is not allowed when using continue",
    )  # fmt: skip


def versions_of_lists(talk: Talk) -> None:
    """What `resourceVersion` and `resourceVersionMatch` ask of a list."""
    path = _filled(talk, 2)
    now = talk.ask("the latest", "GET", f"{path}?{_LIST}")["metadata"]["resourceVersion"]
    talk.ask("change", "PATCH", f"{path}/c0", {"data": {"key": "two"}}, media=MERGE)
    exact = talk.ask("as it was", "GET", f"{path}?{_LIST}&resourceVersion={now}&resourceVersionMatch=Exact")
    assert exact["metadata"]["resourceVersion"] == now
    assert {each["data"]["key"] for each in exact["items"]} == {"one"}
    talk.ask("not older than", "GET", f"{path}?{_LIST}&resourceVersion={now}&resourceVersionMatch=NotOlderThan")
    talk.ask("any", "GET", f"{path}?{_LIST}&resourceVersion=0")
    talk.refused(
        "a match without a version", "GET", f"{path}?resourceVersionMatch=Exact", code=422, reason="Invalid",
        message=(
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is '
            "forbidden unless resourceVersion is provided"
        ),
    )  # fmt: skip
    talk.ask(
        "a version that is none", "GET", f"{path}?resourceVersion=abc&resourceVersionMatch=NotOlderThan", code=400
    )
    talk.ask("get any", "GET", f"{path}/c0?resourceVersion=0")


def _events(talk: Talk, label: str, path: str) -> list[Any]:
    """What a watch says until it ends by itself."""
    found = talk.ask(label, "GET", path)
    return cast("list[Any]", found) if isinstance(found, list) else [found]


def watches(talk: Talk) -> None:
    """A watch from a version on tells what happened since, with a bookmark when asked for."""
    path = _filled(talk, 2)
    start = talk.quiet("GET", f"{path}?{_LIST}").content["metadata"]["resourceVersion"]
    talk.ask("change", "PATCH", f"{path}/c0", {"data": {"key": "two"}}, media=MERGE)
    talk.ask("leave the selection", "PATCH", f"{path}/c1", {"metadata": {"labels": {"app": "b"}}}, media=MERGE)
    talk.ask("come back", "PATCH", f"{path}/c1", {"metadata": {"labels": {"app": "a"}}}, media=MERGE)
    talk.ask("delete", "DELETE", f"{path}/c0")
    since = f"watch=1&timeoutSeconds=1&resourceVersion={start}"
    found = _events(talk, "all since", f"{path}?{_LIST}&{since}")
    told = [(each["type"], each["object"]["metadata"]["name"]) for each in found]
    assert told == [("MODIFIED", "c0"), ("DELETED", "c1"), ("ADDED", "c1"), ("DELETED", "c0")]
    first = _events(talk, "from now on", f"{path}?{_LIST}&watch=1&timeoutSeconds=1")
    assert [each["type"] for each in first] == ["ADDED"]
    streamed = _events(
        talk, "a list as a stream",
        f"{path}?{_LIST}&watch=1&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true"
        "&resourceVersionMatch=NotOlderThan",
    )  # fmt: skip
    marks = [each["object"]["metadata"].get("annotations", {}) for each in streamed if each["type"] == "BOOKMARK"]
    assert marks[0] == {"k8s.io/initial-events-end": "true"}
    named = _events(talk, "of one object", f"{path}?fieldSelector=metadata.name%3Dc1&watch=1&timeoutSeconds=1")
    assert [each["object"]["metadata"]["name"] for each in named] == ["c1"]


def old_watches(talk: Talk) -> None:
    """A watch from a version that is no longer kept ends with an error event."""
    found = talk.quiet("GET", f"{talk.space}/configmaps?watch=1&timeoutSeconds=1&resourceVersion=1").content
    event: Any = cast("list[Any]", found)[0] if isinstance(found, list) else found
    status: Any = event["object"]
    assert (event["type"], status["code"], status["reason"]) == ("ERROR", 410, "Expired")
    assert status["message"].startswith("too old resource version: 1 (")
    talk.note("an old watch", status={**status, "message": status["message"].partition("(")[0]})
    talk.ask("a watch of nonsense", "GET", f"{talk.space}/configmaps?watch=1&resourceVersion=abc", code=400)


def selectors(talk: Talk) -> None:
    """Labels and fields to choose by, good ones and bad ones."""
    path = f"{talk.space}/configmaps"
    for name, labels in (("one", {"app": "a", "tier": "x"}), ("two", {"app": "b"}), ("three", {"app": "c"})):
        talk.ask(f"create {name}", "POST", path, config(name, metadata={"labels": labels}), code=201)
    for selector, wanted in (
        ("app in (a,b)", ["one", "two"]),
        ("app notin (a),app", ["three", "two"]),
        ("app,!tier", ["three", "two"]),
        ("app!=a,app", ["three", "two"]),
    ):
        chosen = selector.replace(" ", "%20").replace("!", "%21").replace("=", "%3D").replace(",", "%2C")
        found = talk.ask(selector, "GET", f"{path}?labelSelector={chosen}")
        assert [each["metadata"]["name"] for each in found["items"]] == wanted, selector
    field = talk.ask("by name", "GET", f"{path}?fieldSelector=metadata.name%3Dtwo")
    assert [each["metadata"]["name"] for each in field["items"]] == ["two"]
    talk.refused(
        "a field that cannot be selected", "GET", f"{path}?fieldSelector=data.key%3Done", code=400,
        reason="BadRequest",
        message='"data.key" is not a known field selector: only "metadata.name", "metadata.namespace"',
    )  # fmt: skip
    talk.ask("a selector that is none", "GET", f"{path}?labelSelector=a%20b", code=400)


SCENARIOS = (pages, bad_tokens, versions_of_lists, watches, old_watches, selectors)
