"""Objects: create, read, replace, delete; names, versions, preconditions, dry runs, finalizers.

Source: k8s.io/apiserver/pkg/registry/rest/{create,update,delete}.go, pkg/registry/generic/registry/store.go,
pkg/endpoints/handlers, k8s.io/apimachinery/pkg/api/errors/errors.go.
"""

from __future__ import annotations

from typing import Any

from tests.conformance.talk import MERGE, Talk

_NAME_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)


def config(name: str, **more: Any) -> dict[str, Any]:
    """A ConfigMap."""
    return {"metadata": {"name": name, **more.pop("metadata", {})}, "data": {"key": "one"}, **more}


def life_of_an_object(talk: Talk) -> None:
    """From its creation to its end."""
    path = f"{talk.space}/configmaps"
    made = talk.ask("create", "POST", path, config("one", metadata={"labels": {"app": "a"}}), code=201)
    assert made["metadata"]["uid"]
    assert made["metadata"]["namespace"] == talk.namespace
    talk.ask("get", "GET", f"{path}/one")
    changed = talk.ask("replace", "PUT", f"{path}/one", {**made, "data": {"key": "two"}})
    assert changed["metadata"]["uid"] == made["metadata"]["uid"]
    assert changed["metadata"]["resourceVersion"] != made["metadata"]["resourceVersion"]
    same = talk.ask("replace by the same", "PUT", f"{path}/one", changed)
    assert same["metadata"]["resourceVersion"] == changed["metadata"]["resourceVersion"]
    talk.ask("list", "GET", f"{path}?labelSelector=app%3Da")
    gone = talk.ask("delete", "DELETE", f"{path}/one")
    assert (gone["status"], gone["details"]["kind"]) == ("Success", "configmaps")
    talk.refused(
        "get what is gone", "GET", f"{path}/one", code=404, reason="NotFound", message='configmaps "one" not found'
    )
    talk.refused(
        "delete what is gone", "DELETE", f"{path}/one", code=404, reason="NotFound",
        message='configmaps "one" not found',
    )  # fmt: skip


def names(talk: Talk) -> None:
    """Names that are taken, missing, wrong or made up by the server."""
    path = f"{talk.space}/configmaps"
    talk.ask("create", "POST", path, config("one"), code=201)
    talk.refused(
        "the same name again", "POST", path, config("one"), code=409, reason="AlreadyExists",
        message='configmaps "one" already exists',
    )  # fmt: skip
    talk.refused(
        "a name that is none", "POST", path, config("Not_A_Name"), code=422, reason="Invalid",
        message=f'ConfigMap "Not_A_Name" is invalid: metadata.name: Invalid value: "Not_A_Name": {_NAME_RULE}',
    )  # fmt: skip
    talk.refused(
        "no name", "POST", path, {"data": {}}, code=422, reason="Invalid",
        message='ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    )  # fmt: skip
    made = talk.ask("a name by the server", "POST", path, {"metadata": {"generateName": "made-"}}, code=201)
    assert made["metadata"]["generateName"] == "made-"
    assert len(made["metadata"]["name"]) == len("made-") + 5
    talk.refused(
        "another namespace in the body", "POST", path, config("two", metadata={"namespace": "other"}), code=400,
        reason="BadRequest",
        message="the namespace of the provided object does not match the namespace sent on the request",
    )  # fmt: skip
    talk.refused(
        "another name in the body", "PUT", f"{path}/one", config("two"), code=400, reason="BadRequest",
        message="the name of the object (two) does not match the name on the URL (one)",
    )  # fmt: skip
    talk.refused(
        "a namespace that does not exist", "POST", "/api/v1/namespaces/conformance-none/configmaps", config("one"),
        code=404, reason="NotFound", message='namespaces "conformance-none" not found',
    )  # fmt: skip


def stale_versions(talk: Talk) -> None:
    """Replacing or deleting a version that is not the current one."""
    path = f"{talk.space}/configmaps"
    old = talk.ask("create", "POST", path, config("one"), code=201)
    talk.ask("change", "PATCH", f"{path}/one", {"data": {"key": "two"}}, media=MERGE)
    talk.refused(
        "replace an old version", "PUT", f"{path}/one", {**old, "data": {}}, code=409, reason="Conflict",
        message=(
            'Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your '
            "changes to the latest version and try again"
        ),
    )  # fmt: skip
    wrong = {"preconditions": {"uid": "00000000-0000-4000-8000-000000000000"}}
    talk.ask("delete another object of that name", "DELETE", f"{path}/one", wrong, code=409)
    talk.refused(
        "create with a version", "POST", path, config("two", metadata={"resourceVersion": "1"}), code=500,
        reason="", message="resourceVersion should not be set on objects to be created",
    )  # fmt: skip
    talk.ask("replace without a version", "PUT", f"{path}/one", config("one"))
    talk.refused(
        "replace what does not exist", "PUT", f"{path}/none", config("none"), code=404, reason="NotFound",
        message='configmaps "none" not found',
    )  # fmt: skip


def dry_runs(talk: Talk) -> None:
    """Writes that are checked and answered, but not stored."""
    path = f"{talk.space}/configmaps"
    talk.ask("create", "POST", f"{path}?dryRun=All", config("one"), code=201)
    talk.ask("it is not there", "GET", f"{path}/one", code=404)
    talk.ask("create in earnest", "POST", path, config("one"), code=201)
    talk.ask("change", "PATCH", f"{path}/one?dryRun=All", {"data": {"key": "two"}}, media=MERGE)
    assert talk.ask("it did not change", "GET", f"{path}/one")["data"] == {"key": "one"}
    talk.ask("delete", "DELETE", f"{path}/one?dryRun=All")
    talk.ask("it is still there", "GET", f"{path}/one")
    talk.refused(
        "an unknown dry run", "POST", f"{path}?dryRun=Some", config("two"), code=422, reason="Invalid",
        message=(
            'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"'
        ),
    )  # fmt: skip


def finalizers(talk: Talk) -> None:
    """An object with a finalizer lingers until it is taken off."""
    path = f"{talk.space}/configmaps"
    talk.ask("create", "POST", path, config("one", metadata={"finalizers": ["example.com/keep"]}), code=201)
    marked = talk.ask("delete", "DELETE", f"{path}/one")
    assert marked.get("metadata", {}).get("deletionTimestamp")
    assert talk.ask("it lingers", "GET", f"{path}/one")["metadata"]["finalizers"] == ["example.com/keep"]
    talk.ask("delete again", "DELETE", f"{path}/one")
    more = {"metadata": {"finalizers": ["example.com/keep", "example.com/more"]}}
    talk.ask("no finalizers are added any more", "PATCH", f"{path}/one", more, code=422, media=MERGE)
    talk.ask("take it off", "PATCH", f"{path}/one", {"metadata": {"finalizers": None}}, media=MERGE)
    talk.ask("it is gone", "GET", f"{path}/one", code=404)


def collections(talk: Talk) -> None:
    """Deleting all that a selector matches."""
    path = f"{talk.space}/configmaps"
    for name, app in (("one", "a"), ("two", "a"), ("three", "b")):
        talk.ask(f"create {name}", "POST", path, config(name, metadata={"labels": {"app": app}}), code=201)
    talk.ask("delete some", "DELETE", f"{path}?labelSelector=app%3Da")
    left = talk.ask("what is left", "GET", f"{path}?labelSelector=app")
    assert [each["metadata"]["name"] for each in left["items"]] == ["three"]


def immutable_fields(talk: Talk) -> None:
    """What may not change once it is set."""
    path = f"{talk.space}/configmaps"
    talk.ask("create", "POST", path, config("one", immutable=True), code=201)
    talk.refused(
        "change immutable data", "PATCH", f"{path}/one", {"data": {"key": "two"}}, code=422, reason="Invalid",
        message='ConfigMap "one" is invalid: data: Forbidden: field is immutable when `immutable` is set',
        media=MERGE,
    )  # fmt: skip
    template = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a", "image": "a:1"}]}}
    body = {"replicas": 0, "selector": {"matchLabels": {"app": "a"}}, "template": template}
    deployments = f"{talk.group('apps/v1')}/deployments"
    talk.ask("create a Deployment", "POST", deployments, {"metadata": {"name": "a"}, "spec": body}, code=201)
    change = {
        "spec": {"selector": {"matchLabels": {"app": "b"}}, "template": {"metadata": {"labels": {"app": "b"}}}}
    }
    talk.ask("change its selector", "PATCH", f"{deployments}/a", change, code=422, media=MERGE)
    service = {"metadata": {"name": "a"}, "spec": {"selector": {"app": "a"}, "ports": [{"port": 80}]}}
    talk.ask("create a Service", "POST", f"{talk.space}/services", service, code=201)
    talk.ask(
        "take its address away", "PATCH", f"{talk.space}/services/a", {"spec": {"clusterIP": "10.96.0.1"}},
        code=422, media=MERGE,
    )  # fmt: skip


SCENARIOS = (
    life_of_an_object, names, stale_versions, dry_runs, finalizers, collections, immutable_fields,
)  # fmt: skip
