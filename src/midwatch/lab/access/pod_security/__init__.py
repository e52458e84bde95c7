"""The Pod Security Standards: which pods a namespace's level allows."""
