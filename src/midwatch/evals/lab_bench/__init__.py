"""How fast the simulated cluster is, and how much it bears: its start, many pods, lists, watches, losses.

Each measurement runs in a process of its own; times stand beside what the same work costs at the least.
"""
