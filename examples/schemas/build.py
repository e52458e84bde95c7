"""Build the bundled schemas of Kubernetes' types: python examples/schemas/build.py <kubernetes-validate> [file].

The first argument is the directory of an installed `kubernetes_validate` package (PyPI: kubernetes-validate). The
result is committed as `src/midwatch/data/schemas/kubernetes.json.xz`; change it here and never by hand.
"""

from __future__ import annotations

import json
import lzma
import sys
from pathlib import Path
from typing import Any

VERSION = "v1.34.0"
TARGET = Path(__file__).parents[2] / "src" / "midwatch" / "data" / "schemas" / "kubernetes.json.xz"
_PREFIX = "#/$defs/"


def build(package: Path) -> bytes:
    """The compressed definitions by their OpenAPI names, as the API server itself publishes them."""
    source = package / "kubernetes-json-schema" / f"{VERSION}-local" / "_definitions.json"
    found: dict[str, Any] = json.loads(source.read_text("utf-8"))["$defs"]
    plain = {name: _definition(name, found[name]) for name in sorted(found)}
    text = json.dumps({"version": VERSION, "definitions": plain}, separators=(",", ":"), ensure_ascii=False)
    return lzma.compress(text.encode(), format=lzma.FORMAT_XZ, preset=9 | lzma.PRESET_EXTREME)


def _definition(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    if name.endswith(".IntOrString"):
        return {"description": schema.get("description", ""), "format": "int-or-string", "type": "string"}
    if name.endswith(".Quantity"):
        return {"description": schema.get("description", ""), "type": "string"}
    return _plain(schema)


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Without what the validator's authors added for strict validation: null beside each type, enumerations."""
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "enum":
            continue
        if key == "type" and isinstance(value, list):
            value = next(each for each in value if each != "null")
        elif key == "$ref":
            value = value.removeprefix(_PREFIX)
        elif key == "properties":
            value = {name: _plain(each) for name, each in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            value = _plain(value)
        result[key] = value
    return result


def main() -> None:
    """Write the file."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(build(Path(sys.argv[1])))
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
