"""kube-state-metrics: the state of API objects as metrics, with its names and labels."""
