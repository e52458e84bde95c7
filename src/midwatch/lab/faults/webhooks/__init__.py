"""Faults of admission webhooks."""
