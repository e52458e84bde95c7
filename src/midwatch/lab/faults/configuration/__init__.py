"""Faults of configuration."""
