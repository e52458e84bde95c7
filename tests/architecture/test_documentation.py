"""What is generated is up to date, and what people look for is documented."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import click

from midwatch.cli.root import midwatch as root

ROOT = Path(__file__).parents[2]


def test_generated_reference_pages_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("build_docs", ROOT / "docs" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    for path, text in build.pages().items():
        assert path.is_file(), f"run `make docs`: {path.name} is missing"
        assert path.read_text(encoding="utf-8") == text, f"run `make docs`: {path.name} is older than the code"


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert len(pages) > 5
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = root.list_commands(click.Context(root))
    assert [name for name in commands if f"midwatch {name}" not in readme] == []
