"""Memory of this process."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak() -> int:
    """Largest resident size in bytes; what rusage tells starts with that of the parent on Linux."""
    if _STATUS.exists():
        return _told("VmHWM:")
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found * 1024


def resident() -> int:
    """Resident size in bytes now; where the system does not tell, the largest one."""
    return _told("VmRSS:") if _STATUS.exists() else peak()


def _told(name: str) -> int:
    lines = (line.split() for line in _STATUS.read_text(encoding="utf-8").splitlines())
    return next(int(words[1]) * 1024 for words in lines if words and words[0] == name)
