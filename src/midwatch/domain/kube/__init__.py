"""Kubernetes objects as typed, frozen, forgiving structs: the fields that detectors read, under their API names.

Every field has a default, so an object with fields missing is still an object. Decoding (see
`midwatch.domain.kube.decode`) replaces a null or wrongly typed field by its default and says so.
"""
