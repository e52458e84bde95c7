"""Faults of nodes."""
