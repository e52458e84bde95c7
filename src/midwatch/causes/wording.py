"""The sentences of a report that do not come from a finding, in English and Chinese."""

from __future__ import annotations

from midwatch.causes.catalogue import CATALOGUE
from midwatch.domain.diagnosis import Diagnosis, Verdict
from midwatch.domain.hypothesis import Hypothesis
from midwatch.domain.text import Language, Text

_FEW = 3

_HEALTHY = Text(
    "Nothing is wrong: every object that was read is as it should be.", "一切正常：读到的所有对象都符合预期。"
)
_RECOVERED = Text("Something was wrong and is over; nothing fails now.", "曾经出过问题，现已恢复；目前没有故障。")
_BLIND = Text(
    "No fault was found, but too much could not be read to call this healthy.",
    "没有发现故障，但有太多内容无法读取，不能断言健康。",
)
_UNSURE = Text(
    "Something fails, but the evidence does not single out a cause.",
    "存在故障现象，但现有证据不足以确定根因。",
)
_GRANT = Text(
    "Allow midwatch to list what it was denied ({what}), or name a namespace it may read with -n.",
    "请授权 midwatch 列出被拒绝的资源（{what}），或用 -n 指定可读的命名空间。",
)
_FULLER = Text(
    "Give it more to read: `midwatch snapshot save DIR`, or diagnose the cluster itself.",
    "提供更多内容：使用 `midwatch snapshot save DIR` 保存更完整的快照，或直接诊断集群。",
)
_RETRY = Text("Run again when {what} can be reached.", "待 {what} 可以访问后重新运行。")


def summary(diagnosis: Diagnosis, language: Language) -> str:
    """One or two sentences: the verdict first."""
    match diagnosis.verdict:
        case Verdict.FAULT:
            return _faults(diagnosis.hypotheses[: diagnosis.faults], language)
        case Verdict.HEALTHY:
            return _HEALTHY.in_language(language)
        case Verdict.RECOVERED:
            return _RECOVERED.in_language(language)
        case Verdict.INCONCLUSIVE:
            blind = not diagnosis.hypotheses
            return (_BLIND if blind else _UNSURE).in_language(language)


def _faults(faults: tuple[Hypothesis, ...], language: Language) -> str:
    titles = [_titled(each, language) for each in faults[:_FEW]]
    more = len(faults) - len(titles)
    if language == "zh":
        return "；".join(titles) + (f"；另有 {more} 处独立故障" if more > 0 else "") + "。"
    return "; ".join(titles) + (f"; and {more} more independent faults" if more > 0 else "") + "."


def _titled(fault: Hypothesis, language: Language) -> str:
    title = CATALOGUE[fault.cause].title.in_language(language)
    if language == "zh":
        return f"{fault.culprit}：{title}"
    return f"{fault.culprit}: {title}"


def next_steps(diagnosis: Diagnosis, language: Language) -> list[str]:
    """What to do now: the usual fixes of each root cause, then what would let midwatch see more."""
    steps = [
        f"{each.culprit}: {fix.in_language(language)}"
        for each in diagnosis.hypotheses[: diagnosis.faults][:_FEW]
        for fix in CATALOGUE[each.cause].fixes[:2]
    ]
    for unchecked in diagnosis.unchecked:
        if unchecked.state == "denied":
            steps.append(_GRANT.in_language(language).format(what=unchecked.what))
        elif unchecked.state == "unreachable":
            steps.append(_RETRY.in_language(language).format(what=unchecked.what))
    if not steps and diagnosis.verdict is Verdict.INCONCLUSIVE:
        steps.append(_FULLER.in_language(language))
    return list(dict.fromkeys(steps))
