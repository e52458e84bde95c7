"""Faults of nothing at all: twins that must raise no alarm."""
