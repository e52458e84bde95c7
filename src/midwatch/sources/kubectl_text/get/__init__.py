"""`kubectl get`: tables, after k8s.io/kubernetes/pkg/printers/internalversion/printers.go."""
