"""The cluster's certification authority, the same for the same seed, and the times that certificates state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

_YEARS = timedelta(days=3650)


def new_certificate(name: str, start: float, end: float, *, seed: int = 0, hosts: tuple[str, ...] = ()) -> str:
    """A self-signed certificate as PEM, valid between two times (epoch seconds); its key follows from the seed."""
    key = Ed25519PrivateKey.from_private_bytes(sha256(f"{seed}/{name}".encode()).digest())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    number = int.from_bytes(sha256(f"{seed}/{name}/{start}".encode()).digest()[:8]) >> 1
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(number + 1)
        .not_valid_before(datetime.fromtimestamp(int(start), UTC))
        .not_valid_after(datetime.fromtimestamp(int(end), UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(each) for each in hosts])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, None).public_bytes(Encoding.PEM).decode()


def cluster_authority(start: float, seed: int) -> str:
    """The certificate in every `kube-root-ca.crt`: ten years from the cluster's start, as by kubeadm."""
    return new_certificate("kubernetes", start, start + _YEARS.total_seconds(), seed=seed)


@lru_cache(maxsize=256)
def validity(pem: str) -> tuple[float, float] | None:
    """From when until when the first certificate of a PEM text is valid (epoch seconds); None without one."""
    try:
        found = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return None
    return found.not_valid_before_utc.timestamp(), found.not_valid_after_utc.timestamp()
