"""An application of any number of services, in layers, the same for the same seed."""

from __future__ import annotations

from random import Random

from midwatch.lab.apps.parts import SMALL, App, Backend, Part, Size, op
from midwatch.lab.world.world import Client

_TINY = Size("10m", "24Mi", "200m", "128Mi")
_LAYERS = 4


def generate(services: int, replicas: int = 2, *, seed: int = 0, name: str = "generated") -> App:
    """`services` services in four layers; each calls up to three of the next layer, the last ones a database."""
    random = Random(f"{seed}/{services}")
    layers = _layers(services)
    parts: list[Part] = []
    for depth, names in enumerate(layers):
        below = layers[depth + 1] if depth + 1 < len(layers) else []
        parts += [_part(each, below, replicas, random) for each in names]
    entry = layers[0][0]
    client = Client("users", f"http://{entry}.{name}:8080/", "GET /", 10)
    backends = (Backend("postgres", "postgres", database="data", user="data"),)
    workers = max(4, -(-services * replicas // 50))
    return App(name, tuple(parts), backends, (client,), workers=workers)


def _layers(services: int) -> list[list[str]]:
    names = [f"service-{number:04d}" for number in range(services)]
    first = max(1, services // 20)
    rest = names[first:]
    step = max(1, -(-len(rest) // (_LAYERS - 1)))
    found = [names[:first], *(rest[at : at + step] for at in range(0, len(rest), step))]
    return [each for each in found if each]


def _part(name: str, below: list[str], replicas: int, random: Random) -> Part:
    if below:
        targets = random.sample(below, min(3, len(below)))
        calls = [f"{each} GET /" if number == 0 else f"{each}? GET /" for number, each in enumerate(targets)]
    else:
        calls = ["postgres query"] if random.random() < 0.3 else []
    needs = ("postgres",) if "postgres query" in calls else ()
    size = _TINY if replicas > 5 else SMALL
    return Part(
        name, (op("GET /", random.uniform(2, 12), *calls),), replicas=replicas, size=size, needs=needs, memory=20
    )
