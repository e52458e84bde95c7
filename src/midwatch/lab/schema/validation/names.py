"""The forms of names, labels, ports and addresses: each check returns what is wrong, empty when nothing is.

Source: k8s.io/apimachinery/pkg/util/validation/validation.go, ip.go.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Complaints = tuple[str, ...]

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_DNS1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_KEY = "[-._a-zA-Z0-9]+"
_WILDCARD = rf"\*\.{_SUBDOMAIN}"
_PERCENT = "[0-9]+%"
_HEADER = "[-A-Za-z0-9]+"
_COMPILED = {each: re.compile(each) for each in (
    _LABEL, _SUBDOMAIN, _DNS1035, _QUALIFIED, _VALUE, _KEY, _WILDCARD, _PERCENT, _HEADER,
)}  # fmt: skip
_ALPHANUMERIC = "and must start and end with an alphanumeric character"
_QUALIFIED_WHY = f"must consist of alphanumeric characters, '-', '_' or '.', {_ALPHANUMERIC}"
PORT_RANGE = "must be between 1 and 65535, inclusive"
IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def _is(form: str, value: str) -> bool:
    return _COMPILED[form].fullmatch(value) is not None


def _why(message: str, form: str, *examples: str) -> str:
    shown = " or ".join(f"'{each}', " for each in examples)
    return f"{message} (e.g. {shown}regex used for validation is '{form}')"


def _most(length: int) -> str:
    return f"must be no more than {length} characters"


@lru_cache(maxsize=8192)
def label(value: str) -> Complaints:
    """A DNS label (RFC 1123): names of namespaces, containers, volumes."""
    found: list[str] = [_most(63)] if len(value) > 63 else []
    if not _is(_LABEL, value):
        message = (
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
            f"{_ALPHANUMERIC}"
        )
        dots = "must not contain dots"
        found.append(dots if _is(_SUBDOMAIN, value) else _why(message, _LABEL, "my-name", "123-abc"))
    return tuple(found)


@lru_cache(maxsize=32768)
def subdomain(value: str) -> Complaints:
    """A DNS subdomain (RFC 1123): names of most objects."""
    found: list[str] = [_most(253)] if len(value) > 253 else []
    if not _is(_SUBDOMAIN, value):
        message = (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
            f"{_ALPHANUMERIC}"
        )
        found.append(_why(message, _SUBDOMAIN, "example.com"))
    return tuple(found)


@lru_cache(maxsize=4096)
def dns1035(value: str) -> Complaints:
    """A DNS label that starts with a letter: names of Services."""
    found: list[str] = [_most(63)] if len(value) > 63 else []
    if not _is(_DNS1035, value):
        message = (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
            "character, and end with an alphanumeric character"
        )
        found.append(_why(message, _DNS1035, "my-name", "abc-123"))
    return tuple(found)


def wildcard(value: str) -> Complaints:
    """A host with a wildcard."""
    found: list[str] = [_most(253)] if len(value) > 253 else []
    if not _is(_WILDCARD, value):
        message = (
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must "
            "consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
        )
        found.append(_why(message, _WILDCARD, "*.example.com"))
    return tuple(found)


def segment(value: str) -> Complaints:
    """A name that must only fit into a path: roles, bindings, references."""
    if value in (".", ".."):
        return (f"may not be '{value}'",)
    return tuple(f"may not contain '{each}'" for each in ("/", "%") if each in value)


@lru_cache(maxsize=16384)
def qualified(value: str) -> Complaints:
    """A name with an optional prefix: keys of labels and annotations."""
    parts = value.split("/")
    why = _why(_QUALIFIED_WHY, _QUALIFIED, "MyName", "my.name", "123-abc")
    if len(parts) > 2:
        return (
            f"a qualified name {why} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
        )
    found: list[str] = []
    name = parts[-1]
    if len(parts) == 2:
        prefix = ("must be non-empty",) if not parts[0] else subdomain(parts[0])
        found += [f"prefix part {each}" for each in prefix]
    if not name:
        found.append("name part must be non-empty")
    elif len(name) > 63:
        found.append(f"name part {_most(63)}")
    if not _is(_QUALIFIED, name):
        found.append(f"name part {why}")
    return tuple(found)


@lru_cache(maxsize=16384)
def label_value(value: str) -> Complaints:
    """The value of a label."""
    found: list[str] = [_most(63)] if len(value) > 63 else []
    if not _is(_VALUE, value):
        message = (
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
            f"{_ALPHANUMERIC}"
        )
        found.append(_why(message, _VALUE, "MyValue", "my_value", "12345"))
    return tuple(found)


@lru_cache(maxsize=8192)
def config_key(value: str) -> Complaints:
    """A key of a ConfigMap or Secret."""
    found: list[str] = [_most(253)] if len(value) > 253 else []
    if not _is(_KEY, value):
        message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
        found.append(_why(message, _KEY, "key.name", "KEY_NAME", "key-name"))
    if value in (".", ".."):
        found.append(f"must not be '{value}'")
    elif value.startswith(".."):
        found.append("must not start with '..'")
    return tuple(found)


@lru_cache(maxsize=8192)
def variable(value: str) -> Complaints:
    """The name of an environment variable (RelaxedEnvironmentVariableValidation)."""
    if not value:
        return ("environment variable name must be non-empty",)
    if all(" " <= char <= "~" and char != "=" for char in value):
        return ()
    return ("a valid environment variable name must consist only of printable ASCII characters other than '='",)


@lru_cache(maxsize=2048)
def port_name(value: str) -> Complaints:
    """The name of a port."""
    found: list[str] = [_most(15)] if len(value) > 15 else []
    if not re.fullmatch("[-a-z0-9]+", value):
        found.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", value):
        found.append("must contain at least one letter (a-z)")
    if "--" in value:
        found.append("must not contain consecutive hyphens")
    if value and "-" in (value[0], value[-1]):
        found.append("must not begin or end with a hyphen")
    return tuple(found)


def port(value: object) -> Complaints:
    """A port's number, or its name."""
    if isinstance(value, str):
        return port_name(value)
    return () if isinstance(value, int) and 1 <= value <= 65535 else (PORT_RANGE,)


def percent(value: str) -> Complaints:
    """A share such as `25%`."""
    if _is(_PERCENT, value):
        return ()
    return (
        _why("a valid percent string must be a numeric string followed by an ending '%'", _PERCENT, "1%", "93%"),
    )


def header(value: str) -> Complaints:
    """The name of an HTTP header."""
    if _is(_HEADER, value):
        return ()
    return (_why("a valid HTTP header must consist of alphanumeric characters or '-'", _HEADER, "X-Header-Name"),)


def is_ip(value: str) -> bool:
    """Whether it is an IP address."""
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def network(value: str) -> IPv4Network | IPv6Network | None:
    """The network that a CIDR names, None when it is none."""
    if "/" not in value:
        return None
    try:
        return ip_network(value, strict=False)
    except ValueError:
        return None
