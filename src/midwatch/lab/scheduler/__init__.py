"""The scheduler: which node a pod goes to, and why it goes nowhere, in kube-scheduler's words."""

from midwatch.lab.scheduler.scheduler import Scheduler, install

__all__ = ["Scheduler", "install"]
