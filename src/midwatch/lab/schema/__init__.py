"""What the API knows of its types: OpenAPI, decoding, defaults, validation, patches and server-side apply.

`install` joins defaults and validation into a cluster's write path; everything else is pure functions over a kind.
Schemas are loaded on first use.
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.schema.applying import apply
from midwatch.lab.schema.decoding import (
    IGNORE,
    STRICT,
    WARN,
    check_fields,
    decode,
    duplicates,
    prune,
    strict_error,
)
from midwatch.lab.schema.defaults import defaulter
from midwatch.lab.schema.defaults.pods import quality
from midwatch.lab.schema.openapi import openapi_v2, openapi_v3, openapi_v3_index
from midwatch.lab.schema.patching import json_merge
from midwatch.lab.schema.strategic import strategic_merge
from midwatch.lab.schema.tracking import track
from midwatch.lab.schema.types import register_custom, unregister
from midwatch.lab.schema.validation import validate

__all__ = [
    "IGNORE",
    "STRICT",
    "WARN",
    "apply",
    "check_fields",
    "decode",
    "duplicates",
    "install",
    "json_merge",
    "openapi_v2",
    "openapi_v3",
    "openapi_v3_index",
    "prune",
    "quality",
    "register_custom",
    "strategic_merge",
    "strict_error",
    "track",
    "unregister",
    "validate",
]


def install(env: Env) -> None:
    """Fill in and check every object that is written to a cluster."""
    env.registry.hooks.defaults.append(defaulter(env.clock, env.store))
    env.registry.hooks.validators.append(validate)
