"""The DaemonSet controller (kubernetes/pkg/controller/daemon)."""
