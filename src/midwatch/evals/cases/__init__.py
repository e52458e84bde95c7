"""Small recorded clusters with one known fault each, and their repaired twins.

`manifests/<case>/` holds `broken.yaml`, `repaired.yaml`, `expected.yaml` and, where logs matter, `broken.logs/`
and `repaired.logs/` (`<namespace>/<pod>/<container>[.previous].log`). The objects of a case come on top of
`manifests/baseline.yaml` and replace those of the same identity there. `builders` writes all of it.
"""

from midwatch.evals.cases.case import Case, Twin, load_cases

__all__ = ["Case", "Twin", "load_cases"]
