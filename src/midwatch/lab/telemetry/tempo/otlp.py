"""Spans as OpenTelemetry's JSON. Source: opentelemetry-proto/opentelemetry/proto/trace/v1/trace.proto."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from midwatch.lab.core.spans import Span

_KINDS = {"server": "SPAN_KIND_SERVER", "client": "SPAN_KIND_CLIENT"}


def resource_of(span: Span) -> dict[str, str]:
    """Attributes of the process that made a span."""
    found = {
        "service.name": span.service,
        "service.namespace": span.namespace,
        "k8s.namespace.name": span.namespace,
        "k8s.pod.name": span.pod,
        "k8s.node.name": span.node,
    }
    return {key: value for key, value in found.items() if value}


def attributes_of(span: Span) -> dict[str, str]:
    """Attributes of a span itself."""
    return {**dict(span.attributes), **({"peer.service": span.peer} if span.peer else {})}


def nanoseconds(at: float) -> str:
    """Epoch seconds as OTLP writes times; microseconds are exact."""
    return str(round(at * 1e6) * 1000)


def trace_of(spans: Iterable[Span]) -> dict[str, Any]:
    """One trace: spans by the process that made them."""
    batches: dict[tuple[str, str, str], list[Span]] = {}
    for each in spans:
        batches.setdefault((each.namespace, each.service, each.pod), []).append(each)
    return {"batches": [_batch(each) for each in batches.values()]}


def _batch(spans: list[Span]) -> dict[str, Any]:
    scope: dict[str, Any] = {"scope": {"name": "midwatch-lab"}, "spans": [_span(each) for each in spans]}
    return {"resource": {"attributes": _pairs(resource_of(spans[0]))}, "scopeSpans": [scope]}


def _span(span: Span) -> dict[str, Any]:
    found: dict[str, Any] = {
        "traceId": span.trace,
        "spanId": span.span,
        "name": span.operation,
        "kind": _KINDS.get(span.kind, "SPAN_KIND_INTERNAL"),
        "startTimeUnixNano": nanoseconds(span.start),
        "endTimeUnixNano": nanoseconds(span.start + span.seconds),
        "attributes": _pairs(attributes_of(span)),
        "status": {"code": "STATUS_CODE_ERROR", "message": span.error} if span.error else {},
    }
    return found | ({"parentSpanId": span.parent} if span.parent else {})


def _pairs(found: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in found.items()]
