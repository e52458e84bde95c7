"""The engine knows no application by name: what only occurs in benchmark cases must not occur in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import midwatch

SOURCE = Path(midwatch.__file__).parent
ENGINE = ("detectors", "causes", "knowledge", "reasoners", "workflow", "domain", "sources", "render", "protocols")
NAMES = re.compile(
    r"boutique|trainticket|train-ticket|hipster|\bts-[a-z]+|nacos|redis-cart|cartservice|checkoutservice|adservice|"
    r"emailservice|currencyservice|paymentservice|productcatalog|recommendationservice|shippingservice|"
    r"worker-0[0-9]|preserve-?service|inside-?payment",
    re.IGNORECASE,
)


@pytest.mark.parametrize("package", ENGINE)
def test_no_name_from_a_benchmark_occurs_in_the_engine(package: str) -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{number}: {line.strip()}"
        for path in sorted((SOURCE / package).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if NAMES.search(line)
    ]
    assert found == []
