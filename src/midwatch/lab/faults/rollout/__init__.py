"""Faults of rollouts and replicas."""
