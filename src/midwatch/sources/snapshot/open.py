"""Opens a snapshot of any format. Whatever the files hold, only `SourceUnusable` is raised."""

from __future__ import annotations

import posixpath
import stat
from datetime import UTC, datetime
from pathlib import Path

from midwatch.domain.evidence import Skipped
from midwatch.errors import SourceUnusable
from midwatch.sources.observations import FILES
from midwatch.sources.snapshot.archive import open_archive
from midwatch.sources.snapshot.bundle import Bundle, Unreadable
from midwatch.sources.snapshot.documents import Objects, text_of
from midwatch.sources.snapshot.dump import Dump
from midwatch.sources.snapshot.folder import open_file, open_folder
from midwatch.sources.snapshot.format import MANIFEST, NotOurs, decode_manifest
from midwatch.sources.snapshot.layout import LogName, layout_of, log_name, may_hold_objects
from midwatch.sources.snapshot.recorded import Recorded, read_recorded
from midwatch.sources.snapshot.source import SnapshotSource

_HEAD = 64 * 1024
_FORMATS = "a midwatch snapshot, a cluster-info dump, a must-gather, or YAML or JSON objects"


def open_snapshot(path: Path) -> SnapshotSource:
    """The snapshot in a folder, a file or an archive. Raises `SourceUnusable`."""
    bundle = _bundle(path)
    if not bundle.names:
        why = f" ({bundle.skipped[0].where}: {bundle.skipped[0].why})" if bundle.skipped else ""
        raise SourceUnusable(f"{path} holds no files to read{why}: give {_FORMATS}")
    name = f"snapshot:{path}"
    return SnapshotSource(name, _recorded(name, path, bundle) or _dump(name, path, bundle))


def _bundle(path: Path) -> Bundle:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return open_folder(path)
        if not stat.S_ISREG(status.st_mode):
            raise SourceUnusable(f"{path} is neither a folder nor a file: give {_FORMATS}")
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError as error:
        raise SourceUnusable(f"no snapshot at {path}: give the path of one that exists") from error
    except (OSError, ValueError) as error:
        why = (isinstance(error, OSError) and error.strerror) or type(error).__name__
        raise SourceUnusable(f"cannot read {path}: {why}") from error
    archive = open_archive(path, head)
    if archive is not None:
        return archive
    if not head:
        raise SourceUnusable(f"{path} is empty: give {_FORMATS}")
    if text_of(head) is None and not path.name.endswith(".gz"):
        raise SourceUnusable(f"{path} is a binary file of an unknown format: give {_FORMATS}")
    return open_file(path)


def _recorded(source: str, path: Path, bundle: Bundle) -> Recorded | None:
    """The recording of our own in a bundle, also below folders that an archive put around it."""
    manifests = [name for name in bundle.names if name == MANIFEST or name.endswith(f"/{MANIFEST}")]
    for name in sorted(manifests, key=lambda each: (each.count("/"), each))[:1]:
        try:
            data = bundle.read(name)
            if name != MANIFEST and b'"midwatch"' not in data:
                return None  # other tools use that name, too
            manifest = decode_manifest(data)
        except (Unreadable, NotOurs) as error:
            raise SourceUnusable(f"{path}: {name} {error}; record the snapshot again") from error
        return read_recorded(source, bundle, name.removesuffix(MANIFEST), manifest)
    return None


def _dump(source: str, path: Path, bundle: Bundle) -> Dump:
    objects = Objects()
    logs: dict[LogName, str] = {}
    root = posixpath.commonpath([posixpath.dirname(name) for name in bundle.names])
    documents = {query: posixpath.join(root, file) for query, file in FILES.items()}
    documents = {query: file for query, file in documents.items() if file in bundle.names}
    ignored: list[str] = []
    for name in bundle.names:
        if log := log_name(name):
            logs.setdefault(log, name)
        elif name not in documents.values() and (may_hold_objects(name) or len(bundle.names) == 1):
            _add(objects, bundle, name)
        elif name not in documents.values():
            ignored.append(name)
    if ignored:
        objects.skipped.append(Skipped(ignored[0], f"and {len(ignored) - 1} more hold no objects by their names"))
    if not objects.found and not objects.listed and not logs and not documents:
        skips = [*objects.skipped, *bundle.skipped]
        why = f" ({skips[0].where}: {skips[0].why})" if skips else ""
        raise SourceUnusable(f"{path} holds no Kubernetes objects{why}: give {_FORMATS}")
    taken_at = objects.taken_at or bundle.changed or datetime.now(UTC)
    return Dump(source, layout_of(bundle.names), taken_at, bundle, objects, logs, documents)


def _add(objects: Objects, bundle: Bundle, name: str) -> None:
    try:
        data = bundle.read(name)
    except Unreadable as error:
        objects.skipped.append(Skipped(name, str(error)))
    else:
        bundle.forget(name)
        objects.add_file(name, data)
