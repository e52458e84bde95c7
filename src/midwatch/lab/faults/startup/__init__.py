"""Faults of the start of containers."""
