"""The Job controller (kubernetes/pkg/controller/job)."""
