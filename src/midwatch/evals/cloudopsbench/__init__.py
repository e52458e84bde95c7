"""The public benchmark Cloud-OpsBench: recorded tool answers in, our diagnosis out, scored by its own rules.

Nothing outside this package knows the benchmark: the loader turns a case into a `Source`, the labels turn our
causes into its taxonomy.
"""
