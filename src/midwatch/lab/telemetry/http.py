"""Small things that all the HTTP handlers share."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web


async def parameters(request: web.Request) -> dict[str, list[str]]:
    """Query parameters and, of a form that was posted, its fields; each may occur several times."""
    found: dict[str, list[str]] = {}
    for key, value in request.query.items():
        found.setdefault(key, []).append(value)
    if request.method == "POST" and "form" in request.content_type:
        for key, value in (await request.post()).items():
            found.setdefault(key, []).append(str(value))
    return found


def one(found: dict[str, list[str]], name: str, default: str = "") -> str:
    """The first value of a parameter."""
    values = found.get(name)
    return values[0] if values else default


def answer(content: Any, status: int = 200) -> web.Response:
    """A JSON response, without spaces as Go writes it."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return web.Response(text=text, status=status, content_type="application/json")
