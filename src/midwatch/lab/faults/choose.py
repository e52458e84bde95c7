"""Where faults can strike: usual sets of targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from midwatch.domain.resource import Ref
from midwatch.lab.core.objects import Obj, labels_of, name_of, namespace_of, part, parts, ref_of, spec
from midwatch.lab.faults.fault import View

SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease", "ingress-nginx", "default"})
Choice = Callable[[View], Sequence[Ref]]


def _found(view: View, kind: str, accept: Callable[[Obj], bool]) -> list[Ref]:
    return sorted(ref_of(each) for each in view.list(kind) if namespace_of(each) not in SYSTEM and accept(each))


def of_kind(kind: str, accept: Callable[[Obj], bool] = lambda _: True) -> Choice:
    """All objects of a kind outside the system's namespaces."""
    return lambda view: _found(view, kind, accept)


def services(accept: Callable[[Obj], bool] = lambda _: True) -> Choice:
    """Deployments of the application's own services."""
    return of_kind("Deployment", accept)


def backends(kind: str = "", accept: Callable[[Obj], bool] = lambda _: True) -> Choice:
    """StatefulSets of backends (of one product: the name of its container)."""
    return of_kind(
        "StatefulSet",
        lambda found: (not kind or any(each["name"] == kind for each in containers(found))) and accept(found),
    )


def called_deployments(view: View) -> list[Ref]:
    """Deployments whose Service others name in their ConfigMaps: traffic surely reaches them."""
    texts = [value for each in view.list("ConfigMap") for value in part(each, "data").values()]
    hosts = {str(each).partition(":")[0] for each in texts}
    return [each for each in services()(view) if each.name in hosts]


def called_services(view: View) -> list[Ref]:
    """The Services of those Deployments."""
    return [Ref("Service", *each[1:]) for each in called_deployments(view)]


def unscaled(view: View) -> list[Ref]:
    """Deployments that no autoscaler scales."""
    return [each for each in services()(view) if view.get(Ref("HorizontalPodAutoscaler", *each[1:])) is None]


def workers(view: View) -> list[Ref]:
    """Nodes that run the application."""
    used = {spec(each).get("nodeName") for each in view.list("Pod") if namespace_of(each) not in SYSTEM}
    return sorted(ref_of(each) for each in view.list("Node") if name_of(each) in used)


def containers(found: Obj) -> list[Obj]:
    """The containers of a workload's pod template."""
    body = spec(found)
    if found["kind"] == "CronJob":
        body = spec(body["jobTemplate"])
    return spec(body["template"])["containers"]


def variables(found: Obj) -> Iterator[tuple[str, Obj]]:
    """Names and objects of the variables with a source, of its first container."""
    for each in parts(containers(found)[0], "env"):
        yield each["name"], each


def uses_backend(product: str) -> Choice:
    """Deployments that have credentials for a backend of this name (`postgres` ...), not the backend itself."""

    def uses(found: Obj) -> bool:
        names = (str(part(each, "valueFrom", "secretKeyRef").get("name", "")) for _, each in variables(found))
        return any(each.endswith(f"-{product}") for each in names)

    return services(uses)


def pods_of(view: View, workload: Ref) -> list[Obj]:
    """The pods of a Deployment or StatefulSet, by its selector."""
    found = view.get(workload)
    if found is None:
        return []
    wanted = part(found, "spec", "selector", "matchLabels")
    pods = view.list("Pod", workload.namespace)
    return [each for each in pods if wanted.items() <= labels_of(each).items()]
