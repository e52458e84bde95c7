"""Faults of autoscaling."""
