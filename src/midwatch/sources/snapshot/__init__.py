"""Clusters as files: recordings of our own, cluster-info dumps, must-gathers, folders of YAML or JSON, archives.

Everything in such files may be hostile. What cannot be read is listed, never guessed, and never an exception.
"""

from midwatch.sources.snapshot.open import open_snapshot
from midwatch.sources.snapshot.source import SnapshotSource

__all__ = ["SnapshotSource", "open_snapshot"]
