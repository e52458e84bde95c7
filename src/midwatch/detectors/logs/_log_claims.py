"""What one classified log line speaks for: the precise cause where the line and the objects together prove it."""

from __future__ import annotations

import re

from midwatch.detectors._address_sense import namesake
from midwatch.detectors._log_rule import Rule, Scope
from midwatch.detectors._log_targets import (
    BROKERS,
    CACHES,
    DATABASES,
    Target,
    engine_of,
    is_own,
    is_relayed,
    is_sql,
    pods_by_address,
    serves_backend,
    target_of,
)
from midwatch.detectors.logs._log_databases import claims_of_database, facts_of, meaning_of_refusal
from midwatch.detectors.logs._log_files import meaning_of_files, meaning_of_space
from midwatch.detectors.logs._log_line import Line, Meaning, claims_for
from midwatch.domain.finding import Claim
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.addresses import Problem

_BACKEND_RULES = frozenset({"broker", "cache", "database", "database-start"})
_CLIENT_ADDRESS = re.compile(r"(?:'@'|@|host=|from |client:? )\[?([0-9]{1,3}(?:\.[0-9]{1,3}){3})")
_LOOKUP_FAILED = re.compile(r"SERVFAIL|server misbehaving|i/o timeout|temporary failure|EAI_AGAIN", re.IGNORECASE)
_MISSING = {
    Problem.NO_SERVICE: Text("but there is no such Service", "但并没有这个 Service"),
    Problem.NO_NAMESPACE: Text("but there is no such namespace", "但并没有这个命名空间"),
    Problem.ELSEWHERE: Text("but that Service is in another namespace", "但这个 Service 在另一个命名空间中"),
}


def meaning_of(inventory: Inventory, line: Line, rule: Rule) -> Meaning:
    """What a line of a class means where it stands."""
    match rule.scope:
        case Scope.TARGET:
            return _of_target(inventory, line, rule)
        case Scope.DATABASE:
            return _of_database(inventory, line, rule)
        case Scope.CREDENTIALS:
            return _of_credentials(inventory, line, rule)
        case Scope.FILES:
            return meaning_of_files(line, rule)
        case Scope.SPACE:
            return meaning_of_space(line)
        case Scope.SELF | Scope.CRASH:
            return Meaning(line.client, claims_for(line.client, rule.claims))


def _of_target(inventory: Inventory, line: Line, rule: Rule) -> Meaning:
    backend = rule.name in _BACKEND_RULES or is_sql(line.text) or engine_of(line.text, None) is not None
    target = target_of(inventory, line.namespace, line.client, line.text, backend=backend)
    general = _general(rule, target, backend=backend)
    if target.address is None:
        return Meaning(
            line.client, (*claims_for(line.client, general), *_of_backend(inventory, line, target, general))
        )
    if is_own(target.address):
        return _of_itself(line, target, general)
    if target.reference is None and is_relayed(inventory, line.client, target.address):
        relayed = tuple((cause, min(strength, 0.3)) for cause, strength in general)
        return Meaning(line.client, claims_for(line.client, relayed), None, facts_of(target))
    precise = _precise(inventory, line, target, general)
    if precise is not None:
        return precise
    return _as_such(inventory, line, rule, target, general)


def _general(rule: Rule, target: Target, *, backend: bool) -> tuple[tuple[str, float], ...]:
    """The causes of the class, with the name that fits the kind of back end."""
    if rule.name in ("name-resolution", "timeout"):
        return rule.claims
    engine, strength = target.engine, rule.claims[0][1]
    if engine in CACHES:
        return (("cache-unreachable", strength),)
    if engine in BROKERS:
        return (("broker-unreachable", strength),)
    if engine in DATABASES or (backend and rule.name not in ("broker", "cache")):
        return (("db-unreachable", strength),)
    return rule.claims


def _of_backend(
    inventory: Inventory, line: Line, target: Target, general: tuple[tuple[str, float], ...]
) -> tuple[Claim, ...]:
    """What else speaks from a line that is about a database."""
    if target.engine not in DATABASES and general[0][0] != "db-unreachable":
        return ()
    return claims_of_database(inventory, line, target)


def _of_itself(line: Line, target: Target, general: tuple[tuple[str, float], ...]) -> Meaning:
    """`localhost` in a container is the pod itself: a sidecar that is away, or an address that was never set."""
    weaker = tuple((cause, min(strength, 0.4)) for cause, strength in general)
    causes = [*weaker, ("service-address-mismatch", 0.35)]
    if line.pod is not None and len(line.pod.spec.containers) + len(line.pod.spec.init_containers) > 1:
        causes.append(("sidecar-not-ready", 0.3))
    words = Text(
        f"it cannot reach {target.address}, which is its own pod", f"它无法连接 {target.address}，即其自身的 Pod"
    )
    return Meaning(line.client, claims_for(line.client, causes), words)


def _precise(
    inventory: Inventory, line: Line, target: Target, general: tuple[tuple[str, float], ...]
) -> Meaning | None:
    """An address that cannot work: no such Service, or a port that the Service does not have."""
    problem = target.resolution.problem
    if problem is None:
        return None
    workload = namesake(inventory, target.resolution)
    if workload is not None:
        return _service_gone(line, target, workload)
    is_database = target.engine in DATABASES
    if problem is Problem.WRONG_PORT:
        cause = "db-port-wrong" if is_database else "service-address-port-mismatch"
        service = target.service
        ports = ", ".join(str(each.port) for each in service.spec.ports) if service is not None else ""
        words = Text(
            f"it calls {target.address}, but {service.ref if service else ''} has only port {ports}",
            f"它访问 {target.address}，但 {service.ref if service else ''} 只有端口 {ports}",
        )
    else:
        cause = "db-address-wrong" if is_database else "service-address-mismatch"
        why = _MISSING[problem]
        words = Text(f"it calls {target.address}, {why.en}", f"它访问 {target.address}，{why.zh}")
    causes = ((cause, 0.88), (general[0][0], 0.3))
    return Meaning(line.client, claims_for(line.client, causes), words, facts_of(target))


def _service_gone(line: Line, target: Target, workload: Ref) -> Meaning:
    """The address is right, and what it should reach runs: only the Service between them is missing."""
    missing = Ref("Service", workload.namespace, workload.name)
    words = Text(
        f"it calls {target.address}, and {workload} exists, but there is no such Service",
        f"它访问 {target.address}，{workload} 存在，但没有这个 Service",
    )
    causes = (
        *claims_for(missing, (("service-missing", 0.88),)),
        Claim("service-address-mismatch", line.client, 0.2),
    )
    return Meaning(line.client, causes, words, facts_of(target))


def _as_such(
    inventory: Inventory, line: Line, rule: Rule, target: Target, general: tuple[tuple[str, float], ...]
) -> Meaning:
    """An address that is right as far as the survey tells, or lies outside the cluster."""
    address, inside = target.address, target.service is not None
    words = Text(f"{rule.words.en} ({address})", f"{rule.words.zh}（{address}）")
    causes = list(general)
    if rule.name == "name-resolution":
        failed = inside or _LOOKUP_FAILED.search(line.text) is not None
        causes = [("dns-resolution-failure", 0.75 if failed else 0.4)]
        causes += [] if inside else [("service-address-mismatch", 0.35)]
    claims = claims_for(line.client, causes)
    return Meaning(line.client, (*claims, *_of_backend(inventory, line, target, general)), words, facts_of(target))


def _of_database(inventory: Inventory, line: Line, rule: Rule) -> Meaning:
    """An error that the database itself has: its workload is to blame, not the client that logs it."""
    if line.pod is not None and serves_backend(line.pod):
        return Meaning(line.client, claims_for(line.client, rule.claims))
    target = target_of(inventory, line.namespace, line.client, line.text, backend=True)
    return meaning_of_refusal(inventory, line, rule, target)


def _of_credentials(inventory: Inventory, line: Line, rule: Rule) -> Meaning:
    """The client holds the credentials. A server that logs a refusal names the address of the client."""
    if line.pod is None or not serves_backend(line.pod):
        return Meaning(line.client, claims_for(line.client, rule.claims))
    match = _CLIENT_ADDRESS.search(line.text[:2048])
    pod = inventory.derive(pods_by_address).get(match[1]) if match is not None else None
    if pod is None or pod.ref == line.pod.ref:
        return Meaning(line.client, ())
    client = inventory.workload(pod)
    words = Text(f"it rejects the credentials of {client}", f"它拒绝 {client} 的凭据")
    return Meaning(line.client, claims_for(client, rule.claims), words)
