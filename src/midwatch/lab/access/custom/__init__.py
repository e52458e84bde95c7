"""Custom resource definitions and the API groups that are served."""
