"""Joins access control, admission and the controllers around them into a cluster."""

from __future__ import annotations

from midwatch.lab.access.access import Access
from midwatch.lab.access.accounts import Accounts
from midwatch.lab.access.admission.ingress_class import DefaultIngressClass
from midwatch.lab.access.admission.limit_ranger import LimitBounds, LimitDefaults, LimitRanges
from midwatch.lab.access.admission.namespace_lifecycle import NamespaceLifecycle
from midwatch.lab.access.admission.priority import Priority
from midwatch.lab.access.admission.runtime_class import RuntimeClasses
from midwatch.lab.access.admission.service_account import ServiceAccounts
from midwatch.lab.access.admission.storage import ClaimResize, DefaultStorageClass, StorageProtection
from midwatch.lab.access.admission.tolerations import DefaultTolerationSeconds
from midwatch.lab.access.authority import cluster_authority
from midwatch.lab.access.custom.api_services import ApiServices
from midwatch.lab.access.custom.definitions import DefinitionDefaults, Definitions
from midwatch.lab.access.pod_security.admission import PodSecurity
from midwatch.lab.access.quota.admission import ResourceQuota
from midwatch.lab.access.quota.controller import QuotaController
from midwatch.lab.access.rbac.aggregation import Aggregation
from midwatch.lab.access.rbac.escalation import NoEscalation
from midwatch.lab.access.rbac.index import Rbac
from midwatch.lab.access.rbac.namespaced import NamespacedPolicy
from midwatch.lab.access.token_secrets import TokenSecrets
from midwatch.lab.access.tokens import Tokens
from midwatch.lab.access.webhooks.call import WebhookCall
from midwatch.lab.access.webhooks.dispatch import mutating, validating
from midwatch.lab.core.env import Env


def install(env: Env, call: WebhookCall | None = None) -> Access:
    """Control access to a cluster from now on. Without `call`, webhooks are configured but nobody answers them."""
    tokens, rbac = Tokens(env.clock, env.store), Rbac(env.store)
    authority = cluster_authority(env.clock.start, env.clock.seed)
    accounts = Accounts(env, authority)
    pod_security, hooks = PodSecurity(env.store), (mutating(env.store), validating(env.store))
    access = Access(tokens, rbac, pod_security, hooks, Definitions(env))
    if call is not None:
        access.call_webhooks_with(call)
    ranges = LimitRanges(env.store)
    # kubernetes/pkg/kubeapiserver/options/plugins.go (AllOrderedPlugins): first those that change objects ...
    env.registry.hooks.admission += [
        NamespaceLifecycle(),
        LimitDefaults(ranges),
        ServiceAccounts(env.store, env.clock.random("service-account"), accounts.hurry),
        Priority(env.store),
        DefaultTolerationSeconds(),
        DefaultStorageClass(env.store),
        StorageProtection(),
        RuntimeClasses(env.store),
        DefaultIngressClass(env.store),
        DefinitionDefaults(),
        hooks[0],
        NoEscalation(rbac),
    ]
    # ... then, after validation, those that only refuse.
    env.registry.hooks.validating += [
        LimitBounds(ranges),
        pod_security,
        ClaimResize(env.store),
        hooks[1],
        ResourceQuota(env),
    ]
    QuotaController(env)
    Aggregation(env)
    NamespacedPolicy(env)
    TokenSecrets(env, tokens, authority)
    ApiServices(env)
    return access
