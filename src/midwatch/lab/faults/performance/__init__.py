"""Faults of load and saturation."""
