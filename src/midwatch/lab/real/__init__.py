"""Faults in a real cluster: in a namespace made for them, with stand-ins for the application.

This package is the only code of midwatch that writes to a cluster.
"""
