"""The registry account of a private image was changed, and a release must pull."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import part
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Edit, Fault, Plan, Tamper, View
from midwatch.lab.faults.parts import previous_release
from midwatch.lab.world.world import World


def _plan(view: View, target: Ref, random: Random) -> Plan:
    host = f"registry.{target.namespace}.example"

    def revoke(world: World) -> None:
        world.registries[host].accounts = {"robot": "rotated"}

    def restore(world: World) -> None:
        world.registries[host].accounts = {"robot": "n1ghtw4tch"}

    return Plan((target,), (Tamper(revoke, restore), Edit(target, previous_release())))


FAULT = Fault(
    "image-pull-unauthorized",
    ("image-pull-unauthorized",),
    Text("The registry refuses the pull credentials", "镜像仓库拒绝拉取凭据"),
    Text(
        "New pods of private images get 401 or 403 from the registry.", "私有镜像的新 Pod 被仓库拒绝（401/403）。"
    ),
    Text("Renew the credentials in the pull secret.", "更新拉取密钥中的凭据。"),
    of_kind("Deployment", lambda found: bool(part(found, "spec", "template", "spec").get("imagePullSecrets"))),
    _plan,
)
