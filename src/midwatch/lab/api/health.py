"""`/healthz`, `/livez`, `/readyz` and `/version`.

Source: k8s.io/apiserver/pkg/server/healthz/healthz.go, k8s.io/apimachinery/pkg/version/types.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from midwatch.lab.api.call import Answer
from midwatch.lab.core.env import Env

VERSION = "v1.34.2"
_TEXT = "text/plain; charset=utf-8"
_CHECKS = ("ping", "log", "etcd")
_READY = ("etcd-readiness", "informer-sync", "poststarthook/start-apiextensions-controllers")
_ESSENTIAL = ("kube-apiserver", "etcd")


def version() -> Answer:
    """What the server is."""
    found = {
        "major": "1",
        "minor": "34",
        "gitVersion": VERSION,
        "gitCommit": "8cc511e399b929453cd98ae65b419c3cc227ec79",
        "gitTreeState": "clean",
        "buildDate": "2025-11-11T19:05:34Z",
        "goVersion": "go1.24.9",
        "compiler": "gc",
        "platform": "linux/amd64",
    }
    return Answer(found)


def _checks(env: Env, endpoint: str) -> Iterator[tuple[str, str]]:
    """Names of checks, and what is wrong (empty: nothing)."""
    for each in (*_CHECKS, *(_READY if endpoint == "readyz" else ())):
        yield each, "" if not each.startswith("etcd") or env.components.running("etcd") else "reason withheld"
    if endpoint == "readyz":
        yield "shutdown", "" if env.components.running("kube-apiserver") else "reason withheld"


def _parts(env: Env) -> Iterator[tuple[str, str]]:
    """The parts of the simulation: those that are stopped, and the crashes of all."""
    crashes: dict[str, int] = {}
    for each in env.components.crashes:
        crashes[each.component] = crashes.get(each.component, 0) + 1
    for part in sorted(env.components, key=lambda each: each.name):
        if part.name not in _ESSENTIAL:
            yield f"component/{part.name}", _trouble(crashes.pop(part.name, 0), running=part.running)
    for name, number in sorted(crashes.items()):
        yield f"component/{name}", _trouble(number, running=True)


def _trouble(crashes: int, *, running: bool) -> str:
    stopped = [] if running else ["stopped"]
    return ", ".join([*stopped, *([f"{crashes} crashes"] if crashes else [])])


def health(env: Env, endpoint: str, query: Mapping[str, str]) -> Answer:
    """One of the health endpoints; with `verbose`, the parts of the simulation are listed as well.

    A part that is stopped or crashed does not make the API server unhealthy.
    """
    checks = list(_checks(env, endpoint))
    bad = any(why for _, why in checks)
    if not bad and "verbose" not in query:
        return Answer("ok", media=_TEXT)
    lines = [_line(name, why) for name, why in checks]
    if "verbose" in query:
        lines += [_line(name, why) for name, why in _parts(env)]
    lines.append(f"{endpoint} check {'failed' if bad else 'passed'}")
    return Answer("\n".join(lines) + "\n", 500 if bad else 200, _TEXT)


def _line(name: str, why: str) -> str:
    return f"[-]{name} failed: {why}" if why else f"[+]{name} ok"
