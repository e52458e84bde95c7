"""RBAC, admission, aggregation and certificates (rbac/v1, admissionregistration/v1, apiregistration/v1 ...)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from midwatch.domain.kube.meta import Condition, KubeObject, LabelSelector, Part, Time


class PolicyRule(Part, frozen=True):
    """What may be done."""

    verbs: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = msgspec.field(default=(), name="nonResourceURLs")


class Role(KubeObject, frozen=True):
    """Rights in a namespace."""

    KIND: ClassVar[str] = "Role"
    rules: tuple[PolicyRule, ...] = ()


class ClusterRole(KubeObject, frozen=True):
    """Rights in the cluster."""

    KIND: ClassVar[str] = "ClusterRole"
    rules: tuple[PolicyRule, ...] = ()


class RoleRef(Part, frozen=True):
    """The role of a binding."""

    api_group: str = ""
    kind: str = ""
    name: str = ""


class Subject(Part, frozen=True):
    """Who is bound."""

    kind: str = ""
    namespace: str = ""
    name: str = ""


class RoleBinding(KubeObject, frozen=True):
    """Gives rights in a namespace."""

    KIND: ClassVar[str] = "RoleBinding"
    role_ref: RoleRef = RoleRef()
    subjects: tuple[Subject, ...] = ()


class ClusterRoleBinding(KubeObject, frozen=True):
    """Gives rights in the cluster."""

    KIND: ClassVar[str] = "ClusterRoleBinding"
    role_ref: RoleRef = RoleRef()
    subjects: tuple[Subject, ...] = ()


class ServiceReference(Part, frozen=True):
    """The Service of a webhook or aggregated API."""

    namespace: str = ""
    name: str = ""
    path: str | None = None
    port: int | None = None


class WebhookClientConfig(Part, frozen=True):
    """Where a webhook is; `ca_bundle` is base64 PEM."""

    url: str | None = None
    service: ServiceReference | None = None
    ca_bundle: str = ""


class WebhookRule(Part, frozen=True):
    """Which requests a webhook sees."""

    operations: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    api_versions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    scope: str | None = None


class Webhook(Part, frozen=True):
    """One webhook; `failure_policy` Fail blocks requests when it cannot be reached."""

    name: str = ""
    client_config: WebhookClientConfig = WebhookClientConfig()
    rules: tuple[WebhookRule, ...] = ()
    failure_policy: str = ""
    timeout_seconds: int | None = None
    namespace_selector: LabelSelector | None = None
    object_selector: LabelSelector | None = None


class ValidatingWebhookConfiguration(KubeObject, frozen=True):
    """Validating webhooks."""

    KIND: ClassVar[str] = "ValidatingWebhookConfiguration"
    webhooks: tuple[Webhook, ...] = ()


class MutatingWebhookConfiguration(KubeObject, frozen=True):
    """Mutating webhooks."""

    KIND: ClassVar[str] = "MutatingWebhookConfiguration"
    webhooks: tuple[Webhook, ...] = ()


class APIServiceSpec(Part, frozen=True):
    """Who serves an aggregated API; no service means the API server itself."""

    service: ServiceReference | None = None
    group: str = ""
    version: str = ""
    ca_bundle: str = ""


class ConditionsStatus(Part, frozen=True):
    """A status of which only the conditions matter."""

    conditions: tuple[Condition, ...] = ()


class APIService(KubeObject, frozen=True):
    """An API group version."""

    KIND: ClassVar[str] = "APIService"
    spec: APIServiceSpec = APIServiceSpec()
    status: ConditionsStatus = ConditionsStatus()


class CRDNames(Part, frozen=True):
    """Names of a custom kind."""

    kind: str = ""
    plural: str = ""


class WebhookConversion(Part, frozen=True):
    """The conversion webhook."""

    client_config: WebhookClientConfig | None = None


class CRDConversion(Part, frozen=True):
    """How versions are converted."""

    strategy: str = ""
    webhook: WebhookConversion | None = None


class CRDVersion(Part, frozen=True):
    """One version."""

    name: str = ""
    served: bool = False
    storage: bool = False
    deprecated: bool = False


class CRDSpec(Part, frozen=True):
    """Wanted state."""

    group: str = ""
    names: CRDNames = CRDNames()
    scope: str = ""
    versions: tuple[CRDVersion, ...] = ()
    conversion: CRDConversion | None = None


class CustomResourceDefinition(KubeObject, frozen=True):
    """A custom kind."""

    KIND: ClassVar[str] = "CustomResourceDefinition"
    spec: CRDSpec = CRDSpec()
    status: ConditionsStatus = ConditionsStatus()


class CSRSpec(Part, frozen=True):
    """What is asked for."""

    signer_name: str = ""
    username: str = ""
    usages: tuple[str, ...] = ()


class CertificateSigningRequest(KubeObject, frozen=True):
    """A request for a certificate."""

    KIND: ClassVar[str] = "CertificateSigningRequest"
    spec: CSRSpec = CSRSpec()
    status: ConditionsStatus = ConditionsStatus()


class CertificateSpec(Part, frozen=True):
    """What cert-manager shall issue."""

    secret_name: str = ""
    dns_names: tuple[str, ...] = ()


class CertificateStatus(Part, frozen=True):
    """What cert-manager issued."""

    conditions: tuple[Condition, ...] = ()
    not_after: Time | None = None
    not_before: Time | None = None
    renewal_time: Time | None = None


class Certificate(KubeObject, frozen=True):
    """A certificate of cert-manager (cert-manager.io/v1)."""

    KIND: ClassVar[str] = "Certificate"
    spec: CertificateSpec = CertificateSpec()
    status: CertificateStatus = CertificateStatus()
