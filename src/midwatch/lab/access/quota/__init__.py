"""ResourceQuota: what counts, what is used, and who is refused."""
