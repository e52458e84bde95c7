"""Write all cases: python -m cases.builders [directory]."""

from __future__ import annotations

import sys
from pathlib import Path

from cases.builders.write import MANIFESTS, write_all

write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else MANIFESTS)
