"""The ReplicaSet controller (kubernetes/pkg/controller/replicaset)."""
