"""`shop`: a small web shop of thirteen services, a nightly job, and three backends."""

from __future__ import annotations

from midwatch.lab.apps.parts import LARGE, MEDIUM, App, Backend, Part, op
from midwatch.lab.world.programs import MI, ApiUse, Effect, LogStyle, Protocol
from midwatch.lab.world.world import Client, External

_FLAGS = {
    "paymentFailure": Effect(errors=0.5, log="charge declined by acquirer: code=do_not_honor retriable=false"),
    "catalogSlow": Effect(seconds=1.2, log="slow query: full scan over products took 1.2s"),
    "recommendationLeak": Effect(leak=1.2 * MI),
    "adsHighCpu": Effect(cpu=60.0),
    "cartFailure": Effect(errors=0.7, log="cart store rejected write: feature cart-v2 is not provisioned"),
}


def _flag(name: str) -> dict[str, Effect]:
    return {name: _FLAGS[name]}


_PARTS = (
    Part(
        "gateway",
        (
            op("GET /", 2, "storefront GET /"),
            op("GET /products", 2, "catalog GET /products"),
            op("POST /cart", 2, "cart POST /cart"),
            op("POST /checkout", 3, "checkout POST /checkout"),
            op("GET /orders", 2, "orders GET /orders"),
        ),
        replicas=3,
        size=MEDIUM,
        style=LogStyle.NGINX,
        features=frozenset({"exposed", "protected", "fenced", "sidecar", "spread"}),
        settings={"UPSTREAM_TIMEOUT_SECONDS": "5"},
    ),
    Part(
        "storefront",
        (
            op(
                "GET /",
                12,
                "catalog GET /products",
                "recommendations? GET /for-user",
                "cart GET /cart",
                "ads? GET /ad",
            ),
        ),
        size=MEDIUM,
        features=frozenset({"autoscaled", "protected", "read-only"}),
    ),
    Part(
        "catalog",
        (op("GET /products", 6, "postgres query", "redis? query", cpu=3), op("GET /product", 4, "postgres query")),
        size=MEDIUM,
        style=LogStyle.LOGFMT,
        needs=("postgres",),
        flags=_flag("catalogSlow"),
        features=frozenset({"file"}),
    ),
    Part(
        "cart",
        (op("GET /cart", 3, "redis query"), op("POST /cart", 4, "redis*2 query", "catalog GET /product")),
        needs=("redis",),
        flags=_flag("cartFailure"),
        features=frozenset({"protected"}),
    ),
    Part(
        "checkout",
        (
            op(
                "POST /checkout",
                15,
                "cart GET /cart",
                "inventory POST /reserve",
                "payments POST /charge",
                "orders POST /orders",
                "shipping GET /quote",
                cpu=4,
            ),
        ),
        size=MEDIUM,
        style=LogStyle.JAVA,
        start=8,
        memory=110,
        features=frozenset({"fenced", "read-only"}),
        settings={"CURRENCY": "EUR"},
    ),
    Part(
        "payments",
        (op("POST /charge", 20, "acquirer.example POST /v1/charges", cpu=3),),
        style=LogStyle.LOGFMT,
        flags=_flag("paymentFailure"),
        features=frozenset({"private", "fenced"}),
        settings={"MERCHANT_ID": "4711"},
    ),
    Part(
        "orders",
        (op("POST /orders", 8, "postgres*2 query", "rabbitmq query"), op("GET /orders", 6, "postgres query")),
        style=LogStyle.JAVA,
        size=MEDIUM,
        start=8,
        memory=110,
        needs=("postgres", "rabbitmq"),
        features=frozenset({"wait"}),
    ),
    Part(
        "inventory",
        (op("POST /reserve", 5, "postgres query"),),
        needs=("postgres",),
        port=9090,
        protocol=Protocol.GRPC,
    ),
    Part("shipping", (op("GET /quote", 7, "rabbitmq? query"),), port=9090, protocol=Protocol.GRPC),
    Part(
        "recommendations",
        (op("GET /for-user", 18, "catalog GET /product", "redis? query", cpu=6),),
        size=LARGE,
        style=LogStyle.PLAIN,
        memory=150,
        flags=_flag("recommendationLeak"),
        features=frozenset({"autoscaled"}),
    ),
    Part("ads", (op("GET /ad", 4, cpu=2),), replicas=2, flags=_flag("adsHighCpu")),
    Part("mail", (op("POST /send", 6, "rabbitmq query"),), replicas=1, needs=("rabbitmq",)),
    Part(
        "feature-watcher",
        (op("GET /flags", 2),),
        replicas=1,
        style=LogStyle.KLOG,
        api=(ApiUse("list", "configmaps", critical=True),),
    ),
    Part("report", (op("run", 50, "postgres query"),), needs=("postgres",), schedule="*/10 * * * *", memory=60),
)

_BACKENDS = (
    Backend("postgres", "postgres", database="shop", user="shop"),
    Backend("redis", "redis", gigabytes=2),
    Backend("rabbitmq", "rabbitmq", gigabytes=4, user="shop"),
)

SHOP = App(
    "shop",
    _PARTS,
    _BACKENDS,
    clients=(
        Client("visitors", "https://shop.example/", "GET /", 12),
        Client("browsers", "https://shop.example/products", "GET /products", 8),
        Client("fillers", "https://shop.example/cart", "POST /cart", 4),
        Client("buyers", "https://shop.example/checkout", "POST /checkout", 2),
        Client("members", "https://shop.example/orders", "GET /orders", 2),
    ),
    host="shop.example",
    externals=(External("acquirer.example", "198.51.100.20", seconds=0.09),),
)
