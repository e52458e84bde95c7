"""Traces: the HTTP API of Grafana Tempo over the spans in memory, and the service graph made of them."""
