"""Faults of scheduling."""
