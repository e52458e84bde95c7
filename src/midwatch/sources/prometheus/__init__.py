"""Time series of a Prometheus (or what speaks its HTTP API), read by GET requests only, aggregated by workload."""

from midwatch.sources.prometheus.source import PrometheusSource, open_prometheus

__all__ = ["PrometheusSource", "open_prometheus"]
