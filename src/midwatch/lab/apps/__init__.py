"""Applications to run in the lab (two of our own design, and a generator), and the cluster that they run on."""
