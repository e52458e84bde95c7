"""services: selectors, ports and endpoints of Services, external names, load balancers, missing Services."""

from __future__ import annotations

from midwatch.detectors import _target_ports
from midwatch.detectors.services import _endpoints, _external, _selectors

DETECTORS = (
    _selectors.selects_nothing,
    _selectors.selects_strangers,
    _endpoints.none_ready,
    _endpoints.without_selector,
    _endpoints.stale,
    _target_ports.wrong_target,
    _target_ports.wrong_protocol,
    _external.invalid_name,
    _external.balancer_pending,
    _external.governing_service_missing,
)
