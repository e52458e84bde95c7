"""The shop of the demo: its services, who calls whom, and how each of them is deployed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from midwatch.evals.synthetic import config, network
from midwatch.evals.synthetic.containers import (
    Run,
    container,
    env,
    env_config,
    env_secret,
    http_probe,
    tcp_probe,
)
from midwatch.evals.synthetic.pods import Life, Place, template
from midwatch.evals.synthetic.scaling import autoscaler, budget
from midwatch.evals.synthetic.sets import stateful_set
from midwatch.evals.synthetic.site import Site
from midwatch.evals.synthetic.storage import bound_pair, claim_template
from midwatch.evals.synthetic.values import Obj
from midwatch.evals.synthetic.workloads import Revision, Rollout, deployment

NOW = datetime(2026, 3, 17, 3, 12, tzinfo=UTC)
BORN = NOW - timedelta(days=63)
SPACE = "shop"
_CERTIFICATE = "shop-tls"
LEDGER_PORT, WRONG_LEDGER_PORT = "5432", "5433"


@dataclass(frozen=True)
class App:
    """A service of the shop; `calls` name variables and the Services they address."""

    name: str
    port: int
    version: str
    replicas: int = 2
    memory: int = 128
    calls: tuple[tuple[str, str], ...] = ()
    secret: bool = False
    previous: str = ""
    rolled: timedelta = timedelta(days=9)


APPS = (
    App("gateway", 8080, "3.9.0", 3, previous="3.8.4", rolled=timedelta(hours=26), calls=(
        ("STOREFRONT_URL", "http://storefront:3000"), ("CATALOG_URL", "http://catalog:8081"),
        ("CART_URL", "http://cart:8082"), ("CHECKOUT_URL", "http://checkout:8083"),
        ("ORDERS_URL", "http://orders:8085"))),
    App("storefront", 3000, "7.1.2", 3, calls=(
        ("CATALOG_URL", "http://catalog:8081"), ("CART_URL", "http://cart:8082"),
        ("RECOMMENDATIONS_URL", "http://recommendations:8089"))),
    App("catalog", 8081, "2.14.0", 2, 192, previous="2.13.6", rolled=timedelta(days=3), secret=True, calls=(
        ("DB_HOST", "postgres"), ("DB_PORT", "5432"), ("REDIS_ADDR", "redis:6379"),
        ("INVENTORY_URL", "http://inventory:8087"))),
    App("cart", 8082, "2.4.2", 2, previous="2.4.1", rolled=timedelta(minutes=52), calls=(
        ("REDIS_ADDR", "redis:6379"),)),
    App("checkout", 8083, "4.0.7", 2, 192, calls=(
        ("CART_URL", "http://cart:8082"), ("PAYMENTS_URL", "http://payments:8084"),
        ("SHIPPING_URL", "http://shipping:8086"), ("ORDERS_URL", "http://orders:8085"))),
    App("orders", 8085, "5.2.1", 2, 192, secret=True, calls=(
        ("DB_HOST", "postgres"), ("DB_PORT", "5432"), ("PAYMENTS_URL", "http://payments:8084"),
        ("AMQP_ADDR", "rabbitmq:5672"))),
    App("shipping", 8086, "1.22.0", 2, calls=(("INVENTORY_URL", "http://inventory:8087"),)),
    App("inventory", 8087, "1.9.5", 2, secret=True, calls=(("DB_HOST", "postgres"), ("DB_PORT", "5432"))),
    App("mail", 8088, "1.3.1", 1, calls=(("AMQP_ADDR", "rabbitmq:5672"),)),
)  # fmt: skip
PAYMENTS = App("payments", 8084, "5.3.0", 2, 192, secret=True)
RECOMMENDATIONS = App("recommendations", 8089, "0.18.3", 2, 256, calls=(
    ("CATALOG_URL", "http://catalog:8081"), ("REDIS_ADDR", "redis:6379")))  # fmt: skip
STORES = (("postgres", 5432, "docker.io/library/postgres:16.8", "50Gi"),
          ("redis", 6379, "docker.io/library/redis:7.4.2", "8Gi"),
          ("rabbitmq", 5672, "docker.io/library/rabbitmq:4.0.7", "8Gi"))  # fmt: skip


def app_template(app: App, version: str, *more: Obj) -> Obj:
    """The pod template of an app; `more` are further variables."""
    settings = f"{app.name}-config"
    variables = [env_config("LOG_LEVEL", settings, "log.level"), env("HTTP_PORT", str(app.port))]
    variables += [env(name, value) for name, value in app.calls]
    variables += more
    if app.secret:
        variables.append(env_secret("DB_PASSWORD", f"{app.name}-db", "password"))
    each = container(
        app.name,
        f"registry.example.com/shop/{app.name}:{version}",
        ports={"http": app.port},
        env=variables,
        requests={"cpu": "100m", "memory": f"{app.memory}Mi"},
        limits={"memory": f"{app.memory * 2}Mi"},
        livenessProbe=http_probe("/live", "http", initialDelaySeconds=20, failureThreshold=6),
        readinessProbe=http_probe("/ready", "http", initialDelaySeconds=3, periodSeconds=5),
    )
    return template({"app": app.name, "app.kubernetes.io/part-of": "shop"}, [each], account=app.name)


def payments_template(port: str) -> Obj:
    """The template of payments; its two revisions differ in this port only."""
    return app_template(
        PAYMENTS,
        PAYMENTS.version,
        env("LEDGER_DB_HOST", "postgres"),
        env("LEDGER_DB_PORT", port),
        env("LEDGER_DB_NAME", "ledger"),
        env("AMQP_ADDR", "rabbitmq:5672"),
    )


def node_for(site: Site, name: str, index: int) -> Place:
    """A fixed place for each pod, spread over the workers."""
    return site.workers[(sum(map(ord, name)) + index) % len(site.workers)]


def roll(app: App, site: Site, *runs: Run, ready_at: datetime | None = None) -> Rollout:
    """The Deployment of an app whose pods run well, or as `runs` say."""
    at = NOW - app.rolled
    lives = tuple(
        site.life(node_for(site, app.name, i), at + timedelta(seconds=3 * i), *runs) for i in range(app.replicas)
    )
    if ready_at is not None:
        lives = tuple(Life(each.created, each.place, each.ip, each.runs, ready_at=ready_at) for each in lives)
    revisions = [Revision(app_template(app, app.version), at, lives)]
    if app.previous:
        revisions.insert(0, Revision(app_template(app, app.previous), BORN))
    return deployment(app.name, SPACE, revisions, replicas=app.replicas, created=BORN)


def surroundings(app: App) -> Iterator[Obj]:
    """Identity, configuration and Service of an app."""
    yield config.service_account(app.name, SPACE, BORN)
    data = {"log.level": "info", "http.timeout": "5s", "features": "gift-cards,express-shipping"}
    yield config.config_map(f"{app.name}-config", SPACE, data, BORN)
    if app.secret:
        yield config.secret(f"{app.name}-db", SPACE, ["password"], BORN)
    yield network.service(app.name, SPACE, {"app": app.name}, [network.port(app.port, "http")], created=BORN)


def stores(site: Site) -> Iterator[Obj]:
    """Database, cache and broker, with their volumes."""
    for name, port, image, size in STORES:
        place = node_for(site, name, 0)
        each = container(
            name,
            image,
            ports={"client": port},
            env=[env_secret("PASSWORD", f"{name}-auth", "password")],
            requests={"cpu": "250m", "memory": "512Mi"},
            limits={"memory": "1Gi"},
            volumeMounts=[{"name": "data", "mountPath": "/data"}],
            readinessProbe=tcp_probe("client"),
            livenessProbe=tcp_probe("client", initialDelaySeconds=30),
        )
        yield config.secret(f"{name}-auth", SPACE, ["password"], BORN)
        life = site.life(place, BORN + timedelta(minutes=1))
        yield from stateful_set(
            name, SPACE, template({"app": name}, [each]), [life], replicas=1, created=BORN,
            service=f"{name}-headless", claims=[claim_template("data", size)],
        )  # fmt: skip
        ports = [network.port(port, "client", name="client")]
        yield network.service(name, SPACE, {"app": name}, ports, created=BORN)
        yield network.service(f"{name}-headless", SPACE, {"app": name}, ports, created=BORN, headless=True)
        yield from bound_pair(f"data-{name}-0", SPACE, size, place, created=BORN, labels={"app": name})


def edge() -> Iterator[Obj]:
    """Namespace, door, scaling, protection and policies of the shop."""
    yield config.namespace(SPACE, BORN, {"team": "shop"})
    yield config.root_ca(SPACE, BORN)
    yield config.service_account("default", SPACE, BORN)
    yield config.secret(_CERTIFICATE, SPACE, ["tls.crt", "tls.key"], BORN, "kubernetes.io/tls")
    paths = [("/", "gateway", 8080)]
    yield network.ingress("shop", SPACE, "shop.example.com", paths, created=BORN, secret=_CERTIFICATE)
    yield autoscaler("gateway", SPACE, "gateway", BORN, replicas=3, least=2, most=8)
    yield budget("gateway", SPACE, {"app": "gateway"}, BORN, healthy=3)
    yield budget("postgres", SPACE, {"app": "postgres"}, BORN, healthy=1, minAvailable=1)
    peers = [{"podSelector": {"matchLabels": {"app.kubernetes.io/part-of": "shop"}}}]
    ports = [{"protocol": "TCP", "port": 5432}]
    yield network.policy(
        "postgres-from-shop", SPACE, created=BORN, podSelector={"matchLabels": {"app": "postgres"}},
        policyTypes=["Ingress"], ingress=[{"from": peers, "ports": ports}],
    )  # fmt: skip
    hard = {"requests.cpu": "12", "requests.memory": "24Gi", "pods": "80"}
    used = {"requests.cpu": "3050m", "requests.memory": "5248Mi", "pods": "26"}
    yield config.quota("shop", SPACE, hard, used, BORN)
