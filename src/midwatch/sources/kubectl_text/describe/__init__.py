"""`kubectl describe`: indented fields, after k8s.io/kubectl/pkg/describe/describe.go."""
