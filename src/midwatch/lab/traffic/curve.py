"""How durations spread around their mean: log-logistic, so that shares and quantiles are closed formulas."""

from __future__ import annotations

from random import Random

_SHAPE = 6.0
_RETRANSMIT = 0.2
"""Seconds before a lost segment is first sent again (RFC 6298 with Linux' lower bound); then it doubles."""
_PACKETS = 4
"""Packets that a request and its response take."""


def share_over(mean: float, limit: float) -> float:
    """The share of requests that take longer than a limit."""
    if mean <= 0:
        return 0.0
    return 1 / (1 + (limit / mean) ** _SHAPE)


def share_within(mean: float, limit: float) -> float:
    """The share that takes no longer."""
    return 1 - share_over(mean, limit)


def draw(mean: float, random: Random) -> float:
    """One duration."""
    share = min(max(random.random(), 0.001), 0.999)
    return mean * (share / (1 - share)) ** (1 / _SHAPE)


def retransmission(loss: float) -> float:
    """The seconds that lost packets add to a request on average."""
    if loss <= 0:
        return 0.0
    loss = min(loss, 0.95)
    expected, wait, chance = 0.0, _RETRANSMIT, loss
    for _ in range(5):
        expected += chance * wait
        chance, wait = chance * loss, wait * 2
    return expected * _PACKETS


def lost_in_time(loss: float, timeout: float) -> float:
    """The share of requests that lost packets delay beyond a timeout."""
    if loss <= 0:
        return 0.0
    waited, wait, times = 0.0, _RETRANSMIT, 0
    while waited < timeout:
        waited, wait, times = waited + wait, wait * 2, times + 1
    return float(1 - (1 - min(loss, 1.0) ** times) ** _PACKETS)
