"""The applications by the names that people give them."""

from __future__ import annotations

from midwatch.errors import UnknownName
from midwatch.lab.apps.freight import FREIGHT
from midwatch.lab.apps.generated import generate
from midwatch.lab.apps.parts import App
from midwatch.lab.apps.shop import SHOP

APPS: dict[str, App] = {each.name: each for each in (SHOP, FREIGHT)}
_MOST = 2000


def app_named(name: str) -> App:
    """`shop`, `freight`, or `generated:N` with N services (the same for the same N). Raises `UnknownName`."""
    kind, _, number = name.partition(":")
    if name in APPS:
        return APPS[name]
    if kind == "generated" and number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= _MOST:
        return generate(int(number))
    raise UnknownName(
        f"there is no application {name!r}: choose {', '.join(APPS)}, or generated:N (N 1 to {_MOST})"
    )
