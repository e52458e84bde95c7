"""conditions: definitions of custom kinds that are not served, or whose conversion webhook cannot be called."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.detectors._ages import older_than
from midwatch.detectors._service_backing import Backing, backing
from midwatch.detectors.common import fact
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import CustomResourceDefinition, ServiceReference
from midwatch.domain.kube.meta import Condition
from midwatch.domain.text import Text

_PATIENCE = 60


def not_established(inventory: Inventory) -> Iterator[Finding]:
    """Definitions whose names clash or that are not served. Source: apiextensions/v1 types.go."""
    for found in inventory.all(CustomResourceDefinition):
        bad = next((each for each in found.status.conditions if _is_bad(each)), None)
        if bad is not None and older_than(inventory, bad.last_transition_time, _PATIENCE, unknown=True):
            yield Finding(
                "conditions/crd-not-established",
                found.ref,
                Text(
                    f"Custom kind {found.name} is not served: {bad.type} is False ({bad.message or bad.reason})",
                    f"自定义类型 {found.name} 未提供服务:{bad.type} 为 False({bad.message or bad.reason})",
                ),
                Severity.ERROR,
                claims=(Claim("crd-not-established", found.ref, 0.9),),
                facts=(fact(found, f".status.conditions[{bad.type}]", f"{bad.reason} {bad.message}"),),
                since=bad.last_transition_time,
            )


def _is_bad(said: Condition) -> bool:
    return said.type in ("Established", "NamesAccepted") and said.status == "False"


def conversion_webhooks(inventory: Inventory) -> Iterator[Finding]:
    """Conversion webhooks nobody answers: objects of the kind can neither be read nor written in some versions."""
    for found in inventory.all(CustomResourceDefinition):
        service = _conversion_service(found)
        if service is None:
            continue
        problem = _problem(inventory, service)
        if problem is not None:
            yield _conversion(found, problem)


def _conversion_service(found: CustomResourceDefinition) -> ServiceReference | None:
    conversion = found.spec.conversion
    if conversion is None or conversion.strategy != "Webhook" or conversion.webhook is None:
        return None
    served = [each for each in found.spec.versions if each.served]
    config = conversion.webhook.client_config
    return config.service if config is not None and len(served) != 1 else None


def _problem(inventory: Inventory, service: ServiceReference) -> Text | None:
    name = f"{service.namespace}/{service.name}"
    match backing(inventory, service.namespace, service.name, service.port or 443):
        case Backing.MISSING:
            return Text(f"Service {name} does not exist", f"Service {name} 不存在")
        case Backing.NO_PORT:
            return Text(f"Service {name} lacks port {service.port or 443}", f"Service {name} 没有该端口")
        case Backing.NO_ENDPOINTS:
            return Text(f"Service {name} has no ready endpoint", f"Service {name} 没有就绪的端点")
        case _:
            return None


def _conversion(found: CustomResourceDefinition, problem: Text) -> Finding:
    return Finding(
        "conditions/conversion-webhook",
        found.ref,
        Text(
            f"The conversion webhook of {found.name} cannot be called: {problem.en}",
            f"{found.name} 的转换 Webhook 无法调用:{problem.zh}",
        ),
        Severity.ERROR,
        claims=(Claim("conversion-webhook-failing", found.ref, 0.75),),
        facts=(fact(found, ".spec.conversion.webhook.clientConfig.service", problem.en),),
    )


DETECTORS = (not_established, conversion_webhooks)
