"""Namespaces that are made for faults and removed after them: only those that carry our label."""

from __future__ import annotations

import secrets
from urllib.parse import quote

from midwatch.lab.core.objects import Obj, labels_of, name_of, uid_of
from midwatch.lab.real.api import Api, Home, Refused

LABEL, VALUE = "app.kubernetes.io/managed-by", "midwatch-lab"
_PREFIX = "midwatch-lab-"
_PATH = "/api/v1/namespaces"
_GONE = 404


async def new_home(api: Api, name: str) -> Home:
    """Make a namespace, which must not be there yet. Raises `Refused`."""
    head = {"name": name, "labels": {LABEL: VALUE}}
    await api.send("POST", _PATH, {"apiVersion": "v1", "kind": "Namespace", "metadata": head})
    return Home(api, name)


def new_name() -> str:
    """A name that nobody has."""
    return f"{_PREFIX}{secrets.token_hex(4)}"


async def our_names(api: Api) -> list[str]:
    """Names of the namespaces that this made and that are not being deleted yet."""
    found = await api.get(f"{_PATH}?labelSelector={quote(f'{LABEL}={VALUE}', safe='')}")
    items: list[Obj] = found.get("items") or []
    return sorted(name_of(each) for each in items if _is_ours(each))


async def remove(api: Api, name: str) -> bool:
    """Delete a namespace if it is ours, exactly as it was read; False when it is not, or not there any more."""
    path = f"{_PATH}/{quote(name, safe='')}"
    try:
        found = await api.get(path)
        if not _is_ours(found):
            return False
        same = {"uid": uid_of(found), "resourceVersion": found["metadata"]["resourceVersion"]}
        await api.send("DELETE", path, {"preconditions": same})
    except Refused as error:
        if error.code == _GONE:
            return False
        raise
    return True


def _is_ours(found: Obj) -> bool:
    ours = labels_of(found).get(LABEL) == VALUE and name_of(found).startswith(_PREFIX)
    return ours and not found["metadata"].get("deletionTimestamp")
