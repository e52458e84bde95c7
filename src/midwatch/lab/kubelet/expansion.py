"""`$(NAME)` in commands, arguments and variables. Source: kubernetes/third_party/forked/golang/expansion."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FORM = re.compile(r"\$(\$|\([^()]*\))")


def expand(text: str, values: Mapping[str, str]) -> str:
    """Replace what is known; `$$` is a dollar sign, what is unknown stays as it is."""
    if "$" not in text:
        return text

    def put(match: re.Match[str]) -> str:
        found = match.group(1)
        return "$" if found == "$" else values.get(found[1:-1], match.group(0))

    return _FORM.sub(put, text)
