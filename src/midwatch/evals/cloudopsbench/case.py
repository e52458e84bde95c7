"""One recorded case as it lies on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from midwatch.domain.json import JSON
from midwatch.errors import UsageError
from midwatch.evals.case import CaseBroken


@dataclass(frozen=True, slots=True)
class Truth:
    """What the benchmark says is the fault."""

    taxonomy: str
    object: str
    root_cause: str


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """One recorded call: which tool, with which arguments, and what it returned."""

    tool: str
    arguments: Mapping[str, JSON]
    answer: JSON

    def argument(self, name: str) -> str:
        """An argument as text; empty when it was not given."""
        value = self.arguments.get(name)
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    @property
    def text(self) -> str:
        """The answer as text; empty when it is not text."""
        return self.answer if isinstance(self.answer, str) else ""


@dataclass(frozen=True, slots=True)
class Case:
    """`logs` maps a service to the last lines of its log."""

    id: str
    system: str
    namespace: str
    truth: Truth
    answers: tuple[ToolAnswer, ...]
    logs: Mapping[str, str]

    def of(self, tool: str) -> Iterator[ToolAnswer]:
        """The answers of one tool."""
        return (each for each in self.answers if each.tool == tool)


def find_cases(root: Path) -> list[Path]:
    """All case folders below `root` (`<system>/<case>/metadata.json`, at any depth), in a stable order."""
    if not root.is_dir():
        raise UsageError(
            f"{root} is not a folder of cases: give the folder that holds <system>/<case>/metadata.json"
        )
    found = sorted(each.parent for each in root.rglob("metadata.json"))
    if not found:
        raise UsageError(f"no case below {root}: a case is a folder with metadata.json and tool_cache.json")
    return found


def load_truth(folder: Path) -> Truth:
    """What a case is about, without its recorded answers. Raises `CaseBroken` with what is wrong."""
    return _truth(_read(folder / "metadata.json"), folder)


def load_case(folder: Path) -> Case:
    """Read a case. Raises `CaseBroken` with what is wrong."""
    metadata = _read(folder / "metadata.json")
    cache = _read(folder / "tool_cache.json")
    truth = _truth(metadata, folder)
    answers = tuple(each for key, value in cache.items() if (each := _answer(key, value)) is not None)
    if not answers:
        raise CaseBroken(f"{folder}/tool_cache.json holds no recorded tool call")
    return Case(
        folder.name, folder.parent.name, _text(metadata, "namespace", folder), truth, answers, _logs(folder)
    )


def _truth(metadata: Mapping[str, JSON], folder: Path) -> Truth:
    result = metadata.get("result")
    if not isinstance(result, dict):
        raise CaseBroken(f"{folder}/metadata.json has no `result`")
    return Truth(*(_text(result, name, folder) for name in ("fault_taxonomy", "fault_object", "root_cause")))


def _read(path: Path) -> dict[str, JSON]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, object])  # type: ignore[return-value]
    except OSError as error:
        raise CaseBroken(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise CaseBroken(f"{path} is not a JSON object: {error}") from error


def _text(value: Mapping[str, JSON], name: str, folder: Path) -> str:
    found = value.get(name)
    if not isinstance(found, str):
        raise CaseBroken(f"{folder}/metadata.json has no text {name!r}")
    return found


def _answer(key: str, value: JSON) -> ToolAnswer | None:
    tool, _, raw = key.partition(":")
    try:
        arguments: JSON = msgspec.json.decode(raw or "{}")
    except msgspec.MsgspecError:
        return None
    return ToolAnswer(tool, arguments, value) if isinstance(arguments, dict) else None


def _logs(folder: Path) -> dict[str, str]:
    path = folder / "raw_data" / "logs.json"
    if not path.is_file():
        return {}
    return {service: text for service, text in _read(path).items() if isinstance(text, str)}
