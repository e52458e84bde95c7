"""Write the parts of the reference that follow from the code: commands, settings, causes, the report's schema.

`make docs` runs it; a test fails when a page is older than the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from midwatch.causes.catalogue import CATALOGUE
from midwatch.cli.root import midwatch
from midwatch.domain.report import Report
from midwatch.settings import Settings

REFERENCE = Path(__file__).parent / "reference"


def pages() -> dict[Path, str]:
    """Every generated page and what it should hold."""
    return {
        REFERENCE / "causes.md": "\n".join(_causes()) + "\n",
        REFERENCE / "commands.md": "\n".join(_commands()) + "\n",
        REFERENCE / "settings.md": "\n".join(_settings()) + "\n",
        REFERENCE / "report.schema.json": _schema() + "\n",
    }


def _schema() -> str:
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(Report))).decode()


def _causes() -> Iterator[str]:
    yield f"# Causes\n\nmidwatch can name {len(CATALOGUE)} root causes."
    yield "`midwatch causes ID` prints one, `--lang zh` in Chinese."
    family = ""
    for cause in CATALOGUE.values():
        if cause.family != family:
            family = cause.family
            yield f"\n## {family}\n\n| id | cause | proven by | culprit |\n|---|---|---|---|"
        cells = (f"`{cause.id}`", cause.title.en, cause.proven_by.en, ", ".join(cause.culprits))
        yield "| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |"


def _commands() -> Iterator[str]:
    yield "# Commands"
    context = click.Context(midwatch, info_name="midwatch", **midwatch.context_settings)
    yield from _help(midwatch, "midwatch", context)


def _help(command: click.Command, name: str, context: click.Context) -> Iterator[str]:
    context.max_content_width = 100
    yield f"\n## {name}\n\n```\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for child_name in command.list_commands(context):
            child = command.get_command(context, child_name)
            if child is not None:
                inner = click.Context(child, info_name=child_name, parent=context)
                yield from _help(child, f"{name} {child_name}", inner)


def _settings() -> Iterator[str]:
    yield "# Settings\n\nRead from the environment; command-line options win.\n"
    yield "| variable | default | meaning |\n|---|---|---|"
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        yield f"| `MIDWATCH_{name.upper()}` | {default} | {field.description} |"


def main() -> None:
    """Write all pages."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
