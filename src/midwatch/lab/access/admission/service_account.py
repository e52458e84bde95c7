"""ServiceAccount: every pod runs as one, and is given its token and its pull secrets.

Source: kubernetes/plugin/pkg/admission/serviceaccount/admission.go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from midwatch.lab.core.errors import ApiError, forbidden
from midwatch.lab.core.kinds import POD, SERVICE_ACCOUNT
from midwatch.lab.core.objects import Obj, annotations_of, part, parts, spec
from midwatch.lab.core.registry import SUFFIX, Request
from midwatch.lab.core.store import Store

MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
_VOLUME = "kube-api-access-"
_MIRROR = "kubernetes.io/config.mirror"
_ENFORCE = "kubernetes.io/enforce-mountable-secrets"
_SOURCES: Obj = {
    "projected": {
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
            {
                "downwardAPI": {
                    "items": [
                        {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}, "path": "namespace"}
                    ]
                }
            },
        ],
        "defaultMode": 420,
    }
}


class ServiceAccounts:
    """Resolves the account of a pod. `hurry(namespace)` makes the account `default` appear if it is about to."""

    name = "ServiceAccount"

    def __init__(self, store: Store, random: Random, hurry: Callable[[str], None]) -> None:
        self._store = store
        self._random = random
        self._hurry = hurry

    def admit(self, request: Request) -> Obj:
        """The pod with its account, token volume and pull secrets. Raises `ApiError` 403."""
        if request.kind is not POD or request.operation != "CREATE":
            return request.obj
        pod = request.obj
        body = spec(pod)
        if _MIRROR in annotations_of(pod):
            _check_mirror(request, body)
            return pod
        name: str = body.get("serviceAccountName") or body.get("serviceAccount") or "default"
        account = self._account(request, name)
        if annotations_of(account).get(_ENFORCE) == "true":
            _check_secrets(request, body, account)
        changes: Obj = {"serviceAccountName": name, "serviceAccount": name}
        if _mounts_token(account, body):
            changes |= self._mounted(body)
        secrets = account.get("imagePullSecrets")
        if secrets and not body.get("imagePullSecrets"):
            changes["imagePullSecrets"] = [{"name": each.get("name") or ""} for each in secrets]
        return {**pod, "spec": {**body, **changes}}

    def _account(self, request: Request, name: str) -> Obj:
        found = self._store.get(SERVICE_ACCOUNT, request.namespace, name)
        if found is None and name == "default":
            self._hurry(request.namespace)
            found = self._store.get(SERVICE_ACCOUNT, request.namespace, name)
        if found is None:
            why = f'error looking up service account {request.namespace}/{name}: serviceaccount "{name}" not found'
            raise forbidden(POD, request.name, why)
        return found

    def _mounted(self, body: Obj) -> Obj:
        """Containers and volumes with the token; containers that mount something at its path keep that."""
        volumes: Sequence[Obj] = body.get("volumes") or ()
        name = next((each["name"] for each in volumes if each["name"].startswith(_VOLUME)), "")
        volume = name or _VOLUME + "".join(self._random.choices(SUFFIX, k=5))
        mount = {"name": volume, "readOnly": True, "mountPath": MOUNT}
        changes: Obj = {}
        for field in ("initContainers", "containers"):
            containers: Sequence[Obj] = body.get(field) or ()
            mounted = [_with_mount(each, mount) for each in containers]
            if any(new is not old for new, old in zip(mounted, containers, strict=True)):
                changes[field] = mounted
        if changes and not name:
            changes["volumes"] = [*volumes, {"name": volume, **_SOURCES}]
        return changes


def _with_mount(container: Obj, mount: Obj) -> Obj:
    own: Sequence[Obj] = container.get("volumeMounts") or ()
    if any(each.get("mountPath") == MOUNT for each in own):
        return container
    return {**container, "volumeMounts": [*own, mount]}


def _mounts_token(account: Obj, body: Obj) -> bool:
    """The pod's wish comes before the account's."""
    wish = body.get("automountServiceAccountToken")
    if wish is None:
        wish = account.get("automountServiceAccountToken")
    return wish is not False


def _check_mirror(request: Request, body: Obj) -> None:
    if body.get("serviceAccountName"):
        raise forbidden(POD, request.name, "a mirror pod may not reference service accounts")
    if any("secret" in each for each in body.get("volumes") or ()):
        raise forbidden(POD, request.name, "a mirror pod may not reference secrets")


def _check_secrets(request: Request, body: Obj, account: Obj) -> None:
    """Only Secrets that the account lists, where it asks for that."""
    allowed = {each.get("name") for each in account.get("secrets") or ()}
    end = f"is not allowed because service account {account['metadata']['name']} does not reference that secret"
    for volume in parts(body, "volumes"):
        secret = part(volume, "secret").get("secretName")
        if secret is not None and secret not in allowed:
            raise _secret_error(request, f'volume with secret.secretName="{secret}" {end}')
    for field, what in (("initContainers", "init container"), ("containers", "container")):
        for container in parts(body, field):
            _check_variables(request, container, f"{what} {container['name']}", allowed, end)


def _check_variables(request: Request, container: Obj, what: str, allowed: set[str | None], end: str) -> None:
    for each in parts(container, "env"):
        secret = part(each, "valueFrom", "secretKeyRef").get("name")
        if secret is not None and secret not in allowed:
            rest = f'with envVar {each["name"]} referencing secret.secretName="{secret}" {end}'
            raise _secret_error(request, f"{what} {rest}")
    for each in parts(container, "envFrom"):
        secret = part(each, "secretRef").get("name")
        if secret is not None and secret not in allowed:
            raise _secret_error(request, f'{what} with envFrom referencing secret.secretName="{secret}" {end}')


def _secret_error(request: Request, why: str) -> ApiError:
    return forbidden(POD, request.name, why)
