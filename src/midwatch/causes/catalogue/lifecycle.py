"""Causes that keep what should be gone."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_FINALIZERS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/"
_COLLECTION = "https://kubernetes.io/docs/concepts/architecture/garbage-collection/"
_NAMESPACES = "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/"
_CONTROLLER_DOWN = frozenset(
    {
        Effect.CRASHING,
        Effect.NOT_READY,
        Effect.NOT_STARTED,
        Effect.NOT_SCHEDULED,
        Effect.NODE_DOWN,
        Effect.CLUSTER_DEGRADED,
    }
)

CAUSES: tuple[Cause, ...] = (
    Cause(
        "finalizer-stuck",
        "lifecycle",
        Text("A finalizer keeps a deleted object", "finalizer 使已删除的对象无法移除"),
        Text("It was deleted and still carries finalizers.", "对象已删除但仍带有 finalizer。"),
        Text(
            "It is gone, or what the finalizer protects is still in use.", "对象已移除，或其受保护的内容仍在使用。"
        ),
        ("*",),
        (
            Text("Repair the controller that should remove the finalizer.", "修复应移除该 finalizer 的控制器。"),
            Text(
                "Remove it by hand only when its clean-up was done or is not needed.",
                "只有在清理已完成或不再需要时才手动移除。",
            ),
        ),
        (_FINALIZERS,),
        explained_by=_CONTROLLER_DOWN,
    ),
    Cause(
        "namespace-terminating",
        "lifecycle",
        Text("A namespace does not end", "命名空间无法结束"),
        Text("It was deleted, and its conditions name what is left.", "已被删除，其状况列出了剩余内容。"),
        Text("It is gone.", "命名空间已移除。"),
        ("Namespace",),
        (
            Text(
                "Remove what its conditions name, or repair the API that fails.",
                "清理其状况所列内容，或修复失败的 API。",
            ),
        ),
        (_NAMESPACES,),
        effects=frozenset({Effect.NOT_CREATED}),
        explained_by=_CONTROLLER_DOWN,
        refines=("finalizer-stuck",),
    ),
    Cause(
        "owner-missing",
        "lifecycle",
        Text("An object's owner does not exist", "对象的属主不存在"),
        Text("Its owner reference points to nothing.", "其属主引用指向不存在的对象。"),
        Text("The owner exists.", "属主存在。"),
        ("*",),
        (Text("Correct the reference, or delete the object.", "修正引用，或删除该对象。"),),
        (_COLLECTION,),
    ),
)
