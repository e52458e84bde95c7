"""Faults of rights."""
