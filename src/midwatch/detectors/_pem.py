"""Certificates inside PEM text: how long they are valid. Bounded, because anybody may write a ConfigMap."""

from __future__ import annotations

import base64
import binascii
import warnings
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

_BEGIN = "-----BEGIN CERTIFICATE-----"
_END = "-----END CERTIFICATE-----"
_MAX_BYTES = 65_536
_MAX_CERTIFICATES = 10
"""Larger bundles are public trust stores, in which some certificate is always about to expire."""


@dataclass(frozen=True, slots=True)
class Validity:
    """Whom a certificate names and when it is valid."""

    subject: str
    not_before: datetime
    not_after: datetime


@lru_cache(maxsize=1024)
def validities(pem: str) -> tuple[Validity, ...] | None:
    """All certificates of a PEM text; None when it is not PEM, broken, or too large to be looked at."""
    count = pem.count(_BEGIN, 0, _MAX_BYTES)
    if not 0 < count <= _MAX_CERTIFICATES or len(pem) > _MAX_BYTES:
        return None
    found = [_validity(block) for block in _blocks(pem)]
    return tuple(each for each in found if each is not None) if all(found) else None


def _blocks(pem: str) -> list[str]:
    parts = pem.split(_BEGIN)[1:]
    return [f"{_BEGIN}{each.split(_END)[0]}{_END}\n" for each in parts]


def _validity(block: str) -> Validity | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd serial numbers and the like are not our matter
            found = x509.load_pem_x509_certificate(block.encode())
            return Validity(
                found.subject.rfc4514_string()[:120], found.not_valid_before_utc, found.not_valid_after_utc
            )
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm):
        return None


def decode_bundle(bundle: str) -> str | None:
    """The PEM text of a base64 `caBundle`; None when it is not base64 text."""
    if len(bundle) > 2 * _MAX_BYTES:
        return None
    try:
        return base64.b64decode(bundle, validate=False).decode()
    except (binascii.Error, ValueError):
        return None


def is_too_large(pem: str) -> bool:
    """Whether a text was not looked at only for its size."""
    return len(pem) > _MAX_BYTES or pem.count(_BEGIN) > _MAX_CERTIFICATES


def expired(found: tuple[Validity, ...] | None, now: datetime) -> Validity | None:
    """The certificate that expired last, when not one is valid any more."""
    if not found or any(each.not_after > now for each in found):
        return None
    return max(found, key=lambda each: each.not_after)
