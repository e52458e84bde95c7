"""`midwatch demo`."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from midwatch.cli.options import settings_of
from midwatch.cli.progress import watching
from midwatch.domain.text import Language, Text

if TYPE_CHECKING:
    from midwatch.domain.report import Report
    from midwatch.lab.control.faults import Faults, Struck
    from midwatch.lab.telemetry.alerting.alert import Alert
    from midwatch.workflow.state import Progress

_FAULT, _TARGET = "network-policy-blocks-ingress", "catalog"
_BEFORE = 600.0
_LONGER = 1200.0
_STEP = 15.0
_ALERTED = Text("{minutes:.0f} minutes later the first alert fires:", "{minutes:.0f} 分钟后，第一条告警触发：")
_SILENT = Text(
    "{minutes:.0f} minutes later no alert fires; the diagnosis:", "{minutes:.0f} 分钟后仍无告警；诊断："
)
_BROKE = Text(
    "A shop of 13 services ran well in a simulated cluster. Then it was broken: {title} ({target}).",
    "由 13 个服务组成的商城原本在模拟集群中正常运行。随后注入故障：{title}（{target}）。",
)
_NEXT = Text(
    "Break it yourself: `midwatch lab up` serves the cluster, `midwatch lab faults` lists what can go wrong.",
    "亲自动手：`midwatch lab up` 启动该集群，`midwatch lab faults` 列出可注入的故障。",
)


@dataclass(frozen=True, slots=True)
class _Story:
    """What happened: the fault, and the first alert with the simulated seconds that it took."""

    struck: Struck
    alert: Alert | None
    seconds: float


@click.command("demo")
@click.option("--fault", default=_FAULT, metavar="NAME", help=f"What to break.  [default: {_FAULT}]")
@click.option("--target", default="", metavar="NAME", help="The object to break.  [default: one by the seed]")
@click.option("--seed", type=int, default=1, show_default=True, help="Chooses the target, and all chance.")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of the report.")
@click.option("-o", "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def command(fault: str, target: str, seed: int, lang: Language | None, output: str) -> None:
    """Break a simulated shop, wait for the alert, and diagnose it. Needs nothing at all."""
    language: Language = lang or settings_of(None).language
    if fault == _FAULT and not target:
        target = _TARGET
    with watching(quiet=False) as progress:
        faults, story = _broken(fault, target, seed, progress)
    gc.freeze()  # the cluster stays: collections need not look at it again
    _tell(story, language, aside=output != "text")
    with watching(quiet=False) as progress:
        report = asyncio.run(_diagnosed(faults, language, progress))
    _print(report, output)
    click.echo(f"\n{_NEXT.in_language(language)}", err=output != "text")


def _broken(name: str, target: str, seed: int, progress: Progress | None) -> tuple[Faults, _Story]:
    """A shop that ran well until a fault was struck, at the time of the first alert."""
    show = progress or _silent
    show("starting a cluster with a shop")
    from midwatch.lab.apps.shop import SHOP
    from midwatch.lab.cluster import running
    from midwatch.lab.control.faults import Faults
    from midwatch.lab.faults.catalogue import fault_named
    from midwatch.lab.memory import collect_seldom

    collect_seldom()
    fault = fault_named(name)
    cluster = running(SHOP, time.time() - _BEFORE - 300.0, seed=seed, warm=_BEFORE)
    faults = Faults(cluster)
    struck = faults.strike(fault, target, seed)
    passed, longest = 0.0, fault.patience + _LONGER
    while passed < longest and _first_alert(faults, struck) is None:
        show("waiting for an alert", f"{passed / 60:.0f} simulated minutes")
        cluster.run(_STEP)
        passed += _STEP
    return faults, _Story(struck, _first_alert(faults, struck), passed)


def _silent(phase: str, detail: str = "", done: int = 0, total: int = 0) -> None:
    """Nobody watches."""


def _first_alert(faults: Faults, struck: Struck) -> Alert | None:
    fired = [each for each in faults.cluster.telemetry.alerts() if (each.fired or 0.0) > struck.at]
    return min(fired, key=lambda each: (each.fired or 0.0, each.labels), default=None)


def _tell(story: _Story, language: Language, *, aside: bool) -> None:
    title = story.struck.fault.title.in_language(language)
    lines = [_BROKE.in_language(language).format(title=title, target=story.struck.target)]
    minutes = story.seconds / 60
    if story.alert is None:
        lines.append(_SILENT.in_language(language).format(minutes=minutes))
    else:
        text = dict(story.alert.annotations).get("description", "")
        lines.append(_ALERTED.in_language(language).format(minutes=minutes))
        lines.append(f"\n  {story.alert.name} ({story.alert.label('severity')}): {text}\n")
    lines.append("$ midwatch diagnose\n")
    click.echo("\n".join(lines), err=aside)


async def _diagnosed(faults: Faults, language: Language, progress: Progress | None) -> Report:
    """What midwatch says, through the served API and telemetry: it knows nothing of what was broken."""
    from midwatch.app import Target, diagnose
    from midwatch.lab.serve import opened
    from midwatch.workflow.state import Scope

    with tempfile.TemporaryDirectory(prefix="midwatch-demo-") as folder:
        async with opened(faults.cluster, Path(folder)) as lab:
            there = {"kubeconfig": lab.kubeconfig, "prometheus_url": lab.telemetry, "prometheus_token": None}
            settings = settings_of(None).model_copy(update=there)
            return await diagnose(Target(), Scope(frozenset(), ""), settings, language, progress)


def _print(report: Report, output: str) -> None:
    if output == "json":
        print(msgspec.json.format(msgspec.json.encode(report)).decode())
    elif output == "markdown":
        from midwatch.render.markdown import markdown

        print(markdown(report))
    else:
        from midwatch.render.terminal import print_report

        print_report(report)
