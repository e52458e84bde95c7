"""PromQL: what Prometheus is asked, parsed and evaluated over the samples that were scraped."""
