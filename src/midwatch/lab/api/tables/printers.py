"""Which printer a kind has."""

from __future__ import annotations

from midwatch.lab.api.tables import cluster, network, pods, storage, workloads
from midwatch.lab.api.tables.columns import Printer, age, columns, name
from midwatch.lab.api.tables.custom import custom_printer
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.store import Store

_PRINTERS = {
    **pods.PRINTERS,
    **workloads.PRINTERS,
    **network.PRINTERS,
    **storage.PRINTERS,
    **cluster.PRINTERS,
}


def _plain(obj: Obj, now: float) -> list[str]:
    return [name(obj), age(obj, now)]


_PLAIN = Printer(columns("Name|Age"), _plain)


def printer_of(store: Store, kind: Kind) -> Printer:
    """How objects of a kind (as stored) are printed."""
    if kind.custom:
        return custom_printer(store, kind)
    return _PRINTERS.get(kind.kind, _PLAIN)
