"""A case whose applications, nodes and namespace have other names, in every text and every spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from random import Random

from midwatch.evals.cloudopsbench.case import Case
from midwatch.evals.variations.retell import retell
from midwatch.evals.variations.words import Names

_ROLES = r"node-role\.kubernetes\.io/[\w-]+|kubernetes\.io/role(?:=|\": *\")[\w-]+|(?m:^Roles: +\S+)"
_KEPT = rf"{_ROLES}|sha256:\w+|%[0-9A-F]{{2}}"
_TEXT = re.compile(rf"(?P<kept>{_KEPT})|[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_PART = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_NEAR = 0.85
_LONG = 7
_GENERIC = "-service"


@dataclass(frozen=True, slots=True)
class _New:
    """A new name in words; `glue` joins them as the old name's were joined."""

    words: tuple[str, ...]
    glue: str

    def spelled(self, old: str) -> str:
        """In the spelling of an occurrence of the old name: UPPER_SNAKE, snake_case, CamelCase or plain."""
        if old.isupper():
            return "_".join(self.words).upper()
        if "_" in old:
            return "_".join(self.words)
        if old[0].isupper():
            return "".join(each.capitalize() for each in self.words)
        if not old.islower():
            return self.words[0] + "".join(each.capitalize() for each in self.words[1:])
        return self.glue.join(self.words)


class Renaming:
    """Old names to new ones. Misspellings of an old name become misspellings of its new one."""

    def __init__(self, apps: Iterable[str], others: Iterable[str], random: Random) -> None:
        names = Names(random)
        self._new: dict[str, _New] = {}
        for app in apps:
            glue = "-" if "-" in app else ""
            words = names.pair()
            self._new[_plain(app)] = _New(words, glue)
            if "-" in app.removesuffix(_GENERIC) and app.endswith(_GENERIC):
                self._new.setdefault(_plain(app.removesuffix(_GENERIC)), _New(words[:1], glue))
        for other in others:
            numbered = tuple(f"{random.randrange(1, 99):02}" for _ in re.findall(r"-\d+$", other))
            self._new[_plain(other)] = _New((names.pair()[0], *numbered), "-" if "-" in other else "")
        self._longest = max((_parts_of(each) for each in apps), default=1) + 3
        self._seen: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The text with the new names."""
        return _TEXT.sub(self._word, text)

    def _word(self, match: re.Match[str]) -> str:
        word = match[0]
        if match["kept"]:
            return word
        if word not in self._seen:
            self._seen[word] = self._renamed(word)
        return self._seen[word]

    def _renamed(self, word: str) -> str:
        """Longest names first, at the word's own boundaries."""
        parts = list(_PART.finditer(word))
        made, at, index = "", 0, 0
        while index < len(parts):
            for end in range(min(len(parts), index + self._longest), index, -1):
                old = word[parts[index].start() : parts[end - 1].end()]
                new = self._name(old)
                if new is not None:
                    made += word[at : parts[index].start()] + new
                    at, index = parts[end - 1].end(), end
                    break
            else:
                index += 1
        return made + word[at:]

    def _name(self, old: str) -> str | None:
        plain = _plain(old)
        new = self._new.get(plain)
        if new is not None:
            return new.spelled(old)
        if len(plain) < _LONG or not old.isalpha():
            return None
        near = next((name for name in self._new if _alike(name, plain)), None)
        if near is None:
            return None
        return _misspelled(self._new[near].spelled(old), len(plain) - len(near), plain)


def _plain(name: str) -> str:
    return re.sub(r"[-_]", "", name).lower()


def _alike(name: str, other: str) -> bool:
    if name[:3] != other[:3] or abs(len(name) - len(other)) > 2:
        return False
    return SequenceMatcher(None, name, other, autojunk=False).ratio() >= _NEAR


def _parts_of(name: str) -> int:
    return len(_PART.findall(name))


def _misspelled(name: str, longer: int, old: str) -> str:
    if longer > 0:
        return name + old[-longer:]
    if longer < 0:
        return name[:longer]
    return f"{name[:-2]}{name[-1]}{name[-2]}"


def renamed(case: Case, random: Random) -> Case:
    """The case with other names. What names a technology (images of databases, kube-system) keeps its name."""
    return retell(case, Renaming(list(_apps(case)), list(_places(case)), random))


def _apps(case: Case) -> Iterator[str]:
    """Applications by their recorded YAML, longest first so that each new name is given in a stable order."""
    named = {each.argument("app_name") for each in case.of("GetAppYAML")}
    yield from sorted(named - {""}, key=lambda each: (-len(each), each))


def _places(case: Case) -> Iterator[str]:
    yield case.namespace
    nodes = {each.argument("node_name") for each in case.of("CheckNodeServiceStatus")}
    nodes |= {
        each.argument("name") for each in case.of("DescribeResource") if _is_node(each.argument("resource_type"))
    }
    yield from sorted(nodes - {""})


def _is_node(resource: str) -> bool:
    return resource.rstrip("s") == "node"
