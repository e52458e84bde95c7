"""A case told anew: one change of text applied to everything recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from midwatch.domain.json import JSON
from midwatch.evals.cloudopsbench.case import Case, ToolAnswer
from midwatch.sources.kubectl_text.get.tables import is_header, read

Change = Callable[[str], str]


def retell(case: Case, change: Change) -> Case:
    """The case with `change` applied to arguments, answers, logs and the truth; tables keep their columns."""
    truth = case.truth
    return replace(
        case,
        namespace=change(case.namespace),
        truth=replace(truth, object=_object(truth.object, change)),
        answers=tuple(_answer(each, change) for each in case.answers),
        logs={change(service): change(text) for service, text in case.logs.items()},
    )


def _object(named: str, change: Change) -> str:
    kind, slash, name = named.partition("/")
    return f"{kind}{slash}{change(name)}"


def _answer(each: ToolAnswer, change: Change) -> ToolAnswer:
    arguments = {
        name: value if name == "resource_type" else _json(value, change) for name, value in each.arguments.items()
    }
    if each.tool == "GetResources":
        return ToolAnswer(each.tool, arguments, _table(each.text, change))
    return ToolAnswer(each.tool, arguments, _json(each.answer, change))


def _json(value: JSON, change: Change) -> JSON:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_json(each, change) for each in value]
    if isinstance(value, dict):
        return {change(key): _json(each, change) for key, each in value.items()}
    return value


def _table(text: str, change: Change) -> str:
    """Cells changed and padded anew, as `kubectl get` pads them; text that is no table is changed as it stands."""
    lines = text.splitlines()
    if not lines or not is_header(lines[0]):
        return change(text)
    table = read(lines[0], [(number, line) for number, line in enumerate(lines[1:]) if line.strip()])
    if table.odd:
        return change(text)
    rows = [table.header, *([_cell(name, row(name), change) for name in table.header] for row in table.rows)]
    widths = [max(len(row[column]) for row in rows) + 3 for column in range(len(table.header))]
    return "\n".join("".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _cell(header: str, cell: str, change: Change) -> str:
    return cell if header == "ROLES" else change(cell)
