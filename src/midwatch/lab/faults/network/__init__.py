"""Faults of networks and their policies."""
