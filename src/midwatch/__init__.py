"""midwatch stands the night watch over Kubernetes clusters."""

__version__ = "0.1.0"
