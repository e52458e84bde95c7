"""The certificate of an Ingress was deleted."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Delete, Fault, Plan, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    found = view.get(target) or {}
    secret = Ref("Secret", target.namespace, found["spec"]["tls"][0]["secretName"])
    return Plan((target, secret), (Delete(secret),))


FAULT = Fault(
    "ingress-certificate-missing",
    ("ingress-tls-secret-missing",),
    Text("The certificate of an Ingress is gone", "Ingress 的证书丢失"),
    Text("Users see the controller's default certificate.", "用户看到控制器的默认证书。"),
    Text("Create the TLS Secret again.", "重新创建 TLS Secret。"),
    of_kind("Ingress"),
    _plan,
)
