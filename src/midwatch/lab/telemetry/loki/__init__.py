"""Logs: the HTTP API of Grafana Loki over what the containers wrote, pods that are gone included."""
