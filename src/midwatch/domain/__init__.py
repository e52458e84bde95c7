"""Frozen nouns without I/O: what midwatch talks about. Nothing here reads a file, a socket or the clock."""
