"""Which ConfigMaps and Secrets a pod needs, from its spec (k8s.io/api/core/v1: EnvVarSource, Volume)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from midwatch.domain.kube.containers import Container, KeySelector
from midwatch.domain.kube.pods import PodSpec
from midwatch.domain.kube.volumes import KeyToPath, ProjectedSource, Volume


class Need(NamedTuple):
    """One ConfigMap or Secret (`kind`), or one key of it, that the pod cannot start without.

    `volume` is the name of the volume that needs it, empty when an environment variable of `container` does.
    """

    kind: str
    name: str
    key: str = ""
    container: str = ""
    volume: str = ""
    path: str = ""


def needs(spec: PodSpec) -> Iterator[Need]:
    """Everything a pod refers to, but for what is marked optional."""
    for container in (*spec.init_containers, *spec.containers):
        yield from _of_container(container)
    for volume in spec.volumes:
        yield from _of_volume(volume)


def _of_container(container: Container) -> Iterator[Need]:
    path = f"containers[{container.name}]"
    for variable in container.env:
        source = variable.value_from
        if source is not None:
            where = f"{path}.env[{variable.name}].valueFrom"
            yield from _of_key("ConfigMap", source.config_map_key_ref, container.name, f"{where}.configMapKeyRef")
            yield from _of_key("Secret", source.secret_key_ref, container.name, f"{where}.secretKeyRef")
    for each in container.env_from:
        for kind, ref, part in (
            ("ConfigMap", each.config_map_ref, "configMapRef"),
            ("Secret", each.secret_ref, "secretRef"),
        ):
            if ref is not None and ref.name and not ref.optional:
                yield Need(kind, ref.name, "", container.name, "", f"{path}.envFrom[].{part}.name")


def _of_key(kind: str, ref: KeySelector | None, container: str, path: str) -> Iterator[Need]:
    if ref is not None and ref.name and not ref.optional:
        yield Need(kind, ref.name, ref.key, container, "", path)


def _of_volume(volume: Volume) -> Iterator[Need]:
    path = f"volumes[{volume.name}]"
    if volume.config_map is not None and not volume.config_map.optional:
        yield from _keys(
            "ConfigMap", volume.config_map.name, volume.config_map.items, volume.name, f"{path}.configMap"
        )
    if volume.secret is not None and not volume.secret.optional:
        yield from _keys("Secret", volume.secret.secret_name, volume.secret.items, volume.name, f"{path}.secret")
    if volume.projected is not None:
        for source in volume.projected.sources:
            yield from _of_projected(source, volume.name, f"{path}.projected.sources[]")


def _of_projected(source: ProjectedSource, volume: str, path: str) -> Iterator[Need]:
    for kind, part, field in (("ConfigMap", source.config_map, "configMap"), ("Secret", source.secret, "secret")):
        if part is not None and not part.optional:
            yield from _keys(kind, part.name, part.items, volume, f"{path}.{field}")


def _keys(kind: str, name: str, items: tuple[KeyToPath, ...], volume: str, path: str) -> Iterator[Need]:
    if not name:
        return
    yield Need(kind, name, "", "", volume, path)
    for item in items:
        if item.key:
            yield Need(kind, name, item.key, "", volume, f"{path}.items[{item.key}]")
