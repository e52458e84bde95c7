"""Whatever the text, a parser answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from midwatch.sources.kubectl_text import Parsed, merge, parse_describe, parse_get, parse_manifest, parse_text
from tests.sources.kubectl_text.asking import NOW
from tests.sources.kubectl_text.test_describe_config import CONFIG
from tests.sources.kubectl_text.test_describe_networking import SERVICE
from tests.sources.kubectl_text.test_describe_nodes import NODE
from tests.sources.kubectl_text.test_describe_pods import POD
from tests.sources.kubectl_text.test_describe_workloads import DEPLOYMENT
from tests.sources.kubectl_text.test_text import PASTE

REAL = (POD, NODE, DEPLOYMENT, SERVICE, CONFIG, PASTE)
KINDS = st.sampled_from(
    ["pods", "node", "deploy", "svc", "cm", "secret", "ing", "netpol", "hpa", "quota", "x.y", ""]
)
WORDS = st.sampled_from([
    "NAME", "NAMESPACE", "READY", "STATUS", "RESTARTS", "AGE", "LAST SEEN", "OBJECT", "MESSAGE", "1/2", "Running",
    "Name:", "Namespace:", "Labels:", "Events:", "Containers:", "Data", "====", "----", "Type", "kind:",
    "Spec:", "---", "{", "[", "<none>", "$ kubectl get pods", "Subsets:", "Rules:", "Metrics:", "Subjects:",
    "Conditions:", "Resource Quotas", "API Version:", "Kind:", "Ports:", "Node:", "Roles:", "Addresses:", "\t",
    "x=y", "5m", "Volumes:", "999999999999d",
])  # fmt: skip
LINES = st.lists(
    st.tuples(st.integers(0, 8), st.lists(WORDS, max_size=6), st.sampled_from(["  ", " ", "   "])), max_size=25
)


def soup(lines: list[tuple[int, list[str], str]]) -> str:
    return "\n".join(" " * indent + gap.join(words) for indent, words, gap in lines)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Real output with lines lost, doubled, moved, cut or shifted."""
    lines = draw(st.sampled_from(REAL)).split("\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        cut = draw(st.integers(0, len(line)))
        lines[at : at + 1] = draw(
            st.sampled_from(
                [
                    [],
                    [line, line],
                    [line[:cut]],
                    [line[cut:]],
                    [" " + line],
                    [line.strip()],
                    ["", line],
                    [line.upper()],
                ]
            )
        )
        if not lines:
            return ""
    return "\n".join(lines)


def check(text: str, kind: str) -> None:
    for parsed in (
        parse_get(text, now=NOW, kind=kind or None, namespace="shop"),
        parse_describe(text, now=NOW, kind=kind or None),
        parse_manifest(text),
        parse_text(text, now=NOW),
    ):
        assert isinstance(parsed, Parsed)
        for each in merge(parsed.objects):
            assert isinstance(each["kind"], str)
            assert isinstance(each["metadata"], dict)


@given(st.text(max_size=400), KINDS)
def test_any_text(text: str, kind: str):
    check(text, kind)


@given(LINES, KINDS)
def test_words_of_kubectl_in_any_order(lines: list[tuple[int, list[str], str]], kind: str):
    check(soup(lines), kind)


@given(damaged(), KINDS)
def test_damaged_output(text: str, kind: str):
    check(text, kind)
