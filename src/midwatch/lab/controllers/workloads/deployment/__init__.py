"""The Deployment controller (kubernetes/pkg/controller/deployment)."""
