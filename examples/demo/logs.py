"""What the containers of the shop wrote."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from shop import NOW
from story import OOM, ROLLED, SUFFERS

_SECOND = timedelta(seconds=1)


def _at(at: datetime, more: int = 137) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{more:03d}Z"


def payments(ended: datetime, ledger: str) -> Iterator[str]:
    """One run of 31 seconds that ends without a ledger. `ledger` is the address of the Service postgres."""
    begun = ended - 31 * _SECOND
    yield f"{_at(begun, 44)} INFO  payments 5.3.0 starting profile=production"
    yield f"{_at(begun, 310)} INFO  configuration loaded from environment"
    yield f"{_at(begun, 702)} INFO  broker connected addr=rabbitmq:5672"
    yield f"{_at(begun, 713)} INFO  opening ledger host=postgres port=5433 db=ledger"
    why = f'error="dial tcp {ledger}:5433: i/o timeout"'
    for attempt in range(1, 7):
        at = begun + 5 * attempt * _SECOND
        yield f"{_at(at, 720 + attempt)} WARN  ledger not reachable attempt={attempt}/6 {why}"
    yield f"{_at(ended, 2)} ERROR giving up on ledger host=postgres port=5433 {why}"
    yield f"{_at(ended, 3)} FATAL startup failed, exiting with code 1"


def checkout(payments_address: str) -> Iterator[str]:
    """Well until the rollout of payments, then one error for each attempt to pay."""
    for minute in range(6, 0, -1):
        yield _json(ROLLED - minute * timedelta(minutes=1), "info", "checkout completed", ms=180 + 7 * minute)
    at, number = SUFFERS - 17 * _SECOND, 0
    error = f"dial tcp {payments_address}:8084: connect: connection refused"
    while at < NOW:
        number += 1
        order, to = f"o-{48210 + number}", "http://payments:8084/authorise"
        yield _json(at, "error", "payment authorisation failed", upstream=to, error=error, order=order)
        if number % 6 == 4:
            yield _json(at, "warn", "not ready: no payment provider", circuit="open")
        at += 23 * _SECOND


def _json(at: datetime, level: str, message: str, **more: str | int) -> str:
    return json.dumps({"ts": _at(at), "level": level, "msg": message, **more})


def gateway(_: str) -> Iterator[str]:
    """An access log: 200 everywhere, 502 for the checkout since the rollout."""
    paths = (
        ("/", 200, 12),
        ("/api/catalog/items?page=2", 200, 31),
        ("/api/cart", 200, 9),
        ("/api/checkout", 200, 214),
    )
    at, number = NOW - timedelta(minutes=20), 0
    while at < NOW:
        path, status, took = paths[number % 4]
        if path == "/api/checkout" and at > SUFFERS:
            yield (
                f"{_at(at, 401)} error upstream=checkout:8083 path={path} "
                'msg="connect: connection refused" (no ready endpoints)'
            )
            status, took = 502, 2
        method = "POST" if path == "/api/checkout" else "GET"
        yield f"{_at(at, 403)} access {method} {path} {status} {took + number % 5}ms"
        at += 11 * _SECOND
        number += 1


def orders(payments_address: str) -> Iterator[str]:
    """Orders that wait for their payment."""
    for minute in range(4, 0, -1):
        yield f"{_at(ROLLED - minute * timedelta(minutes=1))} INFO  [orders] order captured id=o-{48190 - minute}"
    at, queued = ROLLED + 40 * _SECOND, 3
    while at < NOW:
        yield (
            f"{_at(at, 560)} ERROR [orders] POST http://payments:8084/capture failed: "
            f"dial tcp {payments_address}:8084: connect: connection refused"
        )
        yield f"{_at(at, 561)} WARN  [orders] capture postponed, {queued} orders wait for their payment"
        at, queued = at + timedelta(seconds=55), queued + 4


def recommendations(_: str) -> Iterator[str]:
    """Quiet since five hours."""
    yield f"{_at(OOM + 43 * _SECOND)} INFO recommendations 0.18.3 starting"
    yield f"{_at(OOM + 50 * _SECOND)} INFO model loaded items=18211 in 6.8s"
    for hour in range(4, -1, -1):
        at, requests = NOW - timedelta(hours=hour, minutes=2), 5100 - 640 * (4 - hour)
        yield f"{_at(at)} INFO served 3600s window requests={requests} p95=41ms"


def recommendations_before(_: str) -> Iterator[str]:
    """The run that was killed: it just ends."""
    yield f"{_at(OOM - timedelta(minutes=9))} INFO recommendations 0.18.3 starting"
    yield f"{_at(OOM - timedelta(minutes=8, seconds=52))} INFO model loaded items=18211 in 6.9s"
    yield f"{_at(OOM - timedelta(minutes=1))} INFO rebuilding the index for the evening campaign batch=4000"
    yield f"{_at(OOM - 4 * _SECOND)} INFO index batch 31 of 57"


def postgres(_: str) -> Iterator[str]:
    """A database at work, listening where it always did."""
    head = "[1] LOG: "
    yield f'{NOW - timedelta(days=63):%Y-%m-%d %H:%M:%S} UTC {head} listening on IPv4 address "0.0.0.0", port 5432'
    for minute in range(45, 0, -5):
        at = NOW - timedelta(minutes=minute)
        yield f"{at:%Y-%m-%d %H:%M:%S} UTC [27] LOG:  checkpoint complete: wrote {40 + minute} buffers (0.3%)"


def cart(_: str) -> Iterator[str]:
    """A service that was rolled out lately and is well."""
    at = NOW - timedelta(minutes=52)
    yield f"{_at(at)} INFO cart 2.4.2 starting"
    yield f"{_at(at + _SECOND)} INFO redis connected addr=redis:6379"
    for minute in range(50, 0, -10):
        yield f"{_at(NOW - timedelta(minutes=minute))} INFO carts active={310 + minute}"


def quiet(app: str) -> Iterator[str]:
    """A service with nothing to say."""
    for minute in range(55, 0, -15):
        requests = 1200 + 13 * minute + len(app)
        yield f"{_at(NOW - timedelta(minutes=minute))} INFO {app} requests={requests} errors=0"


def digest_failed(_: str) -> Iterator[str]:
    """The one run of mail-digest that failed."""
    at = NOW.replace(minute=5) - timedelta(hours=2)
    yield f"{_at(at + 3 * _SECOND)} INFO mail digest for 01:00"
    yield f"{_at(at + 17 * _SECOND)} ERROR smtp: 421 4.3.2 service not available, try again later"
    yield f"{_at(at + 18 * _SECOND)} ERROR digest not sent, exit 1"


CURRENT: Mapping[str, Callable[[str], Iterator[str]]] = {
    "checkout": checkout,
    "gateway": gateway,
    "orders": orders,
    "recommendations": recommendations,
    "postgres": postgres,
    "cart": cart,
}
