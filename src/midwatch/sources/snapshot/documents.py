"""Files of objects, taken apart by kind. YAML is only looked at here, and parsed when its kind is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from midwatch.domain.evidence import Skipped
from midwatch.domain.json import JSON
from midwatch.sources.secrets import secret_without_values
from midwatch.sources.snapshot.bundle import MIB, Unreadable
from midwatch.sources.snapshot.layout import KindGroup, kind_of_path
from midwatch.sources.yaml_json import BadYaml, load_yaml

LARGEST_DOCUMENT = 64 * MIB
_DEEPEST_LIST = 5
_MARKER = re.compile(rb"^---(?=\s|$)", re.MULTILINE)
_KIND = re.compile(rb"^kind:[ \t]*[\"']?(\w+)[\"']?[ \t]*\r?$", re.MULTILINE)
_API_VERSION = re.compile(rb"^apiVersion:[ \t]*[\"']?([\w./-]+)[\"']?[ \t]*\r?$", re.MULTILINE)
_ITEMS = re.compile(rb"^items:", re.MULTILINE)
_SOMETHING = re.compile(rb"^[ \t]*[^#%\s]", re.MULTILINE)
_TIME = re.compile(
    rb"(?:lastTimestamp|eventTime|lastObservedTime|renewTime|lastHeartbeatTime|lastTransitionTime|creationTimestamp"
    rb'|startedAt|finishedAt|time)"?:\s*[\'"]?(2\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z'
)
_SECRET = b"Secret"
T = TypeVar("T")


class _Head(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""
    items: list[msgspec.Raw] | msgspec.UnsetType | None = msgspec.UNSET

    @property
    def listed(self) -> list[msgspec.Raw] | None:
        """The items of a list (Go writes `null` for none), None for what is no list."""
        if self.items is msgspec.UNSET or not (self.kind.endswith("List") or not self.kind):
            return None
        return self.items or []


class _Item(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""
    items: msgspec.Raw = msgspec.Raw()


@dataclass(slots=True)
class Document:
    """One object as JSON, or one document of YAML (an object, or a list of one kind) still to be parsed."""

    where: str
    content: bytes
    is_yaml: bool = False


@dataclass
class Objects:
    """All objects found, by kind and group. A kind in `listed` was there as a list, if only an empty one."""

    found: dict[KindGroup, list[Document]] = field(default_factory=dict[KindGroup, list[Document]])
    listed: set[KindGroup] = field(default_factory=set[KindGroup])
    skipped: list[Skipped] = field(default_factory=list[Skipped])
    newest: bytes = b""

    def add_file(self, name: str, data: bytes) -> None:
        """Take apart one file; what does not fit is remembered as skipped."""
        text = text_of(data)
        if text is None:
            self.skipped.append(Skipped(name, "binary content"))
            return
        self._remember_times(text)
        try:
            if name.endswith((".json", ".json.gz")) or _is_json(text):
                self._add_json(name, text, 0)
            else:
                self._add_yaml_file(name, text)
        except Unreadable as error:
            self.skipped.append(Skipped(name, str(error)))

    @property
    def taken_at(self) -> datetime | None:
        """The newest time that any object mentions as past."""
        try:
            return datetime.fromisoformat(self.newest.decode()).replace(tzinfo=UTC) if self.newest else None
        except ValueError:
            return None

    def _remember_times(self, text: bytes) -> None:
        latest = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S").encode()
        times: list[bytes] = _TIME.findall(text)
        newest = max(times, default=b"")
        if newest > latest or not _real(newest):
            newest = max((each for each in times if each <= latest and _real(each)), default=b"")
        self.newest = max(self.newest, newest)

    def _add_json(self, where: str, text: bytes, depth: int) -> None:
        if text[:1] == b"[":
            self._add_items(where, _decode(text, list[msgspec.Raw]), _Head(), depth)
            return
        head = _decode(text, _Head)
        if (items := head.listed) is not None:
            self._add_items(where, items, head, depth)
        else:
            self._add_object(where, text, head.kind, head.api_version)

    def _add_items(self, where: str, items: list[msgspec.Raw], head: _Head, depth: int) -> None:
        if depth >= _DEEPEST_LIST:
            raise Unreadable("lists nested too deep")
        expected = _expected(where, head.kind, head.api_version)
        if expected and (not items or head.kind not in ("", "List")):
            self.listed.add(expected)
        for item in items:
            try:
                self._add_item(where, item, expected or ("", ""), depth)
            except Unreadable as error:
                self.skipped.append(Skipped(where, str(error)))

    def _add_item(self, where: str, item: msgspec.Raw, expected: KindGroup, depth: int) -> None:
        inner = _decode(item, _Item)
        if bytes(inner.items) and inner.kind.endswith("List"):
            self._add_json(where, bytes(item), depth + 1)
            return
        version = inner.api_version or f"{expected[1]}/"
        self._add_object(where, bytes(item), inner.kind or expected[0], version)

    def _add_object(self, where: str, text: bytes, kind: str, version: str) -> None:
        if not kind:
            self.skipped.append(Skipped(where, "an object without a kind"))
            return
        if kind == "Secret":
            text = _scrubbed(text)
        self._put(kind, version, Document(where, text))

    def _add_yaml_file(self, name: str, text: bytes) -> None:
        for number, part in enumerate(_parts(text), start=1):
            where = f"{name}#{number}" if number > 1 else name
            if len(part) > LARGEST_DOCUMENT:
                self.skipped.append(
                    Skipped(where, f"YAML larger than {LARGEST_DOCUMENT // MIB} MiB: export JSON instead")
                )
            elif _SOMETHING.search(part):
                try:
                    self._add_yaml(where, part)
                except Unreadable as error:
                    self.skipped.append(Skipped(where, str(error)))

    def _add_yaml(self, where: str, part: bytes) -> None:
        kinds, versions = _KIND.findall(part), _API_VERSION.findall(part)
        if len(kinds) == len(versions) == 1 and _SECRET not in kinds[0] and kinds[0] != b"List":
            kind, version = kinds[0].decode(), versions[0].decode()
            if kind.endswith("List") and _ITEMS.search(part):
                kind = kind.removesuffix("List")
                self.listed.add((kind, version.rpartition("/")[0]))
            self._put(kind, version, Document(where, part, is_yaml=True))
            return
        for text in yaml_to_json(part):
            self._add_json(where, text, 0)

    def _put(self, kind: str, version: str, document: Document) -> None:
        self.found.setdefault((kind, version.rpartition("/")[0]), []).append(document)


def objects_in(document: Document) -> Iterator[bytes]:
    """The objects of a document as JSON. Raises `Unreadable`."""
    if not document.is_yaml:
        yield document.content
        return
    for text in yaml_to_json(document.content):
        if not text.startswith(b"{"):
            raise Unreadable("not an object")
        head = _decode(text, _Head)
        if (items := head.listed) is not None:
            yield from (_careful(bytes(item)) for item in items)
        else:
            yield _careful(text)


def text_of(data: bytes) -> bytes | None:
    """UTF-8 without a byte order mark (Windows shells write UTF-16); None when it is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError:
            return None
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\0" in text[:4096]:
        return None
    if text.isascii():
        return text
    decoded = text[:4096].decode(errors="replace")
    if decoded.count("\ufffd") > len(decoded) // 10:
        return None
    return text.decode(errors="replace").encode()


def yaml_to_json(text: bytes) -> list[bytes]:
    """The objects and lists in some YAML as JSON. Raises `Unreadable`."""
    try:
        return [msgspec.json.encode(value) for value in load_yaml(text) if isinstance(value, dict | list)]
    except BadYaml as error:
        raise Unreadable(f"not usable YAML: {error}") from error
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError) as error:
        raise Unreadable(f"YAML that JSON cannot express ({type(error).__name__})") from error


def _decode(text: bytes | msgspec.Raw, struct: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=struct)
    except msgspec.ValidationError as error:
        raise Unreadable(f"not a Kubernetes object: {error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"not JSON ({error})") from error


def _careful(text: bytes) -> bytes:
    """An object, without its values if it turns out to be a Secret after all."""
    return _scrubbed(text) if _SECRET in text and _decode(text, _Item).kind == "Secret" else text


def _scrubbed(text: bytes) -> bytes:
    value: JSON = _decode(text, object)  # type: ignore[assignment]
    return msgspec.json.encode(secret_without_values(value)) if isinstance(value, dict) else b"{}"


def _is_json(text: bytes) -> bool:
    """Whether it is JSON and not YAML in flow style, which may begin like it."""
    if text[:1] not in (b"{", b"["):
        return False
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def _expected(where: str, kind: str, version: str) -> KindGroup | None:
    """What a list holds: by its own kind, else by the name of its file."""
    if kind.endswith("List") and kind != "List":
        return kind.removesuffix("List"), version.rpartition("/")[0]
    return kind_of_path(where.partition("#")[0])


def _parts(text: bytes) -> Iterator[bytes]:
    start = 0
    for marker in _MARKER.finditer(text):
        yield text[start : marker.start()]
        start = marker.end()
    yield text[start:]


def _real(time: bytes) -> bool:
    try:
        datetime.fromisoformat(time.decode())
    except ValueError:
        return False
    return True
