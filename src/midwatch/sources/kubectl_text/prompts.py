"""Commands in a paste: `$ kubectl get pods -n shop -o wide`, `user@host:~$ k describe pod web-1`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from midwatch.sources.kubectl_text import kinds

_PROMPT = re.compile(r"\s*(?:[\w.-]+@[\w.-]+[^$#]{0,80}[$#]|\[[^\]]{1,80}\][$#]|[$%❯➜]|PS [^>]{1,80}>)\s+")
_KUBECTL = re.compile(r"(?:sudo\s+)?(?:microk8s\s+|k3s\s+|minikube\s+)?(?:kubectl|oc|k)(?:\s+--)?\s+(\S.*)$")
_VERBS = frozenset({
    "get", "describe", "events", "logs", "top", "exec", "apply", "delete", "rollout", "explain", "auth", "config",
    "cp", "scale", "edit", "patch", "label", "annotate", "create", "run", "debug", "port-forward", "cluster-info",
    "version", "api-resources", "cordon", "uncordon", "drain", "taint", "wait", "diff", "replace", "set", "expose",
    "proxy", "attach",
})  # fmt: skip
_TAKES_VALUE = frozenset({
    "-l", "--selector", "--field-selector", "--sort-by", "-f", "--filename", "--context", "--kubeconfig", "--user",
    "-c", "--container", "-L", "--chunk-size", "-s", "--server", "--request-timeout", "--as", "--tail", "--since",
    "--cluster",
})  # fmt: skip


@dataclass(frozen=True)
class Command:
    """What a kubectl command asks for; `kind` is None when it names several or `all`."""

    verb: str
    kind: str | None = None
    namespace: str | None = None
    output: str | None = None


NO_COMMAND = Command("")


def is_prompt(line: str) -> bool:
    """Whether a line is a shell prompt, whatever is typed behind it."""
    return bool(_PROMPT.match(line))


def command(line: str) -> Command | None:
    """The kubectl command in a line, None when there is none."""
    prompt = _PROMPT.match(line)
    match = _KUBECTL.match(line[prompt.end() :] if prompt else line.strip())
    if match is None:
        return None
    words = re.split(r"\s*[|;>&]", match[1])[0].split()
    if not any(word in _VERBS for word in words):
        return None
    return _parse(words)


def _parse(words: list[str]) -> Command:
    options: dict[str, str] = {}
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            plain.append(word)
        elif name in ("-n", "--namespace", "-o", "--output"):
            options[name.strip("-")[:1]] = value if equals else next(rest, "")
        elif word[:2] in ("-n", "-o") and not word.startswith("--"):
            options[word[1]] = word[2:]
        elif name in _TAKES_VALUE and not equals:
            next(rest, "")
    verb = plain[0] if plain else ""
    return Command(verb, _kind(verb, plain[1:]), options.get("n") or None, options.get("o") or None)


def _kind(verb: str, arguments: list[str]) -> str | None:
    if verb == "events":
        return "events"
    if not arguments:
        return None
    name = arguments[0].partition("/")[0]
    several = "," in name or name.lower() == "all"
    return None if several or (not kinds.known(name) and not name.islower()) else name
