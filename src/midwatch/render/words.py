"""The headings of reports in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from midwatch.domain.text import Text

WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "fault": Text("FAULT", "故障"),
        "recovered": Text("RECOVERED", "已恢复"),
        "healthy": Text("HEALTHY", "健康"),
        "inconclusive": Text("INCONCLUSIVE", "无法定论"),
        "cause": Text("Cause", "根因"),
        "evidence": Text("Evidence", "证据"),
        "against": Text("Against", "反证"),
        "change": Text("Change", "变更"),
        "path": Text("Path", "传播路径"),
        "radius": Text("Affects", "影响范围"),
        "unchecked": Text("Not checked", "未能检查"),
        "next": Text("Next step", "下一步"),
        "alternatives": Text("Less likely", "其他可能"),
        "findings": Text("Also noticed", "其他发现"),
        "all_findings": Text("All findings", "全部发现"),
        "confidence": Text("confidence", "置信度"),
        "none": Text("no change seen before the first symptom", "首个症状之前未见变更"),
        "nothing": Text("nothing: everything asked for was read", "无：所有请求的内容均已读取"),
        "more": Text("and {n} more", "另有 {n} 项"),
        "source": Text("Source", "来源"),
        "stats": Text(
            "{objects} objects, {calls} requests, {seconds:.1f} s, {tokens} tokens",
            "{objects} 个对象，{calls} 次请求，{seconds:.1f} 秒，{tokens} 个 token",
        ),
        "as_of": Text("as of", "截至"),
    }
)


def word(key: str, language: str) -> str:
    """The heading in a language."""
    return WORDS[key].in_language("zh" if language == "zh" else "en")
