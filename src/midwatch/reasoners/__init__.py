"""Implementations of the `Reasoner` protocol. `expert` needs no model and is the default."""
