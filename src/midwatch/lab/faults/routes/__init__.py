"""Faults of Ingress routes."""
