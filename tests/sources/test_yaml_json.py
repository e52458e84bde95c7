"""YAML from anywhere becomes JSON values, or a refusal."""

from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from midwatch.domain.json import JSON
from midwatch.sources.yaml_json import BadYaml, load_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("Off", False),
        ("~", None),
        ("''", ""),
        ("'5'", "5"),
        ("5", 5),
        ("-7", -7),
        ("0x1F", 31),
        ("0755", 493),
        ("0o17", 15),
        ("08", "08"),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e+06", 1e6),
        ("12e4", "12e4"),
        ("1.2.3", "1.2.3"),
        ("22:30", "22:30"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("99999999999999999999", "99999999999999999999"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("!!python/object/apply:os.system [ls]", ["ls"]),
        ("-", [None]),
    ],
)
def test_scalars_are_read_as_kubernetes_reads_them(text: str, value: JSON) -> None:
    assert load_yaml(text.encode()) == [value]


def test_merge_keys_fill_what_is_not_said() -> None:
    text = b"base: &base {a: 1, b: 2}\nmore: &more {c: 3}\nmade: {<<: [*base, *more], b: 9}\n"
    assert load_yaml(text) == [{"base": {"a": 1, "b": 2}, "more": {"c": 3}, "made": {"b": 9, "a": 1, "c": 3}}]


def test_anchors_do_not_reach_into_the_next_document() -> None:
    with pytest.raises(BadYaml, match="refers to itself or to nothing"):
        load_yaml(b"a: &x 1\n---\nb: *x\n")


def test_documents_follow_one_another() -> None:
    assert load_yaml(b"%YAML 1.1\n---\na: 1\n...\n---\nb\n") == [{"a": 1}, "b"]
    assert load_yaml(b"") == []


@pytest.mark.parametrize("opener", [b"[", b"{a: ", b"- ", b"? "])
def test_deep_nesting_is_refused_and_does_not_crash(opener: bytes) -> None:
    with pytest.raises(BadYaml):
        load_yaml(opener * 200_000)


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(BadYaml, match="aliases expand"):
        load_yaml("\n".join(lines).encode())


def test_a_long_text_behind_many_aliases_is_refused() -> None:
    text = "a: &a " + "x" * 100_000 + "\nb: [" + "*a, " * 100_000 + "]\n"
    with pytest.raises(BadYaml, match="aliases expand"):
        load_yaml(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        b"a: &a [*a]",
        b"a: *b",
        b"\x00\xff",
        b"a: \xff",
        b"[a: b",
        b"? [a]\n: b",
        b"? {a: b}\n: c",
        b"\t- x: [",
        b"a: b: c",
    ],
)
def test_what_is_not_usable_is_refused(text: bytes) -> None:
    with pytest.raises(BadYaml):
        load_yaml(text)


def test_an_error_tells_the_line_and_no_content() -> None:
    with pytest.raises(BadYaml, match=r"^line \d: ") as caught:
        load_yaml(b"a: 1\nb: 2\npassword: [hunter2\n")
    assert "hunter2" not in str(caught.value)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(JSONS)
def test_what_yaml_writers_write_is_read_back(value: JSON) -> None:
    assert load_yaml(yaml.safe_dump(value, allow_unicode=False).encode()) == [value]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(BadYaml):
        load_yaml(data)
