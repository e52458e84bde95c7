"""`midwatch causes`."""

from __future__ import annotations

import click
import msgspec

from midwatch.causes.catalogue import CATALOGUE, cause_of
from midwatch.domain.cause import Cause
from midwatch.domain.text import Language


@click.command("causes")
@click.argument("cause_id", required=False, metavar="[ID]")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(cause_id: str | None, lang: Language, output: str) -> None:
    """List the root causes midwatch can name, or explain one: what proves it, what refutes it, how to fix it."""
    chosen = [cause_of(cause_id)] if cause_id else list(CATALOGUE.values())
    if output == "json":
        plain = [_plain(each, lang) for each in chosen]
        print(msgspec.json.format(msgspec.json.encode(plain[0] if cause_id else plain)).decode())
    elif cause_id:
        print(_explained(chosen[0], lang))
    else:
        print(_listed(chosen, lang))


def _plain(cause: Cause, lang: Language) -> dict[str, object]:
    return {
        "id": cause.id,
        "family": cause.family,
        "title": cause.title.in_language(lang),
        "proven_by": cause.proven_by.in_language(lang),
        "refuted_by": cause.refuted_by.in_language(lang),
        "culprits": list(cause.culprits),
        "fixes": [each.in_language(lang) for each in cause.fixes],
        "links": list(cause.links),
        "effects": sorted(cause.effects),
        "explained_by": sorted(cause.explained_by),
        "refines": list(cause.refines),
    }


_LABELS = {
    "en": ("Proven by", "Refuted by", "Culprit", "Usual fixes", "Read more", "Refines"),
    "zh": ("证据", "反证", "责任对象", "常见修复", "参考", "细化自"),
}


def _explained(cause: Cause, lang: Language) -> str:
    proven, refuted, culprit, fixes, links, refines = _LABELS[lang]
    lines = [
        f"{cause.id}  ({cause.family})",
        cause.title.in_language(lang),
        "",
        f"{proven}: {cause.proven_by.in_language(lang)}",
        f"{refuted}: {cause.refuted_by.in_language(lang)}",
        f"{culprit}: {', '.join(cause.culprits)}",
        f"{fixes}:",
        *(f"  - {each.in_language(lang)}" for each in cause.fixes),
    ]
    if cause.refines:
        lines.append(f"{refines}: {', '.join(cause.refines)}")
    return "\n".join([*lines, f"{links}:", *(f"  {each}" for each in cause.links)])


def _listed(causes: list[Cause], lang: Language) -> str:
    width = max(len(each.id) for each in causes)
    lines: list[str] = []
    family = ""
    for each in causes:
        if each.family != family:
            family = each.family
            lines.extend(["", family] if lines else [family])
        lines.append(f"  {each.id:<{width}}  {each.title.in_language(lang)}")
    return "\n".join(lines)
