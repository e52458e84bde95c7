"""What the workload controllers share: who they are, their children, pods, templates and revisions."""
