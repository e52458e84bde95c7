"""Admission plugins, one per file, named as in Kubernetes."""
