"""Making sure that the image of a container is on the node.

Source: kubernetes/pkg/kubelet/images/image_manager.go (EnsureImageExists), kubernetes/pkg/kubelet/images/types.go.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping

from midwatch.lab.kubelet.durations import go_duration
from midwatch.lab.kubelet.failure import StartFailed
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.pulls import canonical, pull
from midwatch.lab.kubelet.state import Slot, Tenant
from midwatch.lab.world.images import Build, split_reference

_NAME = re.compile(
    r"^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?)/)?"
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
    r"(?::[\w][\w.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,})?$"
)


def ensure_image(
    host: Host, tenant: Tenant, slot: Slot, accounts: Mapping[str, tuple[str, str]]
) -> Generator[float, None, Build]:
    """The build behind a container's image, pulled when its policy wants it; raises `StartFailed`."""
    image: str = slot.spec.get("image") or ""
    _check_name(host, tenant, slot, image)
    name = canonical(image)
    policy = slot.spec.get("imagePullPolicy") or _default_policy(name)
    present = name in host.images
    if policy == "Never" or (policy == "IfNotPresent" and present):
        return _present(host, tenant, slot, image, present=present)
    if slot.pulls.waits(slot.pulls.updated, host.now):
        message = f'Back-off pulling image "{image}"'
        host.event(tenant, "Normal", "BackOff", message, slot)
        detail = f"{message}: {slot.pull_error}" if slot.pull_error else message
        raise _failed(host, tenant, slot, "ImagePullBackOff", detail)
    return (yield from _pull(host, tenant, slot, image, accounts))


def _default_policy(name: str) -> str:
    return "Always" if name.endswith(":latest") else "IfNotPresent"


def _check_name(host: Host, tenant: Tenant, slot: Slot, image: str) -> None:
    if _NAME.match(image):
        return
    upper = re.fullmatch(r"[\w./:@-]+", image) and image.lower() != image
    why = "invalid reference format" + (": repository name must be lowercase" if upper else "")
    if upper and "/" not in image:
        why = f"invalid reference format: repository name (library/{image.partition(':')[0]}) must be lowercase"
    elif upper:
        path = image.partition("/")[2] if "." in image.partition("/")[0] else image
        why = f"invalid reference format: repository name ({path.partition(':')[0]}) must be lowercase"
    message = f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": {why}'
    host.event(tenant, "Warning", "InspectFailed", message, slot)
    raise _failed(host, tenant, slot, "InvalidImageName", message)


def _failed(host: Host, tenant: Tenant, slot: Slot, reason: str, message: str) -> StartFailed:
    host.event(tenant, "Warning", "Failed", f"Error: {reason}", slot)
    return StartFailed(reason, message)


def _present(host: Host, tenant: Tenant, slot: Slot, image: str, *, present: bool) -> Build:
    if not present:
        message = f'Container image "{image}" is not present with pull policy of Never'
        host.event(tenant, "Warning", "ErrImageNeverPull", message, slot)
        raise _failed(host, tenant, slot, "ErrImageNeverPull", message)
    host.event(tenant, "Normal", "Pulled", f'Container image "{image}" already present on machine', slot)
    slot.image_id, build = host.images[canonical(image)]
    return build


def _pull(
    host: Host, tenant: Tenant, slot: Slot, image: str, accounts: Mapping[str, tuple[str, str]]
) -> Generator[float, None, Build]:
    """One at a time on each node (`serializeImagePulls`); what waited before it counts as waiting."""
    host.event(tenant, "Normal", "Pulling", f'Pulling image "{image}"', slot)
    asked = host.now
    name = canonical(image)
    result = pull(host.env.world, image, host.architecture, accounts, cached=name in host.images)
    taken = result.seconds * host.random.uniform(0.85, 1.25)
    host.puller_free = max(host.puller_free, host.now) + taken
    yield host.puller_free - host.now
    if result.build is None:
        message = f'Failed to pull image "{image}": {result.error}'
        host.event(tenant, "Warning", "Failed", message, slot)
        slot.pulls.next(host.now, host.now)
        slot.pull_error = f"ErrImagePull: {result.error}"
        raise _failed(host, tenant, slot, "ErrImagePull", result.error)
    slot.image_id = f"{split_reference(image)[1]}@{result.digest}"
    host.images[name] = slot.image_id, result.build
    message = (
        f'Successfully pulled image "{image}" in {go_duration(taken)} ({go_duration(host.now - asked)} including '
        f"waiting). Image size: {result.build.size} bytes."
    )
    host.event(tenant, "Normal", "Pulled", message, slot)
    return result.build
