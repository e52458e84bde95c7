"""routes: Ingresses, the Gateway API, gateways configured by ConfigMap, and routes of a service mesh."""

from __future__ import annotations

from midwatch.detectors.routes import _gateway_config, _gateways, _ingresses, _mesh

DETECTORS = (
    _ingresses.backends,
    _ingresses.misrouted_paths,
    _ingresses.classes,
    _ingresses.certificates,
    _ingresses.unserved,
    _ingresses.duplicates,
    _gateways.gateways,
    _gateways.attachments,
    _gateways.backends,
    _gateways.misrouted_rules,
    _gateway_config.misrouted,
    _mesh.hosts,
    _mesh.subsets,
)
