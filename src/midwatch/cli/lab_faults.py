"""`midwatch lab faults`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click
import msgspec

from midwatch.cli.lab_real import really
from midwatch.cli.options import settings_of

if TYPE_CHECKING:
    from midwatch.domain.text import Language
    from midwatch.lab.faults.fault import Fault

Targets: TypeAlias = Mapping[str, list[str]]
_NONE: Targets = {}


@click.command("faults")
@click.argument("name", required=False, default="")
@click.option("--targets", "with_targets", is_flag=True, help="Also list what each of them can strike.")
@click.option(
    "--app",
    default="",
    metavar="NAME",
    help="Targets in this application.  [default: in the lab that runs, else shop]",
)
@click.option("--lab", "folder", type=click.Path(path_type=Path), help="Targets in the lab of this folder.")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of the texts.")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    name: str, with_targets: bool, app: str, folder: Path | None, lang: Language | None, output: str
) -> None:
    """List what can be broken, or explain one fault: what it shows, which causes name it, what repairs it."""
    from midwatch.lab.faults.catalogue import all_faults, fault_named

    settings = settings_of(None)
    language: Language = lang or settings.language
    known = [fault_named(name)] if name else list(all_faults().values())
    where, targets = "", _NONE
    if name or with_targets:
        where, targets = _targets(app, folder, settings.runtime_folder)
    if output == "json":
        rows = [_plain(each, language, targets) for each in known]
        print(msgspec.json.format(msgspec.json.encode(rows[0] if name else rows)).decode())
    elif name:
        _explain(known[0], language, where, targets.get(name, []))
    else:
        _list(known, language, where, targets)


def _targets(app: str, folder: Path | None, runtime: Path | None) -> tuple[str, Targets]:
    """Where, and what each fault can strike there."""
    from midwatch.errors import UsageError
    from midwatch.lab.control.client import latest_lab, running_lab

    if app and folder:
        raise UsageError("--app and --lab exclude each other: name an application, or a lab that runs")
    found = running_lab(folder, runtime) if folder else None if app else latest_lab(runtime)
    if found is not None:
        return f"the lab in {found.folder}", found.targets()
    return app or "shop", _targets_of_new(app or "shop")


def _targets_of_new(app: str) -> Targets:
    """Those of an application that is started for this, without traffic."""
    from midwatch.lab.apps.named import app_named
    from midwatch.lab.cluster import new_cluster, roll_out
    from midwatch.lab.control.faults import all_targets

    chosen = app_named(app)
    cluster = new_cluster(1_795_000_000.0, workers=chosen.workers, quiet=True)
    cluster.run(60.0)
    roll_out(cluster, chosen)
    cluster.settle()
    return all_targets(cluster)


def _plain(fault: Fault, language: Language, targets: Targets) -> dict[str, object]:
    found: dict[str, object] = {
        "name": fault.name,
        "title": fault.title.in_language(language),
        "symptom": fault.symptom.in_language(language),
        "repair": fault.repair.in_language(language),
        "causes": fault.causes,
        "real": fault.name in really(),
    }
    return {**found, "targets": targets.get(fault.name, [])} if targets else found


def _explain(fault: Fault, language: Language, where: str, targets: list[str]) -> None:
    from midwatch.lab.faults.catalogue import family_of

    print(f"{fault.name}: {fault.title.in_language(language)}\n")
    rows = (
        ("Family", family_of(fault.name)),
        ("Symptom", fault.symptom.in_language(language)),
        ("Causes", ", ".join(fault.causes) or "none: nothing is wrong after it"),
        ("Repair", fault.repair.in_language(language)),
        ("Shows", f"within {fault.patience / 60:g} minutes"),
        ("Strikes", "a lab, or a real cluster (--real)" if fault.name in really() else "a lab"),
        ("Targets", f"{', '.join(targets) or 'none'} (in {where})"),
    )
    for label, text in rows:
        print(f"  {label:<8} {text}")
    print(f"\nStrike it: midwatch lab fault {fault.name}")


def _list(known: list[Fault], language: Language, where: str, targets: Targets) -> None:
    width = max(len(each.name) for each in known)
    for each in known:
        print(f"{each.name:<{width}}  {each.title.in_language(language)}")
        if targets:
            print(f"{'':<{width}}    {', '.join(targets.get(each.name, [])) or 'nothing'}")
    if where:
        print(f"\nTargets in {where}. `midwatch lab faults NAME` tells more about one.")
