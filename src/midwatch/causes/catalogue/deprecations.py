"""Causes that wait for the next upgrade."""

from __future__ import annotations

from midwatch.domain.cause import Cause
from midwatch.domain.text import Text

CAUSES: tuple[Cause, ...] = (
    Cause(
        "deprecated-api",
        "deprecations",
        Text("A deprecated API version is in use", "使用了已弃用的 API 版本"),
        Text(
            "The object was applied in a version that is or will be removed.", "对象以已移除或将移除的版本应用。"
        ),
        Text("It is applied in the current version.", "对象以当前版本应用。"),
        ("*",),
        (Text("Move the manifest to the successor before upgrading.", "在升级前将清单迁移到后继版本。"),),
        ("https://kubernetes.io/docs/reference/using-api/deprecation-guide/",),
    ),
)
