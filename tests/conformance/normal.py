"""What differs from one server to the next though both are right, and is therefore not compared."""

from __future__ import annotations

import re
from typing import Any, cast

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TOKEN_VOLUME = re.compile(r"kube-api-access-[a-z0-9]{5}")
_TOO_LARGE = re.compile(r"Too large resource version: \d+, current: \d+")
_AGE = re.compile(r"(\d+[smhdy])+|<invalid>")
_CONTROLLED = ("Deployment", "Job", "CronJob", "PartialObjectMetadata")
_REVISION = "deployment.kubernetes.io/revision"
_ANY = {
    "resourceVersion": "<version>",
    "continue": "<token>",
    "storageVersionHash": "<hash>",
    "clusterIP": "<address>",
    "nodePort": "<port>",
    "hash": "<hash>",
}


def normal(value: Any, namespace: str) -> Any:
    """A JSON value without what a server makes up: times, UIDs, versions, generated names, addresses."""
    if isinstance(value, dict):
        return _object(cast("dict[str, Any]", value), namespace)
    if isinstance(value, list):
        return [normal(each, namespace) for each in cast("list[Any]", value)]
    return _text(value, namespace) if isinstance(value, str) else value


def _object(value: dict[str, Any], namespace: str) -> dict[str, Any]:
    if value.get("kind") in _CONTROLLED:
        value = _before_controllers(value)
    found: dict[str, Any] = {_text(key, namespace): _member(key, each, namespace) for key, each in value.items()}
    head: Any = value.get("metadata")
    prefix = cast("dict[str, Any]", head).get("generateName") if isinstance(head, dict) else None
    if prefix:
        found["metadata"]["name"] = f"{_text(prefix, namespace)}<generated>"
    if value.get("kind") == "Table":
        found["rows"] = [_row(each, value["columnDefinitions"], namespace) for each in value.get("rows") or ()]
    return found


def _before_controllers(value: dict[str, Any]) -> dict[str, Any]:
    """A workload without what its controller wrote: that comes when it comes."""
    head: dict[str, Any] = {**(value.get("metadata") or {})}
    known: dict[str, str] = head.pop("annotations", None) or {}
    written: list[dict[str, Any]] = head.pop("managedFields", None) or []
    notes = {key: each for key, each in known.items() if key != _REVISION}
    owned = [each for each in written if each["manager"] != "kube-controller-manager"]
    head |= {"annotations": notes} if notes else {}
    return {**value, "metadata": {**head, "managedFields": owned}, "status": {}}


def _member(key: str, value: Any, namespace: str) -> Any:
    """One member of an object, by its name."""
    if key in _ANY and isinstance(value, str | int) and value not in ("", "0", "None"):
        return _ANY[key]
    if key == "clusterIPs":
        return ["<address>" for _ in value]
    if key == "managedFields" and value:  # their order is that of the seconds they were written in
        value = sorted(cast("list[dict[str, Any]]", value), key=_writer)
    return normal(value, namespace)


def _writer(entry: dict[str, Any]) -> tuple[str, str, str]:
    return entry["manager"], entry["operation"], entry.get("subresource", "")


def _row(row: dict[str, Any], columns: list[dict[str, Any]], namespace: str) -> dict[str, Any]:
    """A row of a table; ages and addresses do not matter."""
    names = [each["name"] for each in columns]
    cells = [_cell(name, each, namespace) for name, each in zip(names, row["cells"], strict=True)]
    return {**normal(row, namespace), "cells": cells}


def _cell(column: str, value: Any, namespace: str) -> Any:
    if column in ("Age", "Last Seen"):
        return _AGE.sub("<age>", value)
    if column == "Cluster-IP" and value != "None":
        return "<address>"
    return normal(value, namespace)


def _text(value: str, namespace: str) -> str:
    found = value.replace(namespace, "<namespace>")
    for pattern, shown in (
        (_TIME, "<time>"),
        (_UID, "<uid>"),
        (_TOKEN_VOLUME, "kube-api-access-<generated>"),
        (_TOO_LARGE, "Too large resource version: <version>, current: <version>"),
    ):
        found = pattern.sub(shown, found)
    return found
