"""Formats of texts in custom schemas; those that are not known are ignored.

Source: k8s.io/kube-openapi/pkg/validation/strfmt/default.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from midwatch.lab.schema.validation.names import is_ip, network

_UUID = re.compile(r"(?i)[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DURATION = re.compile(r"([0-9]+(\.[0-9]+)?\s*(ns|us|µs|ms|s|m|h|d|w|[a-z]+)\s*)+")


def is_format(form: str, value: str) -> bool:
    """Whether a text has a format."""
    check = _FORMATS.get(form)
    return check is None or check(value)


def _is_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return "T" in value


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


_FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": _is_time,
    "date": _is_date,
    "uuid": lambda value: _UUID.fullmatch(value) is not None,
    "email": lambda value: _EMAIL.fullmatch(value) is not None,
    "duration": lambda value: _DURATION.fullmatch(value) is not None,
    "ipv4": lambda value: is_ip(value) and "." in value,
    "ipv6": lambda value: is_ip(value) and ":" in value,
    "cidr": lambda value: network(value) is not None,
    "uri": lambda value: ":" in value and " " not in value,
}
