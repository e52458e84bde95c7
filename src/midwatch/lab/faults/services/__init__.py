"""Faults of Services and addresses."""
