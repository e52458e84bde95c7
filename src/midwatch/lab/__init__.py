"""The proving ground: a simulated Kubernetes cluster behind the real HTTP API, which breaks on command."""
