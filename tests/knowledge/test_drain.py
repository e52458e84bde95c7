"""Log templates."""

from __future__ import annotations

import json
import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.knowledge.drain import MAX_TEMPLATES, MAX_TEXT, mask, mine


def test_lines_that_differ_in_numbers_are_one_template() -> None:
    (found,) = mine(f"served request {number} in {number * 3} ms" for number in range(5))
    assert (found.template, found.count, found.first_line, found.last_line) == (
        "served request <*> in <*> ms",
        5,
        1,
        5,
    )
    assert found.example == "served request 0 in 0 ms"


def test_lines_of_different_meaning_stay_apart() -> None:
    assert len(mine(["connected to cart", "connection refused", "shutting down now"])) == 3


def test_times_addresses_and_ids_are_masked() -> None:
    line = "2026-01-01T03:00:00.123Z 10.0.0.1:54321 105037aa-855d-4ed3-8279-9eb858140064 0xff deadbeef0123 x=7"
    assert mask(line) == "<*> <*> <*> <*> <*> x=<*>"


def test_names_with_digits_are_kept() -> None:
    assert mask("x509 http2 k8s web-v2") == "x509 http2 k8s web-v2"


def test_unreachable_addresses_stay_apart() -> None:
    lines = [
        "dial tcp 10.0.0.1:7000: connect: connection refused",
        "dial tcp 10.0.0.2:9555: connect: connection refused",
    ]
    assert len(mine(lines)) == 2
    hosts = ["lookup cart on 1.1.1.1:53: no such host", "lookup ads on 1.1.1.1:53: no such host"]
    assert len(mine(hosts)) == 2


def test_json_is_unpacked_to_what_it_says() -> None:
    line = json.dumps(
        {"time": 1, "severity": "error", "message": "request error", "error": "no such host", "id": "x"}
    )
    assert mine([line])[0].example == "ERROR request error: no such host"


def test_nested_json_and_numeric_levels_are_read() -> None:
    line = json.dumps({"level": 50, "msg": "boom", "err": {"type": "Error", "message": "connect ECONNREFUSED"}})
    assert mine([line])[0].example == "ERROR boom: connect ECONNREFUSED"


def test_the_time_stamp_of_the_runtime_is_dropped() -> None:
    assert mine(["2026-01-10T17:20:46.978237238+08:00 stdout F hello there"])[0].example == "hello there"


def test_broken_json_is_text() -> None:
    assert mine(['{"a": '])[0].example == '{"a":'


def test_a_java_stack_trace_is_one_entry_with_its_cause() -> None:
    lines = [
        "ERROR IllegalStateException: boom",
        "\tat a.b.C.d(E.java:3)",
        "Caused by: ConnectException: refused",
        "\t... 3 more",
    ]
    (found,) = mine([*lines, *lines])
    assert found.count == 2
    assert found.example == "ERROR IllegalStateException: boom Caused by: ConnectException: refused"


def test_a_python_stack_trace_ends_with_its_exception() -> None:
    lines = [
        "Traceback (most recent call last):",
        '  File "a.py", line 3, in <module>',
        "    x()",
        "KeyError: 'DB'",
        "next",
    ]
    assert [each.example for each in mine(lines)] == ["Traceback (most recent call last): KeyError: 'DB'", "next"]


def test_a_go_panic_is_one_entry() -> None:
    lines = ["panic: boom", "", "goroutine 1 [running]:", "main.main()", "\t/x/main.go:12 +0x1d"]
    assert [each.template for each in mine(lines)] == ["panic: boom"]


def test_indented_lines_that_are_no_trace_are_counted() -> None:
    assert len(mine(["settings", "  colour red"])) == 2


def test_colours_and_control_characters_are_dropped() -> None:
    assert mine(["\x1b[31mERROR\x1b[0m bad\x00thing\x07"])[0].example == "ERROR bad thing"


def test_nothing_gives_nothing() -> None:
    assert mine([]) == ()
    assert mine(["", "   ", "\n"]) == ()


def test_templates_are_bounded_in_number_and_size() -> None:
    rng = random.Random(7)
    words = ["".join(rng.choices("abcdefgh", k=6)) for _ in range(4000)]
    found = mine(" ".join(rng.choices(words, k=rng.randint(1, 20))) for _ in range(5000))
    assert len(found) <= MAX_TEMPLATES
    assert sum(each.count for each in found) == 5000
    assert all(len(each.template) <= MAX_TEXT and len(each.example) <= MAX_TEXT for each in found)


def test_hostile_lines_are_bounded_in_time() -> None:
    started = time.perf_counter()
    hostile = [
        "x1" * 500_000,
        "{" * 1_000_000,
        '{"a":' * 200_000,
        "\x00\x1b[" * 300_000,
        " " * 1_000_000,
        "\ud800" * 999_999,
    ]
    found = mine(hostile * 20)
    assert time.perf_counter() - started < 5.0
    assert sum(len(each.template) + len(each.example) for each in found) < 20_000


def test_mining_takes_time_in_proportion_to_the_lines() -> None:
    few, many = (min(_mined_in(count) for _ in range(3)) for count in (5_000, 40_000))
    assert many / few < 24  # eight times the lines; a quadratic miner would take sixty-four times as long


def _mined_in(count: int) -> float:
    lines = [
        f"2026-01-01T03:00:00.{n:06d}Z INFO request {n} from 10.0.{n % 250}.1 took {n % 99} ms"
        for n in range(count)
    ]
    started = time.process_time()
    mine(lines)
    return time.process_time() - started


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=30))
def test_any_text_is_mined(lines: list[str]) -> None:
    found = mine(lines)
    assert sum(each.count for each in found) <= len(lines)
    assert all(each.first_line <= each.last_line <= len(lines) for each in found)
