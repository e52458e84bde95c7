"""Faults of what a workload depends on."""
