"""The CronJob controller (kubernetes/pkg/controller/cronjob)."""
