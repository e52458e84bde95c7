"""What midwatch knows about a cluster: the graph of dependencies, addresses, and what changed when."""
