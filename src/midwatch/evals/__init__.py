"""Suites that measure midwatch, the data they run on, and their reports."""
