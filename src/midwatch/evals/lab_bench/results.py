"""What is measured. Seconds are elapsed ones unless they are called `cpu`; sizes in bytes."""

from __future__ import annotations

import msgspec


class Started(msgspec.Struct, frozen=True):
    """`midwatch lab up`: from the start of the process to the first list of pods, and to an application that runs.

    `loading` is what the interpreter takes to load the HTTP server that it uses, and nothing else.
    """

    answered: float
    ran: float
    loading: float


class Settled(msgspec.Struct, frozen=True):
    """A cluster given so many pods, until all are ready and nothing changes any more."""

    pods: int
    nodes: int
    ready: int
    writes: int
    seconds: float
    cpu: float
    simulated: float
    peak: int


class Upset(msgspec.Struct, frozen=True):
    """What a change took until all was ready again, and how many pods are new."""

    what: str
    replaced: int
    ready: int
    seconds: float
    simulated: float


class Listed(msgspec.Struct, frozen=True):
    """All pods over HTTP, in pages and in one piece, beside encoding alone; `grown` is memory the pages leave."""

    pods: int
    pages: int
    bytes: int
    paged: float
    whole: float
    encoding: float
    grown: int


class Watched(msgspec.Struct, frozen=True):
    """Changes of pods told to watchers over HTTP, and the seconds that the same changes take without any."""

    watchers: int
    events: int
    seconds: float
    unwatched: float


class Large(msgspec.Struct, frozen=True):
    """All that is measured of one large cluster. `crashes` are bugs of the lab that came to light."""

    settled: Settled
    upsets: tuple[Upset, ...]
    listed: Listed
    watched: Watched
    crashes: tuple[str, ...] = ()


class LabBench(msgspec.Struct, frozen=True):
    """The whole."""

    started: Started
    large: tuple[Large, ...]
