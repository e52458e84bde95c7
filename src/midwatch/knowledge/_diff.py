"""Field by field differences between two specifications, with secrets masked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import msgspec

from midwatch.domain.kube.meta import Part

MASK = "***"
_ABSENT = "(absent)"
_MAX_VALUE = 160
_MAX_FIELDS = 20
_MAX_DEPTH = 40

_SECRET_NAME = re.compile(
    r"(?i)(pass(word|wd|phrase)?|secret|token|api[_.\-]?key|access[_.\-]?key|private[_.\-]?key|credential|auth(?!or))s?"
    r"(?![_.\-]?(name|ref|file|path|url|host|port|type|mode|method))"
)
_SECRET_VALUE = re.compile(
    r"(?P<userinfo>(?<=://)[^/\s@]{1,256}(?=@))"
    r"|(?P<pair>(?i:(?<=password=)|(?<=passwd=)|(?<=token=)|(?<=secret=)|(?<=api-key=)|(?<=api_key=)|(?<=apikey=))[^\s&;,]+)"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-)[\w-]{16,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*"
)


def differences(before: Part, after: Part, root: str) -> tuple[str, ...]:
    """`path: before -> after` for each field that differs, sorted by path; long lists are cut with a note."""
    found = sorted(_compare(msgspec.to_builtins(before), msgspec.to_builtins(after), root, 0))
    cut = len(found) - _MAX_FIELDS
    return (*found[:_MAX_FIELDS], *((f"{cut} more fields changed",) if cut > 0 else ()))


def _compare(before: object, after: object, path: str, depth: int) -> Iterator[str]:
    if before == after:
        return
    left, right = _keyed(before), _keyed(after)
    if left is None or right is None or depth > _MAX_DEPTH:
        yield f"{path}: {_shown(before, path)} -> {_shown(after, path)}"
        return
    listed = isinstance(before or after, list | tuple)
    for key in sorted(left.keys() | right.keys()):
        if key == "name" and path.endswith("]") and (before is None or after is None):
            continue  # the path already says the name of what came or went
        inner = f"{path}.{key}" if key.isalnum() and not listed else f"{path}[{key}]"
        yield from _compare(left.get(key), right.get(key), inner, depth + 1)


def _keyed(value: object) -> Mapping[str, object] | None:
    """A mapping as it is; a list by the name of its items (or by position); None for plain values."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return cast("dict[str, object]", value)
    if not isinstance(value, list | tuple):
        return None
    keyed: dict[str, object] = {}
    for at, each in enumerate(cast("Sequence[object]", value)):
        if not isinstance(each, dict):
            return None
        name = _name(cast("dict[str, object]", each)) or str(at)
        keyed[name if name not in keyed else f"{name}#{at}"] = cast("object", each)
    return keyed


def _name(item: Mapping[str, object]) -> str:
    name = item.get("mountPath") or item.get("name") or item.get("key")
    return name if isinstance(name, str) else ""


def _shown(value: object, path: str) -> str:
    """A value on one line, shortened; masked when its name or its form tells a secret."""
    if value is None:
        return _ABSENT
    if _is_secret(path):
        return MASK
    if isinstance(value, list | tuple):
        value = _without_secret_arguments(cast("Sequence[object]", value))
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = " ".join(_SECRET_VALUE.sub(MASK, text).split())
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 1] + "…"


def _without_secret_arguments(words: Sequence[object]) -> list[object]:
    """Arguments in which what follows `--password` is masked."""
    flags = ["", *words[:-1]]
    return [
        MASK
        if isinstance(flag, str) and flag.startswith("-") and "=" not in flag and _SECRET_NAME.search(flag)
        else word
        for flag, word in zip(flags, words, strict=True)
    ]


def _is_secret(path: str) -> bool:
    """Whether the last name in a path sounds like a secret: `env[DB_PASSWORD].value`, `annotations[api-token]`."""
    stem = path.removesuffix(".value")
    return stem.endswith("]") and bool(_SECRET_NAME.search(stem[stem.rfind("[") :]))
