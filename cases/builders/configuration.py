"""Configuration that is not there, or that the application refuses."""

from __future__ import annotations

from cases.builders.world import BORN, CaseSpec, World, crashed, of
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic import config
from midwatch.evals.synthetic.containers import Run, env, env_config, env_secret, waiting
from midwatch.evals.synthetic.workloads import Rollout


def _config_error(why: str) -> Run:
    return waiting("CreateContainerConfigError", why)


def _told(w: World, made: Rollout, why: str) -> None:
    if w.broken:
        w.warn_all(made.pods, "Failed", f"Error: {why}", count=117)


def config_missing(w: World) -> Ref:
    w.space("library")
    why = 'configmap "lending-rules" not found'
    if not w.broken:
        w.add(config.config_map("lending-rules", "library", {"MAX_LOANS": "12"}, BORN))
    w.add(config.config_map("lending", "library", {"MAX_LOANS": "10"}, BORN))
    made = w.app(
        "lending",
        "library",
        7210,
        run=_config_error(why) if w.broken else None,
        fields={"envFrom": [{"configMapRef": {"name": "lending-rules"}}]},
    )
    _told(w, made, why)
    w.app("lending-web", "library", 7211, env=[env("LENDING_URL", "http://lending:7210")])
    return of("Deployment", made)


def config_key_missing(w: World) -> Ref:
    """The key was renamed in the ConfigMap, not in the Deployment."""
    w.space("ledger")
    key = "LEDGER_DSN" if w.broken else "LEDGER_URL"
    why = "couldn't find key LEDGER_URL in ConfigMap ledger/ledger-settings"
    w.add(
        config.config_map(
            "ledger-settings", "ledger", {key: "postgres.corp.example.net:5432/main", "REGION": "eu"}, BORN
        )
    )
    variables = [
        env_config("LEDGER_URL", "ledger-settings", "LEDGER_URL"),
        env_config("REGION", "ledger-settings", "REGION"),
    ]
    made = w.app("ledger-api", "ledger", 7220, run=_config_error(why) if w.broken else None, env=variables)
    _told(w, made, why)
    w.app("ledger-ui", "ledger", 7221)
    return of("Deployment", made)


def secret_missing(w: World) -> Ref:
    """A TLS Secret that is mounted: the pod waits in ContainerCreating."""
    w.space("vaulting")
    if not w.broken:
        w.add(config.secret("vault-tls", "vaulting", ["tls.crt", "tls.key"], BORN, "kubernetes.io/tls"))
    w.add(config.secret("vault-tls-old", "vaulting", ["tls.crt", "tls.key"], BORN, "kubernetes.io/tls"))
    made = w.app(
        "strongbox",
        "vaulting",
        8200,
        run=waiting("ContainerCreating") if w.broken else None,
        address=not w.broken,
        spec={"volumes": [{"name": "tls", "secret": {"secretName": "vault-tls", "defaultMode": 420}}]},
        fields={"volumeMounts": [{"name": "tls", "mountPath": "/tls", "readOnly": True}]},
    )
    for each in made.pods if w.broken else ():
        told = 'MountVolume.SetUp failed for volume "tls" : secret "vault-tls" not found'
        w.warn(each, "FailedMount", told, count=20)
    return of("Deployment", made)


def secret_key_missing(w: World) -> Ref:
    w.space("sms")
    keys = ["user", "token"] if w.broken else ["user", "password"]
    w.add(config.secret("carrier", "sms", keys, BORN))
    why = "couldn't find key password in Secret sms/carrier"
    variables = [
        env_secret("CARRIER_USER", "carrier", "user"),
        env_secret("CARRIER_PASSWORD", "carrier", "password"),
    ]
    made = w.app("sender", "sms", 7240, run=_config_error(why) if w.broken else None, env=variables)
    _told(w, made, why)
    return of("Deployment", made)


def config_volume_missing(w: World) -> Ref:
    """The ConfigMap with the routes exists in another namespace."""
    w.space("routing")
    w.space("routing-staging")
    w.add(config.config_map("routes", "routing-staging", {"routes.yaml": "routes: []\n"}, BORN))
    if not w.broken:
        w.add(config.config_map("routes", "routing", {"routes.yaml": "routes: []\n"}, BORN))
    made = w.app(
        "router",
        "routing",
        7250,
        run=waiting("ContainerCreating") if w.broken else None,
        address=not w.broken,
        spec={"volumes": [{"name": "routes", "configMap": {"name": "routes", "defaultMode": 420}}]},
        fields={"volumeMounts": [{"name": "routes", "mountPath": "/etc/router"}]},
    )
    for each in made.pods if w.broken else ():
        told = 'MountVolume.SetUp failed for volume "routes" : configmap "routes" not found'
        w.warn(each, "FailedMount", told, count=20)
    return of("Deployment", made)


def rejected(w: World) -> Ref:
    """The application reads its file and refuses it; only its log says why."""
    w.space("broker")
    body = (
        "listeners:\n  - port: 1883\nmax_inflight: twenty\n"
        if w.broken
        else "listeners:\n  - port: 1883\nmax_inflight: 20\n"
    )
    w.add(config.config_map("mqtt-conf", "broker", {"mqtt.yaml": body}, BORN))
    made = w.app(
        "mqtt",
        "broker",
        1883,
        run=crashed("mqtt", 78, lasted=1) if w.broken else None,
        spec={"volumes": [{"name": "conf", "configMap": {"name": "mqtt-conf", "defaultMode": 420}}]},
        fields={
            "volumeMounts": [{"name": "conf", "mountPath": "/etc/mqtt"}],
            "args": ["--config", "/etc/mqtt/mqtt.yaml"],
        },
    )
    for each in made.pods if w.broken else ():
        lines = (
            "2026-02-10T09:27:59Z INFO  mqtt 1.6.2 starting",
            (
                "2026-02-10T09:27:59Z ERROR invalid configuration in /etc/mqtt/mqtt.yaml: max_inflight: "
                'expected integer, got "twenty"'
            ),
            "2026-02-10T09:27:59Z FATAL cannot start: configuration rejected",
        )
        w.log(each, "mqtt", *lines)
        w.log(each, "mqtt", *lines, previous=True)
        w.warn_all([each], "BackOff", "Back-off restarting failed container mqtt in pod {pod}", count=100)
    return of("Deployment", made)


CASES = (
    CaseSpec("configmap-missing", "configmap-missing", "envFrom a ConfigMap that does not exist", config_missing),
    CaseSpec("configmap-key-missing", "configmap-key-missing", "A key was renamed", config_key_missing),
    CaseSpec(
        "secret-missing",
        "secret-missing",
        "A mounted Secret does not exist",
        secret_missing,
        accept=("volume-source-missing",),
    ),
    CaseSpec("secret-key-missing", "secret-key-missing", "A Secret lacks a key", secret_key_missing),
    CaseSpec(
        "configmap-missing-volume",
        "configmap-missing",
        "A mounted ConfigMap is in another namespace",
        config_volume_missing,
        accept=("volume-source-missing",),
    ),
    CaseSpec("configuration-rejected", "configuration-rejected", "The application refuses its file", rejected),
)
