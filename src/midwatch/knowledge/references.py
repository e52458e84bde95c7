"""Where each workload says whom it calls: addresses in its variables, arguments and ConfigMaps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import ConfigMap
from midwatch.domain.kube.containers import Container
from midwatch.domain.kube.pods import PodSpec
from midwatch.domain.resource import Ref
from midwatch.knowledge.addresses import Address, is_address_name, service_addresses, variable_addresses, words_of
from midwatch.knowledge.templates import pod_templates

_EXPANSION = re.compile(r"\$\(([\w.\-]{1,128})\)")
_MAX_VALUE = 4096
_SKIPPED_CONFIG_MAPS = frozenset({"kube-root-ca.crt", "istio-ca-root-cert", "openshift-service-ca.crt"})


@dataclass(frozen=True, slots=True)
class Reference:
    """One address that a workload holds.

    `variable` is the name of the variable or key (empty for arguments); `where` the object and `path` the field
    with the text; `explicit` says that the name of the variable or a URL makes it an address beyond doubt.
    """

    variable: str
    address: Address
    where: Ref
    path: str
    explicit: bool


_IDENTITIES = frozenset({"issuer", "issuers", "audience", "audiences"})
"""Words of settings whose URLs are names of parties and never called, as in `--service-account-issuer`."""


def workload_references(inventory: Inventory) -> Mapping[Ref, tuple[Reference, ...]]:
    """All addresses by the workload that holds them (use with `derive`)."""
    read = _ConfigMaps(inventory)
    return {
        ref: tuple(_of_spec(ref, template.spec, read)) for ref, template in inventory.derive(pod_templates).items()
    }


class _ConfigMaps:
    """Addresses in ConfigMaps, each read once however many workloads mount it."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._variables: dict[Ref, tuple[Reference, ...]] = {}
        self._files: dict[Ref, tuple[Reference, ...]] = {}

    def data(self, namespace: str, name: str) -> Mapping[str, str]:
        found = self._inventory.get(ConfigMap, namespace, name)
        return found.data if found is not None and name not in _SKIPPED_CONFIG_MAPS else {}

    def variables(self, namespace: str, name: str) -> tuple[Reference, ...]:
        ref = Ref("ConfigMap", namespace, name)
        if ref not in self._variables:
            self._variables[ref] = tuple(_of_variables(ref, ".data", self.data(namespace, name)))
        return self._variables[ref]

    def files(self, namespace: str, name: str) -> tuple[Reference, ...]:
        ref = Ref("ConfigMap", namespace, name)
        if ref not in self._files:
            data = self.data(namespace, name).items()
            self._files[ref] = tuple(each for key, text in data for each in _of_file(ref, key, text))
        return self._files[ref]


def _of_spec(holder: Ref, spec: PodSpec, read: _ConfigMaps) -> Iterator[Reference]:
    for container in (*spec.init_containers, *spec.containers):
        yield from _of_container(holder, container, read)
    for volume in spec.volumes:
        if volume.config_map is not None and volume.config_map.name:
            yield from read.files(holder.namespace, volume.config_map.name)


def _of_container(holder: Ref, container: Container, read: _ConfigMaps) -> Iterator[Reference]:
    path = f".spec.template.spec.containers[{container.name}]"
    values = _values(holder, container, read)
    yield from _of_variables(holder, f"{path}.env", values)
    for source in container.env_from:
        if source.config_map_ref is not None and source.config_map_ref.name:
            yield from read.variables(holder.namespace, source.config_map_ref.name)
    for word in (*container.command, *container.args):
        if _IDENTITIES.intersection(words_of(word.partition("=")[0])):
            continue
        text = _expand(word, values)
        for address in service_addresses(text):
            explicit = bool(address.scheme) or is_address_name(word.lstrip("-").partition("=")[0])
            yield Reference("", address, holder, f"{path}.args", explicit)


def _values(holder: Ref, container: Container, read: _ConfigMaps) -> dict[str, str]:
    """Variables with `$(OTHER)` replaced, in order, as the kubelet does; values from Secrets are unknown."""
    values: dict[str, str] = {}
    for variable in container.env:
        value = variable.value
        source = variable.value_from.config_map_key_ref if variable.value_from else None
        if source is not None:
            value = read.data(holder.namespace, source.name).get(source.key, "")
        if value:
            values[variable.name] = _expand(value, values)
    return values


def _expand(text: str, values: Mapping[str, str]) -> str:
    text = text[:_MAX_VALUE]
    if "$(" not in text:
        return text
    return _EXPANSION.sub(lambda match: values.get(match[1], match[0])[:256], text)[:_MAX_VALUE]


def _of_variables(where: Ref, path: str, values: Mapping[str, str]) -> Iterator[Reference]:
    for name, address in variable_addresses(values):
        explicit = bool(address.scheme) or is_address_name(name)
        yield Reference(name, address, where, f"{path}[{name}]", explicit)


def _of_file(where: Ref, key: str, text: str) -> Iterator[Reference]:
    for address in service_addresses(text):
        yield Reference(key, address, where, f".data[{key}]", bool(address.scheme))
