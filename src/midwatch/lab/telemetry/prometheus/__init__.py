"""The HTTP API of Prometheus over the samples in memory, and the text format for a real one to scrape."""
