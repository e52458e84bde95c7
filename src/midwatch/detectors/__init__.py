"""Rules that turn objects into findings: pure functions, one file per family, no I/O, no clock, no randomness.

A detector takes an `Inventory` and yields `Finding`s; a reader takes an `Inventory` and one `Observation` (a mined
log, a component status, a connection check, a signal) and yields findings about it. Each rule cites, in its
docstring, the Kubernetes source or documentation it follows. Nothing here may know an application by name.
"""
