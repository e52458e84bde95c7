"""Faults of probes."""
