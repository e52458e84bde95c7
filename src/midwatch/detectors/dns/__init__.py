"""dns: the cluster's name servers, their configuration, and the resolver settings of workloads."""

from __future__ import annotations

from midwatch.detectors.dns import _corefile, _name_servers, _resolvers

DETECTORS = (
    _name_servers.unavailable,
    _corefile.misconfigured,
    _resolvers.policy,
    _resolvers.name_servers,
    _resolvers.options,
    _resolvers.shadowed_by_hosts,
)
