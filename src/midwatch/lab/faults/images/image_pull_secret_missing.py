"""The pull secret of a private image was deleted, and its pods move."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import part
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Delete, Edit, Fault, Plan, View
from midwatch.lab.faults.parts import previous_release


def _private(view: View) -> list[Ref]:
    return list(
        services(lambda found: bool(part(found, "spec", "template", "spec").get("imagePullSecrets")))(view)
    )


def _plan(view: View, target: Ref, random: Random) -> Plan:
    secret = Ref("Secret", target.namespace, "registry-credentials")
    return Plan((target, secret), (Delete(secret), Edit(target, previous_release())))


FAULT = Fault(
    "image-pull-secret-missing",
    ("image-pull-secret-missing", "image-pull-unauthorized"),
    Text("The pull secret is gone", "镜像拉取密钥丢失"),
    Text("New pods of private images cannot pull.", "使用私有镜像的新 Pod 无法拉取。"),
    Text("Create the pull secret again.", "重新创建拉取密钥。"),
    _private,
    _plan,
)
