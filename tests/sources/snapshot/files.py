"""Folders of objects, and what was read of them."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from midwatch.domain.evidence import Evidence
from midwatch.domain.json import JSON
from midwatch.domain.kube.decode import decode_page
from midwatch.domain.kube.kinds import BY_KIND

PODS = BY_KIND["Pod"].query()


def write(folder: Path, files: dict[str, str | bytes | JSON]) -> Path:
    """Files below a folder: text, bytes, or anything else as JSON (YAML where so named)."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content)
        elif name.endswith(".json"):
            path.write_text(json.dumps(content))
        else:
            path.write_text(yaml.safe_dump(content))
    return folder


def as_documents(*objects: JSON) -> str:
    """Objects as a file of YAML documents."""
    return "".join(f"---\n{yaml.safe_dump(each)}" for each in objects)


def names(found: Evidence, kind: str = "Pod") -> list[str]:
    return [each.name for page in found.pages for each in decode_page(page, kind).objects]


def listing(kind: str, *items: JSON) -> dict[str, JSON]:
    """A LIST as typed clients print it: its items have no kind."""
    bare: list[JSON] = [
        {name: value for name, value in item.items() if name not in ("kind", "apiVersion")}
        for item in items
        if isinstance(item, dict)
    ]
    return {"kind": f"{kind}List", "apiVersion": "v1", "metadata": {}, "items": bare}
