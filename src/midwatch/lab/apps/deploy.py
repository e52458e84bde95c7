"""Bring an application into the world: its images are published, its clients begin, its objects are listed."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from midwatch.lab.apps.backends import ENGINES, backend_program
from midwatch.lab.apps.containers import SHIPPER, WAITER, image_of
from midwatch.lab.apps.manifests import PULL_SECRET, part_objects, thing
from midwatch.lab.apps.parts import App
from midwatch.lab.apps.programs import program_of, releases
from midwatch.lab.apps.stateful import USER, backend_objects
from midwatch.lab.core.objects import Obj
from midwatch.lab.world.images import Build, ImageRegistry
from midwatch.lab.world.programs import MI, Lifetime, LogStyle, Program
from midwatch.lab.world.world import World

_ROBOT, _SECRET = "robot", "n1ghtw4tch"


def publish(app: App, world: World) -> None:
    """Put its images, registry accounts, outside hosts and clients into the world."""
    host = f"registry.{app.name}.example"
    world.registries[host] = ImageRegistry(host, accounts={_ROBOT: _SECRET})
    for part in app.parts:
        builds = releases(program_of(app, part), part.version)
        world.add_image(image_of(app, part), builds, private="private" in part.features)
    for backend in app.backends:
        engine = ENGINES[backend.kind]
        build = Build(backend_program(backend), user=str(USER), entrypoint=(f"/{backend.kind}",))
        known = world.images.get(engine.image)
        builds = {**(known.builds if known else {}), engine.tag: build}
        world.add_image(engine.image, builds)
    _helpers(world)
    world.externals |= {each.host: each for each in app.externals}
    world.clients += app.clients
    world.touch()


def _helpers(world: World) -> None:
    shipper = Program("fluent-bit", LogStyle.PLAIN, memory=18 * MI, start=1.0)
    waiter = Program("busybox", LogStyle.PLAIN, memory=2 * MI, start=0.2, lifetime=Lifetime.ENDS, duration=2.0)
    shell = frozenset({"sh", "wget", "sleep", "/bin/sh"})
    for image, build in (
        (SHIPPER, Build(shipper, entrypoint=("/fluent-bit",), commands=frozenset({"/fluent-bit"}))),
        (WAITER, Build(waiter, entrypoint=("sh",), commands=shell)),
    ):
        name, _, tag = image.rpartition(":")
        world.add_image(name, {tag: build})


def app_objects(app: App) -> Iterator[Obj]:
    """All objects of an application, in the order to apply them."""
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": app.namespace}}
    yield from _shared(app)
    for backend in app.backends:
        yield from backend_objects(app, backend)
    for part in app.parts:
        yield from part_objects(app, part)
    yield from app.extra


def _shared(app: App) -> Iterator[Obj]:
    flags = {flag: False for part in app.parts for flag in part.flags}
    if flags:
        yield thing("v1", "ConfigMap", app, "feature-flags", data={"flags.json": json.dumps(flags, indent=2)})
    if any("private" in part.features for part in app.parts):
        host = f"registry.{app.name}.example"
        auth = base64.b64encode(f"{_ROBOT}:{_SECRET}".encode()).decode()
        content = json.dumps({"auths": {host: {"username": _ROBOT, "password": _SECRET, "auth": auth}}})
        kind = "kubernetes.io/dockerconfigjson"
        yield thing("v1", "Secret", app, PULL_SECRET, type=kind, stringData={".dockerconfigjson": content})
    if app.host:
        yield thing("v1", "Secret", app, f"{app.name}-tls", type="kubernetes.io/tls", stringData=_certificate(app))


def _certificate(app: App) -> dict[str, str]:
    """A stand-in: only the names of the keys matter to whoever reads it."""
    return {"tls.crt": f"certificate of {app.host}", "tls.key": f"key of {app.host}"}
