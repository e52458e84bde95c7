"""Faults of images and registries."""
