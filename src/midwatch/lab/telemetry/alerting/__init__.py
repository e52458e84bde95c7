"""Alerting rules, the alerts they raise, and Alertmanager: its API, silences and webhooks."""
