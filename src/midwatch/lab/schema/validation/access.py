"""RBAC, webhooks and service accounts.

Source: kubernetes/pkg/apis/rbac/validation/validation.go,
kubernetes/pkg/apis/admissionregistration/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj, parts
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import bad, duplicate, required, unsupported
from midwatch.lab.schema.validation.selectors import check_selector

_GROUP = "rbac.authorization.k8s.io"
_SUBJECTS = ("ServiceAccount", "User", "Group")
_SIDE_EFFECTS = ("None", "NoneOnDryRun")


def role(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A Role."""
    del old
    for index, each in enumerate(new.get("rules") or ()):
        yield from _rule(each, f"rules[{index}]", namespaced=True)


def cluster_role(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A ClusterRole."""
    del old
    for index, each in enumerate(new.get("rules") or ()):
        yield from _rule(each, f"rules[{index}]", namespaced=False)
    for index, each in enumerate(parts(new, "aggregationRule", "clusterRoleSelectors")):
        yield from check_selector(each, f"aggregationRule.clusterRoleSelectors[{index}]")


def _rule(found: Obj, path: str, *, namespaced: bool) -> Iterator[FieldError]:
    if not found.get("verbs"):
        yield required(f"{path}.verbs", "verbs must contain at least one value")
    urls: Sequence[str] = found.get("nonResourceURLs") or ()
    if urls:
        if namespaced:
            yield bad(f"{path}.nonResourceURLs", urls, "namespaced rules cannot apply to non-resource URLs")
        if found.get("apiGroups") or found.get("resources") or found.get("resourceNames"):
            why = "rules cannot apply to both regular resources and non-resource URLs"
            yield bad(f"{path}.nonResourceURLs", urls, why)
        return
    if not found.get("apiGroups"):
        yield required(f"{path}.apiGroups", "resource rules must supply at least one api group")
    if not found.get("resources"):
        yield required(f"{path}.resources", "resource rules must supply at least one resource")


def role_binding(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A RoleBinding."""
    yield from _binding(new, old, ("Role", "ClusterRole"))


def cluster_role_binding(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A ClusterRoleBinding."""
    yield from _binding(new, old, ("ClusterRole",))


def _binding(new: Obj, old: Obj | None, kinds: Sequence[str]) -> Iterator[FieldError]:
    ref: Obj = new.get("roleRef") or {}
    if ref.get("apiGroup") != _GROUP:
        yield unsupported("roleRef.apiGroup", ref.get("apiGroup") or "", (_GROUP,))
    if ref.get("kind") not in kinds:
        yield unsupported("roleRef.kind", ref.get("kind") or "", kinds)
    if not ref.get("name"):
        yield required("roleRef.name")
    else:
        yield from (bad("roleRef.name", ref["name"], why) for why in names.segment(ref["name"]))
    for index, each in enumerate(new.get("subjects") or ()):
        yield from _subject(each, f"subjects[{index}]", namespaced=len(kinds) > 1)
    if old is not None and ref != old.get("roleRef"):
        yield bad("roleRef", ref, "cannot change roleRef")


def _subject(found: Obj, path: str, *, namespaced: bool) -> Iterator[FieldError]:
    kind, name, group = found.get("kind") or "", found.get("name") or "", found.get("apiGroup") or ""
    if not name:
        yield required(f"{path}.name")
    if kind == "ServiceAccount":
        if name:
            yield from (bad(f"{path}.name", name, why) for why in names.subdomain(name))
        if group:
            yield unsupported(f"{path}.apiGroup", group, ("",))
        if not namespaced and not found.get("namespace"):
            yield required(f"{path}.namespace")
    elif kind in _SUBJECTS:
        if group != _GROUP:
            yield unsupported(f"{path}.apiGroup", group, (_GROUP,))
    else:
        yield unsupported(f"{path}.kind", kind, _SUBJECTS)


def webhooks(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A ValidatingWebhookConfiguration or MutatingWebhookConfiguration."""
    del old
    seen: set[str] = set()
    for index, each in enumerate(new.get("webhooks") or ()):
        yield from _webhook(each, f"webhooks[{index}]")
        name = each.get("name") or ""
        if name in seen:
            yield duplicate(f"webhooks[{index}].name", name)
        seen.add(name)


def _webhook(found: Obj, path: str) -> Iterator[FieldError]:
    name = found.get("name") or ""
    if not name:
        yield required(f"{path}.name")
    elif why := names.subdomain(name):
        yield bad(f"{path}.name", name, ",".join(why))
    elif name.count(".") < 2:
        yield bad(f"{path}.name", name, "should be a domain with at least three segments separated by dots")
    if not found.get("admissionReviewVersions"):
        yield required(f"{path}.admissionReviewVersions", "must specify one of v1, v1beta1")
    if found.get("sideEffects") not in _SIDE_EFFECTS:
        yield unsupported(f"{path}.sideEffects", found.get("sideEffects"), _SIDE_EFFECTS)
    if found.get("failurePolicy") not in ("Fail", "Ignore"):
        yield unsupported(f"{path}.failurePolicy", found.get("failurePolicy"), ("Fail", "Ignore"))
    if not 1 <= found.get("timeoutSeconds", 10) <= 30:
        why = "the timeout value must be between 1 and 30 seconds"
        yield bad(f"{path}.timeoutSeconds", found["timeoutSeconds"], why)
    client: Obj = found.get("clientConfig") or {}
    if ("url" in client) == ("service" in client):
        yield required(f"{path}.clientConfig", "exactly one of url or service is required")
    for key in ("namespaceSelector", "objectSelector"):
        yield from check_selector(found.get(key), f"{path}.{key}")
