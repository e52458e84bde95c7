"""Faults of crashing programs."""
