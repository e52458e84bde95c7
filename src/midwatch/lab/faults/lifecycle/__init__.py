"""Faults of deletion and eviction."""
