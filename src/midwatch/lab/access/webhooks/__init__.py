"""Admission webhooks: which are called, what calling them may come to, and what follows from that."""
