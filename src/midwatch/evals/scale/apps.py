"""The objects of one application: Deployment to pods, Service, configuration, rights, scaling, protection."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from midwatch.evals.scale.plan import App
from midwatch.evals.synthetic import config, network
from midwatch.evals.synthetic.containers import (
    Run,
    container,
    ended,
    env,
    env_config,
    env_secret,
    http_probe,
    running,
    tcp_probe,
)
from midwatch.evals.synthetic.pods import Life, admitted, template
from midwatch.evals.synthetic.scaling import autoscaler, budget
from midwatch.evals.synthetic.site import Site
from midwatch.evals.synthetic.values import Obj, name_of
from midwatch.evals.synthetic.workloads import Revision, Rollout, deployment

_METRICS_PORT = 9464


def rollout(app: App, site: Site, random: Random) -> Rollout:
    """The Deployment of an app, rolled out some time ago, with its ReplicaSets and pods."""
    age = (
        timedelta(minutes=random.randint(45, 1430))
        if random.random() < 0.75
        else timedelta(days=random.randint(2, 9))
    )
    at = site.now - age
    created = at - timedelta(days=random.randint(3, 90))
    lives = tuple(_life(site, at, random) for _ in range(app.replicas))
    revisions = [Revision(app_template(app, app.version), at if app.previous else created, lives)]
    if app.previous:
        revisions.insert(0, Revision(app_template(app, app.previous), created))
    return deployment(
        app.name, app.namespace, revisions, replicas=app.replicas, created=created, admit=admitted,
        annotations={"app.kubernetes.io/managed-by": "argocd"},
    )  # fmt: skip


def _life(site: Site, at: datetime, random: Random) -> Life:
    place = site.workers[random.randrange(len(site.workers))]
    begun = at + timedelta(seconds=random.randint(0, 90))
    run: Run | None = None
    if random.random() < 0.01:
        crash = begun + (site.now - begun) * 0.1
        run = running(crash + timedelta(seconds=1), restarts=1, last=ended(1, crash, lasted=crash - begun))
    return site.life(place, begun, run) if run else site.life(place, begun)


def app_template(app: App, version: str) -> Obj:
    """Its pod template: the ports, probes, variables and volumes agree with everything around it."""
    ports = {"http": app.port} | ({"metrics": _METRICS_PORT} if app.metrics else {})
    settings = f"{app.name}-config"
    variables = [
        env_config("LOG_LEVEL", settings, "LOG_LEVEL"),
        env("PORT", str(app.port)),
        *(env(name, f"http://{to}" if port == 80 else f"{to}:{port}") for name, to, port in app.calls),
    ]
    if has_secret(app):
        variables.append(env_secret("DATABASE_PASSWORD", f"{app.name}-credentials", "password"))
    each = container(
        app.name,
        f"registry.example.com/{app.namespace}/{app.name}:{version}",
        ports=ports,
        env=variables,
        requests={"cpu": f"{app.cpu}m", "memory": f"{app.memory}Mi"},
        limits={"memory": f"{app.memory * 2}Mi"},
        volumeMounts=[{"name": "settings", "mountPath": "/etc/app", "readOnly": True}],
        livenessProbe=tcp_probe("http", initialDelaySeconds=15, failureThreshold=6),
        readinessProbe=http_probe("/ready", "http", initialDelaySeconds=3),
        securityContext={"runAsNonRoot": True, "runAsUser": 10001, "allowPrivilegeEscalation": False},
    )
    volumes = [{"name": "settings", "configMap": {"name": settings, "defaultMode": 420}}]
    spread: Obj = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
    }
    spread["labelSelector"] = {"matchLabels": {"app": app.name}}
    labels = {"app": app.name, "app.kubernetes.io/part-of": app.namespace}
    return template(labels, [each], account=app.name, volumes=volumes, topologySpreadConstraints=[spread])


def has_secret(app: App) -> bool:
    """Whether it reads a Secret: those that talk to a store do."""
    return any(name.endswith("_HOST") for name, _, _ in app.calls)


def surroundings(app: App, site: Site) -> Iterator[Obj]:
    """What an app needs beside its Deployment."""
    at, space = site.created + timedelta(days=1), app.namespace
    yield config.service_account(app.name, space, at)
    settings = {
        "LOG_LEVEL": "info",
        "application.yaml": f"server:\n  port: {app.port}\nfeatures: [search, export]\n",
    }
    yield config.config_map(f"{app.name}-config", space, settings, at)
    if has_secret(app):
        yield config.secret(f"{app.name}-credentials", space, ["password", "username"], at)
    ports = [network.port(80, "http" if app.replicas % 2 else app.port)]
    yield network.service(app.name, space, {"app": app.name}, ports, created=at)
    if app.metrics:
        ports = [network.port(_METRICS_PORT, "metrics", name="metrics")]
        yield network.service(f"{app.name}-metrics", space, {"app": app.name}, ports, created=at)
    if app.public:
        yield from _door(app, at)
    if app.cpu == 150:
        yield config.role(app.name, space, [config.rule(["configmaps"], ["get", "watch"])], at)
        yield config.binding(app.name, space, app.name, app.name, at)


def _door(app: App, at: datetime) -> Iterator[Obj]:
    host, secret = f"{app.name}.{app.namespace}.example.com", f"{app.name}-tls"
    yield config.secret(secret, app.namespace, ["tls.crt", "tls.key"], at, "kubernetes.io/tls")
    yield network.ingress(app.name, app.namespace, host, [("/", app.name, 80)], created=at, secret=secret)


def guards(app: App, found: Rollout, site: Site) -> Iterator[Obj]:
    """Autoscaler and disruption budget of an app."""
    at = site.created + timedelta(days=2)
    if app.scaled:
        yield autoscaler(
            app.name, app.namespace, name_of(found.deployment), at,
            replicas=app.replicas, least=max(1, app.replicas // 2), most=app.replicas * 2,
        )  # fmt: skip
    if app.protected:
        yield budget(app.name, app.namespace, {"app": app.name}, at, healthy=app.replicas)
