"""Whether the lab's API answers as a real API server does: one suite of requests, asked of both.

Every scenario states what Kubernetes answers, and is always asked of a served lab. Where a real API server is at
hand it is asked too, and the answers are compared field by field:

- `KUBECONFIG_REAL`: a kubeconfig whose current context may create namespaces, and
- `KUBEBUILDER_ASSETS`: else a folder with `kube-apiserver` and `etcd`, which are then started for the tests.

Scenarios work in a namespace of their own, and take away what they made.
"""
