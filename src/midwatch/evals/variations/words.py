"""Names that occur in no case: for applications, namespaces and nodes."""

from __future__ import annotations

from random import Random

_FIRST = (
    "acorn", "alder", "amber", "anvil", "aspen", "auburn", "badger", "basil", "beacon", "birch", "bobcat",
    "bramble", "brook", "cedar", "chisel", "cinder", "clover", "cobalt", "comet", "copper", "coral", "cricket",
    "crimson", "dahlia", "damson", "dapple", "ember", "falcon", "fennel", "fern", "finch", "flint", "garnet",
    "ginger", "granite", "hazel", "heron", "hickory", "indigo", "iris", "ivory", "jasper", "juniper", "kelp",
    "kestrel", "larch", "lichen", "linden", "lotus", "magnet", "maple", "marble", "marten", "meadow", "mica",
    "mint", "moss", "nectar", "nimbus", "nutmeg", "oaken", "ochre", "onyx", "opal", "osprey", "otter",
    "pebble", "pepper", "pewter", "plover", "poppy", "quartz", "quill", "raven", "russet", "sable", "saffron",
    "sienna", "slate", "sorrel", "spruce", "sumac", "tansy", "teal", "thistle", "timber", "topaz", "tulip",
    "tundra", "umber", "velvet", "violet", "walnut", "willow", "yarrow", "zephyr", "zinnia",
)  # fmt: skip
_SECOND = (
    "anchor", "arbor", "atlas", "bay", "bluff", "bough", "canyon", "cliff", "cove", "crag", "crest", "dale",
    "delta", "dune", "fjord", "forge", "glade", "glen", "grove", "harbor", "haven", "hollow", "isle", "knoll",
    "lagoon", "ledge", "marsh", "mesa", "mill", "moor", "oasis", "orchard", "peak", "pier", "prairie", "quay",
    "ravine", "reef", "ridge", "shoal", "spire", "summit", "thicket", "trail", "vale", "vista", "wharf",
)  # fmt: skip


class Names:
    """Pairs of words, each first word given once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._first = random.sample(_FIRST, len(_FIRST))

    def pair(self) -> tuple[str, str]:
        """A fresh pair; a number joins the first word when all are given."""
        if not self._first:
            self._first = [f"{each}{self._random.randrange(10, 99)}" for each in _FIRST]
        return self._first.pop(), self._random.choice(_SECOND)
