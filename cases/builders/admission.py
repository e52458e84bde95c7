"""Pods that are never created: quota, limits, identities, policies, webhooks."""

from __future__ import annotations

from cases.builders.world import BORN, CaseSpec, World, of
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic import config, network
from midwatch.evals.synthetic.values import Obj, resource

_HARDENED: Obj = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def quota_cpu(w: World) -> Ref:
    space = w.space("billing")
    limit, used = ("2", "1700m") if w.broken else ("8", "2900m")
    w.add(
        config.quota(
            "team", space, {"requests.cpu": limit, "pods": "40"}, {"requests.cpu": used, "pods": "5"}, BORN
        )
    )
    w.app("tariff-store", space, 6380, replicas=3, requests={"cpu": "500m", "memory": "256Mi"})
    w.app("tariff-web", space, 4310, requests={"cpu": "100m", "memory": "128Mi"})
    failure = (
        'pods "rating-engine-6bf7c9d84-" is forbidden: exceeded quota: team, requested: requests.cpu=600m, '
        "used: requests.cpu=1700m, limited: requests.cpu=2"
    )
    w.app(
        "rating-engine",
        space,
        4300,
        failure=failure if w.broken else "",
        requests={"cpu": "600m", "memory": "256Mi"},
    )
    return Ref("Namespace", "", space)


def quota_pods(w: World) -> Ref:
    space = w.space("crawler")
    hard = "4" if w.broken else "20"
    w.add(config.quota("small", space, {"pods": hard}, {"pods": "4" if w.broken else "6"}, BORN))
    w.app("frontier", space, 7001, replicas=4)
    failure = (
        'pods "fetcher-7c5b4f9bd8-" is forbidden: exceeded quota: small, requested: pods=1, used: pods=4, '
        "limited: pods=4"
    )
    w.app("fetcher", space, 7002, failure=failure if w.broken else "")
    return Ref("Namespace", "", space)


def quota_requires(w: World) -> Ref:
    space = w.space("analytics")
    hard = {"limits.memory": "16Gi", "limits.cpu": "20"}
    used = "1" if w.broken else "2"
    w.add(config.quota("bounded", space, hard, {"limits.memory": f"{used}Gi", "limits.cpu": used}, BORN))
    w.app("warehouse", space, 9440, replicas=2, limits={"cpu": "500m", "memory": "512Mi"})
    failure = (
        'pods "report-builder-5f6d8c7b9-" is forbidden: failed quota: bounded: must specify '
        "limits.cpu for: report-builder; limits.memory for: report-builder"
    )
    limits = None if w.broken else {"cpu": "500m", "memory": "512Mi"}
    made = w.app("report-builder", space, 9441, failure=failure if w.broken else "", limits=limits)
    return of("Deployment", made)


def limit_range(w: World) -> Ref:
    space = w.space("imaging")
    w.add(config.limit_range("bounds", space, BORN, max={"memory": "1Gi"}, default={"memory": "512Mi"}))
    size = "4Gi" if w.broken else "1Gi"
    failure = (
        'pods "thumbnailer-84d7f6c5b-" is forbidden: maximum memory usage per Container is 1Gi, but limit is 4Gi'
    )
    made = w.app(
        "thumbnailer",
        space,
        8610,
        failure=failure if w.broken else "",
        limits={"memory": size},
        requests={"cpu": "200m", "memory": "512Mi"},
    )
    return of("Deployment", made)


def service_account(w: World) -> Ref:
    space = w.space("crm")
    failure = (
        'pods "crm-sync-66c8d7b4f5-" is forbidden: error looking up service account crm/crm-sync: '
        'serviceaccount "crm-sync" not found'
    )
    if not w.broken:
        w.add(config.service_account("crm-sync", space, BORN))
    w.app("crm-web", space, 5180)
    made = w.app("crm-sync", space, 5181, failure=failure if w.broken else "", account="crm-sync")
    return of("Deployment", made)


def pod_security(w: World) -> Ref:
    space = w.space("agents", {"pod-security.kubernetes.io/enforce": "restricted"})
    failure = (
        'pods "collector-7f8c6d9b5d-" is forbidden: violates PodSecurity "restricted:latest": '
        "allowPrivilegeEscalation "
        '!= false (container "collector" must set securityContext.allowPrivilegeEscalation=false), unrestricted '
        'capabilities (container "collector" must set securityContext.capabilities.drop=["ALL"]), '
        "runAsNonRoot != true "
        '(pod or container "collector" must set securityContext.runAsNonRoot=true), seccompProfile (pod or '
        "container "
        '"collector" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
    )
    fields: Obj = {} if w.broken else {"securityContext": _HARDENED}
    made = w.app("collector", space, 8125, failure=failure if w.broken else "", fields=fields)
    return of("Deployment", made)


def priority_class(w: World) -> Ref:
    space = w.space("trading")
    if not w.broken:
        w.add(
            resource(
                "scheduling.k8s.io/v1", "PriorityClass", "urgent", created=BORN, value=100_000, globalDefault=False
            )
        )
    failure = 'pods "matcher-5c9bd7f68-" is forbidden: no PriorityClass with name urgent was found'
    made = w.app("matcher", space, 9310, failure=failure if w.broken else "", spec={"priorityClassName": "urgent"})
    return of("Deployment", made)


def webhook_denied(w: World) -> Ref:
    space = w.space("portal")
    _guard(w, ready=True)
    denied = (
        'admission webhook "images.guard.example.com" denied the request: image tag "latest" is not allowed '
        "in portal"
    )
    image = f"registry.example.com/portal/landing:{'latest' if w.broken else '3.0.1'}"
    made = w.app("landing", space, 8051, image=image, failure=denied if w.broken else "")
    return of("Deployment", made)


def webhook_service_missing(w: World) -> Ref:
    space = w.space("payroll")
    if w.broken:
        w.space("guard")
        w.add(_webhook())
    else:
        _guard(w, ready=True)
    failed = (
        'Internal error occurred: failed calling webhook "images.guard.example.com": failed to call webhook: Post '
        '"https://guard.guard.svc:443/validate?timeout=10s": service "guard" not found'
    )
    w.app("payslip", space, 7410, failure=failed if w.broken else "")
    return Ref("ValidatingWebhookConfiguration", "", "guard")


def webhook_scaled_away(w: World) -> Ref:
    """The webhook's own pods are gone: it was scaled to zero."""
    space = w.space("tickets")
    _guard(w, ready=not w.broken)
    failed = (
        'Internal error occurred: failed calling webhook "images.guard.example.com": failed to call webhook: Post '
        '"https://guard.guard.svc:443/validate?timeout=10s": no endpoints available for service "guard"'
    )
    w.app("desk", space, 7420, failure=failed if w.broken else "")
    w.app("inbox", space, 7421)
    return Ref("Deployment", "guard", "guard")


def webhook_unavailable(w: World) -> Ref:
    """A webhook outside the cluster refuses connections."""
    space = w.space("surveyors")
    url = "https://guard.corp.example.net/validate"
    w.add(_webhook({"url": url}))
    failed = (
        'Internal error occurred: failed calling webhook "images.guard.example.com": failed to call webhook: Post '
        f'"{url}?timeout=10s": dial tcp 192.0.2.71:443: connect: connection refused'
    )
    w.app("theodolite", space, 7440, failure=failed if w.broken else "")
    return Ref("ValidatingWebhookConfiguration", "", "guard")


def webhook_certificate(w: World) -> Ref:
    space = w.space("surveys")
    _guard(w, ready=True)
    failed = (
        'Internal error occurred: failed calling webhook "images.guard.example.com": failed to call webhook: Post '
        '"https://guard.guard.svc:443/validate?timeout=10s": tls: failed to verify certificate: x509: certificate '
        "signed by unknown authority"
    )
    w.app("forms", space, 7430, failure=failed if w.broken else "")
    return Ref("ValidatingWebhookConfiguration", "", "guard")


_INSIDE: Obj = {"service": {"namespace": "guard", "name": "guard", "path": "/validate", "port": 443}}


def _webhook(client: Obj = _INSIDE) -> Obj:
    rule: Obj = {
        "operations": ["CREATE"],
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "resources": ["pods"],
        "scope": "*",
    }
    hook: Obj = {
        "name": "images.guard.example.com",
        "clientConfig": client,
        "rules": [rule],
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "sideEffects": "None",
        "timeoutSeconds": 10,
        "admissionReviewVersions": ["v1"],
        "namespaceSelector": {
            "matchExpressions": [
                {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system", "guard"]}
            ]
        },
    }
    return resource(
        "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "guard", created=BORN, webhooks=[hook]
    )


def _guard(w: World, *, ready: bool) -> None:
    w.add(_webhook())
    w.app("guard", "guard", 8443, replicas=1 if ready else 0, service=False)
    ports = [network.port(443, "http", name="https")]
    w.add(network.service("guard", "guard", {"app": "guard"}, ports, created=BORN))


CASES = (
    CaseSpec("quota-cpu-exceeded", "quota-cpu-exceeded", "A deployment does not fit the CPU quota", quota_cpu),
    CaseSpec("quota-pods-exceeded", "quota-pods-exceeded", "The namespace may not have more pods", quota_pods),
    CaseSpec(
        "quota-requires-requests",
        "quota-requires-requests",
        "A quota on limits, a pod without them",
        quota_requires,
    ),
    CaseSpec(
        "limit-range-violated", "limit-range-violated", "A container asks for more than one may", limit_range
    ),
    CaseSpec(
        "service-account-missing", "service-account-missing", "The ServiceAccount was never made", service_account
    ),
    CaseSpec(
        "pod-security-violated", "pod-security-violated", "A restricted namespace refuses the pod", pod_security
    ),
    CaseSpec(
        "priority-class-missing", "priority-class-missing", "The PriorityClass does not exist", priority_class
    ),
    CaseSpec(
        "admission-webhook-denied",
        "admission-webhook-denied",
        "A policy webhook refuses the image",
        webhook_denied,
    ),
    CaseSpec(
        "webhook-service-missing",
        "webhook-service-missing",
        "A webhook outlived its Service",
        webhook_service_missing,
    ),
    CaseSpec(
        "webhook-unavailable",
        "webhook-unavailable",
        "A webhook outside the cluster refuses connections",
        webhook_unavailable,
    ),
    CaseSpec(
        "zero-replicas-of-a-webhook",
        "zero-replicas",
        "A webhook without pods blocks deployments",
        webhook_scaled_away,
    ),
    CaseSpec(
        "webhook-certificate-invalid",
        "webhook-certificate-invalid",
        "A webhook shows a wrong certificate",
        webhook_certificate,
    ),
)
