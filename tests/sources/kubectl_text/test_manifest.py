from __future__ import annotations

from midwatch.sources.kubectl_text import parse_manifest
from tests.sources.kubectl_text.asking import at, only


def test_documents_around_a_broken_one_survive_it():
    text = """# a comment
apiVersion: v1
kind: Service
metadata:
  name: web
---
kind: [broken
---
---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
"""
    parsed = parse_manifest(text)
    assert [each["kind"] for each in parsed.objects] == ["Service", "ConfigMap"]
    assert len(parsed.skipped) == 1
    assert parsed.skipped[0].where == "document at line 6"


def test_lists_are_taken_apart():
    text = """{"kind": "PodList", "items": [{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]}"""
    parsed = parse_manifest(text)
    assert [(each["kind"], at(each, "metadata.name")) for each in parsed.objects] == [("Pod", "a"), ("Pod", "b")]
    mixed = "kind: List\nitems:\n- kind: Pod\n  metadata: {name: a}\n- nothing\n"
    assert "without a kind" in parse_manifest(mixed).skipped[0].why


def test_values_are_read_as_kubernetes_reads_them():
    made = only(
        parse_manifest(
            "kind: Pod\nmetadata:\n  creationTimestamp: 2026-01-01T00:00:00Z\n  name: 12:30\n"
            "spec:\n  1: 0x10\n  at: 2026-01-01\n"
        )
    )
    assert at(made, "metadata.creationTimestamp") == "2026-01-01T00:00:00Z"
    assert at(made, "metadata.name") == "12:30"
    assert at(made, "spec") == {"1": 16, "at": "2026-01-01"}


def test_a_document_that_is_no_object_is_listed():
    assert "without a kind" in parse_manifest("just a sentence\n").skipped[0].why
    assert parse_manifest("# only a comment\n") == parse_manifest("")


def test_documents_made_to_explode_are_left_out():
    laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)
    )
    hostile = [
        f"kind: Pod\n{laughs}",
        "kind: Pod\nx: " + "[" * 100_000,
        "x: " + "[a," * 100_000,
        "- " * 50_000,
        "x: &x [*x]\n",
        "{" * 100_000,
        '{"kind": ' * 500 + "1" + "}" * 500,
    ]
    for text in hostile:
        assert parse_manifest(text).objects == ()
        assert len(parse_manifest(text).skipped) == 1


def test_only_the_template_that_helm_left_is_broken():
    parsed = parse_manifest("kind: {{ .Values.kind }}\n---\nkind: Pod\nmetadata: {name: a}\n")
    assert len(parsed.objects) == 1
    assert len(parsed.skipped) == 1
