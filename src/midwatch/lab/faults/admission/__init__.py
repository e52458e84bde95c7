"""Faults of admission and quotas."""
