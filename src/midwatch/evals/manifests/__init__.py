"""Small clusters with one known fault each and their repaired twins: run through the engine, and scored.

A folder of cases holds `baseline.yaml`, the cluster that all cases share, and a folder for each case:

    <case>/expected.yaml   what is right: see `Expected`
    <case>/common.yaml     objects that both twins have (may be absent)
    <case>/broken.yaml     objects of the broken cluster only
    <case>/repaired.yaml   objects of its repaired twin only
    <case>/broken.logs/    `<namespace>/<pod>/<container>[.previous].log`, likewise `repaired.logs/`

Objects of a case replace those of the same identity in the baseline.
"""
