"""`freight`: a forwarder's platform of forty services around bookings, tracking, customs and billing."""

from __future__ import annotations

from midwatch.lab.apps.parts import LARGE, MEDIUM, SMALL, App, Backend, Part, Size, op
from midwatch.lab.world.programs import MI, ApiUse, Effect, LogStyle, Operation, Protocol
from midwatch.lab.world.world import Client, External

_STYLES = (LogStyle.JSON, LogStyle.LOGFMT, LogStyle.JAVA, LogStyle.PLAIN)


def _leaf(
    name: str, *operations: Operation, size: Size = SMALL, needs: tuple[str, ...] = (), **rest: object
) -> Part:
    style = _STYLES[sum(map(ord, name)) % len(_STYLES)]
    return Part(name, operations, size=size, style=style, needs=needs, **rest)  # type: ignore[arg-type]


def _features(*names: str) -> frozenset[str]:
    return frozenset(names)


_EDGE = (
    Part(
        "edge",
        (
            op("GET /portal", 2, "portal GET /"),
            op("GET /track", 2, "tracking-api GET /track"),
            op("POST /quotes", 2, "quote-api POST /quotes"),
            op("POST /bookings", 3, "booking-api POST /bookings"),
            op("GET /invoices", 2, "billing-api GET /invoices"),
        ),
        replicas=3,
        size=MEDIUM,
        style=LogStyle.NGINX,
        features=_features("exposed", "protected", "fenced", "sidecar", "spread"),
        settings={"RATE_LIMIT": "500"},
    ),
    _leaf(
        "portal",
        op("GET /", 9, "session GET /session", "tracking-api? GET /summary", "notices? GET /notices"),
        size=MEDIUM,
        features=_features("autoscaled", "read-only"),
    ),
    _leaf("session", op("GET /session", 2, "redis query"), needs=("redis",), features=_features("protected")),
    _leaf(
        "identity",
        op("GET /user", 4, "postgres query"),
        needs=("postgres",),
        features=_features("fenced", "private"),
    ),
    _leaf("notices", op("GET /notices", 5, "documents-db query"), needs=("documents-db",)),
)

_QUOTES = (
    _leaf(
        "quote-api",
        op("POST /quotes", 8, "identity GET /user", "pricing POST /price", "routing POST /routes", cpu=3),
        size=MEDIUM,
        features=_features("fenced"),
    ),
    _leaf(
        "pricing",
        op("POST /price", 10, "tariffs GET /tariff", "fx GET /rate", "surcharges? GET /surcharges", cpu=4),
        size=MEDIUM,
        flags={"pricingSlow": Effect(seconds=1.0, log="pricing model v3 fell back to interpreter")},
    ),
    _leaf("tariffs", op("GET /tariff", 4, "postgres query", "redis? query"), needs=("postgres",)),
    _leaf("fx", op("GET /rate", 2, "redis query", "rates-provider.example? GET /latest"), needs=("redis",)),
    _leaf("surcharges", op("GET /surcharges", 3, "postgres query"), needs=("postgres",)),
    _leaf(
        "routing",
        op("POST /routes", 22, "ports GET /port", "schedules GET /sailings", cpu=8),
        size=LARGE,
        memory=180,
        features=_features("autoscaled", "file"),
    ),
    _leaf("ports", op("GET /port", 2), port=9090, protocol=Protocol.GRPC),
    _leaf(
        "schedules",
        op("GET /sailings", 6, "documents-db query"),
        needs=("documents-db",),
        port=9090,
        protocol=Protocol.GRPC,
    ),
)

_BOOKINGS = (
    _leaf(
        "booking-api",
        op("POST /bookings", 9, "identity GET /user", "booking POST /bookings"),
        size=MEDIUM,
        features=_features("protected"),
    ),
    _leaf(
        "booking",
        op(
            "POST /bookings",
            12,
            "mysql*2 query",
            "allocation POST /allocate",
            "customs POST /declare",
            "billing POST /charge",
            "kafka-bridge? POST /publish",
            cpu=4,
        ),
        size=MEDIUM,
        needs=("mysql", "rabbitmq"),
        features=_features("wait", "read-only"),
    ),
    _leaf("allocation", op("POST /allocate", 7, "mysql query", "containers GET /free"), needs=("mysql",)),
    _leaf("containers", op("GET /free", 3, "mysql query"), needs=("mysql",), port=9090, protocol=Protocol.GRPC),
    _leaf(
        "customs",
        op(
            "POST /declare",
            14,
            "hs-codes GET /code",
            "sanctions GET /check",
            "authority.example POST /declarations",
        ),
        size=MEDIUM,
        features=_features("private", "fenced"),
        flags={
            "customsFailure": Effect(errors=0.6, log="declaration rejected: schema version 2027-01 not enabled")
        },
    ),
    _leaf("hs-codes", op("GET /code", 2, "redis query"), needs=("redis",)),
    _leaf("sanctions", op("GET /check", 5, "documents-db query"), needs=("documents-db",)),
    _leaf("kafka-bridge", op("POST /publish", 3, "rabbitmq query"), needs=("rabbitmq",)),
    _leaf(
        "workflow",
        op("POST /step", 5, "rabbitmq query", "booking? POST /bookings"),
        replicas=1,
        needs=("rabbitmq",),
    ),
)

_BILLING = (
    _leaf("billing-api", op("GET /invoices", 5, "identity GET /user", "invoices GET /invoices"), size=MEDIUM),
    _leaf(
        "billing", op("POST /charge", 8, "ledger POST /entries", "credit GET /limit"), features=_features("fenced")
    ),
    _leaf(
        "ledger",
        op("POST /entries", 5, "billing-db*2 query"),
        needs=("billing-db",),
        features=_features("protected"),
    ),
    _leaf("invoices", op("GET /invoices", 6, "billing-db query", "render? POST /pdf"), needs=("billing-db",)),
    _leaf("credit", op("GET /limit", 4, "billing-db query"), needs=("billing-db",)),
    _leaf(
        "render", op("POST /pdf", 30, cpu=15), size=LARGE, memory=160, flags={"renderLeak": Effect(leak=1.5 * MI)}
    ),
    _leaf("dunning", op("run", 40, "billing-db query"), needs=("billing-db",), schedule="*/15 * * * *"),
)

_TRACKING = (
    _leaf(
        "tracking-api",
        op("GET /track", 6, "positions GET /latest", "milestones GET /of"),
        op("GET /summary", 4, "milestones GET /of"),
        size=MEDIUM,
        features=_features("autoscaled", "spread"),
    ),
    _leaf(
        "positions",
        op("GET /latest", 3, "redis query"),
        op("POST /position", 2, "redis query"),
        needs=("redis",),
        port=9090,
        protocol=Protocol.GRPC,
        features=_features("protected"),
    ),
    _leaf("milestones", op("GET /of", 5, "postgres query"), needs=("postgres",)),
    _leaf("ais-ingest", op("POST /batch", 6, "positions*5 POST /position", "rabbitmq? query", cpu=5), size=MEDIUM),
    _leaf(
        "geofence",
        op("POST /check", 6, "positions GET /latest", cpu=5),
        flags={"geofenceHighCpu": Effect(cpu=40.0)},
    ),
    _leaf(
        "eta",
        op("GET /eta", 16, "positions GET /latest", "schedules GET /sailings", cpu=9),
        size=LARGE,
        memory=170,
    ),
    _leaf("alerts", op("POST /evaluate", 4, "eta GET /eta", "geofence POST /check", "mailer? POST /send")),
    _leaf("mailer", op("POST /send", 5, "rabbitmq query"), replicas=1, needs=("rabbitmq",)),
    _leaf("archive", op("run", 60, "documents-db query"), needs=("documents-db",), schedule="*/20 * * * *"),
)

_PLATFORM = (
    _leaf("config-sync", op("GET /state", 2), replicas=1, api=(ApiUse("list", "configmaps", critical=True),)),
    _leaf("leader", op("GET /leader", 2), replicas=2, api=(ApiUse("list", "leases", "coordination.k8s.io"),)),
    _leaf("audit-trail", op("POST /entries", 3, "documents-db query"), needs=("documents-db",)),
)

FREIGHT = App(
    "freight",
    (*_EDGE, *_QUOTES, *_BOOKINGS, *_BILLING, *_TRACKING, *_PLATFORM),
    (
        Backend("postgres", "postgres", database="freight", user="freight"),
        Backend("billing-db", "postgres", database="billing", user="billing"),
        Backend("mysql", "mysql", database="bookings", user="bookings"),
        Backend("documents-db", "mongodb", database="documents", user="documents"),
        Backend("redis", "redis", gigabytes=2),
        Backend("rabbitmq", "rabbitmq", gigabytes=4, user="freight"),
    ),
    clients=(
        Client("portal-users", "https://freight.example/portal", "GET /portal", 8),
        Client("trackers", "https://freight.example/track", "GET /track", 12),
        Client("quoters", "https://freight.example/quotes", "POST /quotes", 5),
        Client("bookers", "https://freight.example/bookings", "POST /bookings", 2),
        Client("accountants", "https://freight.example/invoices", "GET /invoices", 2),
        Client("ais-feed", "http://ais-ingest.freight:8080/batch", "POST /batch", 3),
        Client("alert-clock", "http://alerts.freight:8080/evaluate", "POST /evaluate", 2),
        Client("audit-feed", "http://audit-trail.freight:8080/entries", "POST /entries", 2),
        Client("workflow-clock", "http://workflow.freight:8080/step", "POST /step", 0.5),
    ),
    host="freight.example",
    externals=(
        External("rates-provider.example", "198.51.100.30", seconds=0.06),
        External("authority.example", "198.51.100.31", seconds=0.12),
    ),
    workers=8,
)
