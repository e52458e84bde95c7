"""Durations as Go prints them. Source: go/src/time/time.go (Duration.String)."""

from __future__ import annotations


def go_duration(seconds: float) -> str:
    """`1.2s`, `300ms`, `2m40s`, `5m0s`; to the millisecond."""
    millis = round(seconds * 1000)
    if millis < 1000:
        return f"{millis}ms" if millis else "0s"
    whole, rest = divmod(millis, 1000)
    minutes, secs = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{secs}{f'.{rest:03d}'.rstrip('0') if rest else ''}s"
    if hours:
        return f"{hours}h{minutes}m{text}"
    return f"{minutes}m{text}" if minutes else text
