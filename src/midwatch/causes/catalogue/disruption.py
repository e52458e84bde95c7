"""Causes around PodDisruptionBudgets."""

from __future__ import annotations

from midwatch.domain.cause import Cause
from midwatch.domain.text import Text

_PDB = "https://kubernetes.io/docs/tasks/run-application/configure-pdb/"

CAUSES: tuple[Cause, ...] = (
    Cause(
        "pdb-blocks-eviction",
        "disruption",
        Text("A disruption budget allows no eviction", "中断预算不允许任何驱逐"),
        Text(
            "disruptionsAllowed is 0 while all its pods are healthy, and a node shall be drained.",
            "所有 Pod 均健康但 disruptionsAllowed 为 0，且有节点需要排空。",
        ),
        Text("disruptionsAllowed is above 0.", "disruptionsAllowed 大于 0。"),
        ("PodDisruptionBudget",),
        (
            Text("Allow one disruption (maxUnavailable: 1).", "允许一个中断(maxUnavailable: 1)。"),
            Text("Run more replicas than minAvailable.", "运行多于 minAvailable 的副本。"),
        ),
        (_PDB,),
    ),
    Cause(
        "pdb-selects-nothing",
        "disruption",
        Text("A disruption budget protects no pods", "中断预算未保护任何 Pod"),
        Text("Its selector matches no pod.", "其选择器未匹配任何 Pod。"),
        Text("Its selector matches pods.", "其选择器匹配到 Pod。"),
        ("PodDisruptionBudget",),
        (Text("Correct the selector, or remove the budget.", "更正选择器，或删除该预算。"),),
        (_PDB,),
    ),
)
