"""Roles and bindings, service accounts, webhooks, aggregated APIs and certificates."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import (
    APIService,
    Certificate,
    ClusterRoleBinding,
    CustomResourceDefinition,
    MutatingWebhookConfiguration,
    RoleBinding,
    ServiceReference,
    ValidatingWebhookConfiguration,
)
from midwatch.domain.kube.cluster import ServiceAccount
from midwatch.domain.resource import Ref
from midwatch.knowledge.relation import Edge, Relation


def access_edges(inventory: Inventory) -> Iterator[Edge]:
    """What grants rights, and which Services the API server itself calls."""
    for binding in (*inventory.all(RoleBinding), *inventory.all(ClusterRoleBinding)):
        yield from _binding(binding)
    for account in inventory.all(ServiceAccount):
        for secret in account.image_pull_secrets:
            if secret.name:
                yield Edge(account.ref, Ref("Secret", account.namespace, secret.name), Relation.REFERENCES)
    for certificate in inventory.all(Certificate):
        if certificate.spec.secret_name:
            secret = Ref("Secret", certificate.namespace, certificate.spec.secret_name)
            yield Edge(certificate.ref, secret, Relation.PROVIDES)
    for source, service in _called(inventory):
        if service is not None and service.name:
            yield Edge(source, Ref("Service", service.namespace, service.name), Relation.REFERENCES)


def _binding(binding: RoleBinding | ClusterRoleBinding) -> Iterator[Edge]:
    role = binding.role_ref
    if role.name:
        namespace = "" if role.kind == "ClusterRole" else binding.namespace
        yield Edge(binding.ref, Ref(role.kind or "Role", namespace, role.name), Relation.REFERENCES)
    for subject in binding.subjects:
        if subject.kind == "ServiceAccount" and subject.name:
            account = Ref("ServiceAccount", subject.namespace or binding.namespace, subject.name)
            yield Edge(binding.ref, account, Relation.GRANTS)


def _called(inventory: Inventory) -> Iterator[tuple[Ref, ServiceReference | None]]:
    for configuration in (
        *inventory.all(ValidatingWebhookConfiguration),
        *inventory.all(MutatingWebhookConfiguration),
    ):
        for webhook in configuration.webhooks:
            yield configuration.ref, webhook.client_config.service
    for api in inventory.all(APIService):
        yield api.ref, api.spec.service
    for definition in inventory.all(CustomResourceDefinition):
        conversion = definition.spec.conversion
        if (
            conversion is not None
            and conversion.webhook is not None
            and conversion.webhook.client_config is not None
        ):
            yield definition.ref, conversion.webhook.client_config.service
