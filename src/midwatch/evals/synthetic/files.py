"""Objects as YAML that people like to read."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from midwatch.evals.synthetic.values import Obj


class _Dumper(yaml.CSafeDumper):
    """Never writes anchors: objects that share a part are written out."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _text(_: _Dumper, text: str) -> yaml.ScalarNode:
    """Several lines as a block, as people write them."""
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def to_yaml(objects: Iterable[Obj]) -> str:
    """Several objects as one multi-document file."""
    return yaml.dump_all(objects, Dumper=_Dumper, sort_keys=False, width=110, allow_unicode=True)
