"""Writers of the cases: each function makes the broken cluster and its repaired twin.

They state what Kubernetes writes in each situation, from its sources and documentation, and know nothing of
detectors. Run `python -m cases.builders` at the root of the repository to write the files again.
"""
