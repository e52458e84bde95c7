"""Faults of Jobs and CronJobs."""
