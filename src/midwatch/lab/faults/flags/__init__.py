"""Faults of feature flags and releases."""
