"""What observes the simulated cluster: metrics, logs, traces and alerts, as the field's tools serve them."""

from midwatch.lab.telemetry.telemetry import Telemetry, install

__all__ = ["Telemetry", "install"]
