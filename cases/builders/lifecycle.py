"""Certificates, custom resources and deletion."""

from __future__ import annotations

from datetime import timedelta

from cases.builders.world import BORN, NOW, CaseSpec, World
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic import config
from midwatch.evals.synthetic.values import Obj, condition, part, resource, stamp

_SINCE = NOW - timedelta(minutes=35)


def namespace_stuck(w: World) -> Ref:
    """A namespace that cannot end: one resource in it waits for a controller that is gone."""
    if not w.broken:
        w.space("trial")
        return Ref("Namespace", "", "trial")
    found = config.namespace("trial", BORN)
    part(found, "metadata")["deletionTimestamp"] = stamp(NOW - timedelta(hours=3))
    remaining = (
        "Some content in the namespace has finalizers remaining: databases.example.com/cleanup in 1 resource "
        "instances"
    )
    resources = "Some resources are remaining: databases.example.com has 1 resource instances"
    at = NOW - timedelta(hours=3)
    conditions = [
        condition(
            "NamespaceDeletionDiscoveryFailure",
            "False",
            at,
            "ResourcesDiscovered",
            "All resources successfully discovered",
        ),
        condition("NamespaceContentRemaining", "True", at, "SomeResourcesRemain", resources),
        condition("NamespaceFinalizersRemaining", "True", at, "SomeFinalizersRemain", remaining),
    ]
    w.add(found | {"status": {"phase": "Terminating", "conditions": conditions}})
    return Ref("Namespace", "", "trial")


def certificate(w: World) -> Ref:
    """cert-manager cannot issue: its issuer does not exist."""
    w.space("store")
    ready = condition("Ready", "True", BORN, "Ready", "Certificate is up to date and has not expired")
    dates: Obj = {"notAfter": stamp(NOW + timedelta(days=60)), "notBefore": stamp(NOW - timedelta(days=30))}
    status: Obj = dates | {"conditions": [ready]}
    if w.broken:
        why = "Issuing certificate as Secret does not exist"
        status = {
            "conditions": [
                condition("Issuing", "True", _SINCE, "DoesNotExist", why),
                condition("Ready", "False", _SINCE, "DoesNotExist", why),
            ]
        }
    else:
        w.add(config.secret("store-tls", "store", ["tls.crt", "tls.key"], BORN, "kubernetes.io/tls"))
    issuer: Obj = {"name": "letsencrypt-prod", "kind": "ClusterIssuer"}
    spec: Obj = {"secretName": "store-tls", "dnsNames": ["store.example.com"], "issuerRef": issuer}
    w.add(
        resource(
            "cert-manager.io/v1", "Certificate", "store-tls", "store", created=_SINCE, spec=spec, status=status
        )
    )
    if w.broken:
        why = 'Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "letsencrypt-prod" not found'
        pending = condition("Ready", "False", _SINCE, "Pending", why)
        w.add(
            resource(
                "cert-manager.io/v1",
                "CertificateRequest",
                "store-tls-1",
                "store",
                created=_SINCE,
                spec={"issuerRef": issuer},
                status={"conditions": [pending]},
            )
        )
    return Ref("Certificate", "store", "store-tls")


def expired(w: World) -> Ref:
    w.space("intranet")
    end = NOW - timedelta(hours=5) if w.broken else NOW + timedelta(days=70)
    good = condition("Ready", "True", BORN, "Ready", "Certificate is up to date and has not expired")
    bad = condition("Ready", "False", end, "Expired", f"Certificate expired on {end:%A, %d-%b-%y %H:%M:%S} UTC")
    status: Obj = {
        "notAfter": stamp(end),
        "notBefore": stamp(end - timedelta(days=90)),
        "conditions": [bad if w.broken else good],
    }
    spec: Obj = {"secretName": "wiki-tls", "dnsNames": ["wiki.intranet.example.com"]}
    w.add(config.secret("wiki-tls", "intranet", ["tls.crt", "tls.key"], BORN, "kubernetes.io/tls"))
    w.add(
        resource(
            "cert-manager.io/v1", "Certificate", "wiki-tls", "intranet", created=BORN, spec=spec, status=status
        )
    )
    return Ref("Certificate", "intranet", "wiki-tls")


def helm(w: World) -> Ref:
    w.space("observability")
    why = (
        "Helm upgrade failed for release observability/tracing with chart tracing@2.4.0: cannot patch "
        '"tracing" with '
        'kind StatefulSet: StatefulSet.apps "tracing" is invalid: spec: Forbidden: updates to statefulset '
        "spec for "
        "fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
        "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
    )
    good = condition(
        "Ready", "True", BORN, "UpgradeSucceeded", "Helm upgrade succeeded for release observability/tracing.v7"
    )
    bad = [
        condition("Ready", "False", _SINCE, "UpgradeFailed", why),
        condition("Released", "False", _SINCE, "UpgradeFailed", why),
    ]
    spec: Obj = {"chart": {"spec": {"chart": "tracing", "version": "2.4.0"}}, "interval": "10m"}
    status: Obj = {"observedGeneration": 1, "conditions": bad if w.broken else [good]}
    w.add(
        resource(
            "helm.toolkit.fluxcd.io/v2",
            "HelmRelease",
            "tracing",
            "observability",
            created=BORN,
            spec=spec,
            status=status,
        )
    )
    return Ref("HelmRelease", "observability", "tracing")


def custom(w: World) -> Ref:
    """A custom resource of an operator nobody here knows says itself that it is not ready."""
    w.space("data")
    why = "backup bucket s3://backups-eu is not reachable: AccessDenied"
    ready = (
        condition("Ready", "False", _SINCE, "BackupStorageUnavailable", why)
        if w.broken
        else condition("Ready", "True", BORN, "AllGood", "cluster is healthy")
    )
    status: Obj = {"observedGeneration": 1, "phase": "Degraded" if w.broken else "Running", "conditions": [ready]}
    w.add(
        resource(
            "db.example.com/v1",
            "PostgresCluster",
            "main",
            "data",
            created=BORN,
            spec={"instances": 3},
            status=status,
        )
    )
    return Ref("PostgresCluster", "data", "main")


CASES = (
    CaseSpec(
        "namespace-terminating",
        "namespace-terminating",
        "A namespace that cannot end",
        namespace_stuck,
        accept=("finalizer-stuck",),
    ),
    CaseSpec("certificate-not-issued", "certificate-not-issued", "The issuer does not exist", certificate),
    CaseSpec("certificate-expired", "certificate-expired", "A certificate is out of date", expired),
    CaseSpec("helm-release-failed", "helm-release-failed", "An upgrade that Kubernetes refuses", helm),
    CaseSpec("custom-resource-not-ready", "custom-resource-not-ready", "A custom resource complains", custom),
)
