"""API objects as the controllers of Kubernetes leave them: for synthetic clusters, recorded cases.

Pure functions from a few nouns (a template, how each container fares) to consistent objects; no I/O, no clock.
"""
