"""The Corefile of CoreDNS: which plugin answers a name. What matters of it is read; the rest is let pass.

Source: coredns/plugin.cfg (order of plugins), coredns/caddy caddyfile/parse.go (errors).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

DEFAULT = """.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
"""
"""What kubeadm installs (kubernetes/cmd/kubeadm/app/phases/addons/dns/manifests.go)."""

_KNOWN = (
    "root metadata geoip cancel tls quic grpc_server https https3 timeouts multisocket reload nsid bufsize "
    "bind debug trace ready health pprof prometheus errors log dnstap local dns64 any chaos loadbalance tsig "
    "cache rewrite acl header dnssec autopath minimal template transfer hosts route53 azure clouddns "
    "k8s_external kubernetes file auto secondary etcd loop forward grpc erratic whoami on sign view nomad "
    "import "
)
_PLUGINS = frozenset(_KNOWN.split())
_PATH = "/etc/coredns/Corefile"


@dataclass(frozen=True, slots=True)
class Plugin:
    """One directive with its arguments and the lines of its block."""

    name: str
    arguments: tuple[str, ...]
    body: tuple[tuple[str, ...], ...] = ()

    def option(self, name: str) -> tuple[str, ...] | None:
        """The arguments of a line of its block."""
        return next((each[1:] for each in self.body if each[0] == name), None)


@dataclass(frozen=True, slots=True)
class Block:
    """The plugins that answer the names below some zones (written without the last dot; the root is empty)."""

    zones: tuple[str, ...]
    plugins: tuple[Plugin, ...]

    def all(self, name: str) -> list[Plugin]:
        """The plugins of one name."""
        return [each for each in self.plugins if each.name == name]


@dataclass(frozen=True, slots=True)
class Corefile:
    """Its server blocks, or the `problem` that CoreDNS does not start with."""

    blocks: tuple[Block, ...] = ()
    problem: str = ""

    def block(self, name: str) -> Block | None:
        """The block of the longest zone that a name is in."""
        fitting = [(len(zone), each) for each in self.blocks for zone in each.zones if within(name, zone)]
        return max(fitting, key=lambda each: each[0])[1] if fitting else None


def within(name: str, zone: str) -> bool:
    """Whether a name (without its last dot) lies in a zone."""
    return not zone or name == zone or name.endswith(f".{zone}")


class _Broken(Exception):
    """What is wrong with a Corefile, and where."""


class _Reader:
    """Reads lines into blocks: zones at depth 0, plugins at 1, their options at 2; what is deeper it skips."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._zones: tuple[str, ...] = ()
        self._plugins: list[Plugin] = []
        self._depth = 0

    def line(self, number: int, words: list[str]) -> None:
        """Read one line that is not empty."""
        opens, closes = words[-1] == "{", words == ["}"]
        if closes:
            self._close(number)
        else:
            self._take(number, words[:-1] if opens else words)
        self._depth += opens - closes

    def _take(self, number: int, words: list[str]) -> None:
        if self._depth == 0:
            self._zones, self._plugins = tuple(_zone(each) for each in words), []
        elif self._depth == 1:
            if words[0] not in _PLUGINS:
                raise _Broken(f"{_PATH}:{number} - Error during parsing: Unknown directive '{words[0]}'")
            self._plugins.append(Plugin(words[0], tuple(words[1:])))
        elif self._depth == 2:
            last = self._plugins[-1]
            self._plugins[-1] = Plugin(last.name, last.arguments, (*last.body, tuple(words)))

    def _close(self, number: int) -> None:
        if self._depth == 0:
            raise _Broken(f"{_PATH}:{number} - Error during parsing: Unknown directive '}}'")
        if self._depth == 1:
            self.blocks.append(Block(self._zones, tuple(self._plugins)))

    def end(self, number: int) -> None:
        """Nothing more comes."""
        if self._depth:
            raise _Broken(f"{_PATH}:{number} - Error during parsing: Unexpected EOF, expecting '}}'")


@lru_cache(maxsize=64)
def parse_corefile(text: str) -> Corefile:
    """Read a Corefile."""
    reader = _Reader()
    lines = text.splitlines()
    try:
        for number, line in enumerate(lines, 1):
            words = re.sub(r"(^|\s)#.*", "", line).split()
            if words:
                reader.line(number, words)
        reader.end(len(lines))
    except _Broken as error:
        return Corefile(problem=str(error))
    return Corefile(tuple(reader.blocks))


def _zone(text: str) -> str:
    """A zone of a block's head: `.:53` is the root, `example.org.` is `example.org`."""
    text = text.partition("://")[2] or text
    return text.partition(":")[0].strip(".,").lower()
