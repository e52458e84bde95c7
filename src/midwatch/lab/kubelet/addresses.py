"""Pod addresses of one node. Source: containernetworking/plugins/plugins/ipam/host-local/backend/allocator."""

from __future__ import annotations

from ipaddress import IPv4Network


class Addresses:
    """Hands out the addresses of a range, going around like `host-local`; the first one is the bridge's."""

    def __init__(self, cidr: str) -> None:
        self.cidr = cidr
        network = IPv4Network(cidr, strict=False)
        self._first = int(network.network_address)
        self._size = network.num_addresses
        self._next = 2
        self._used: set[int] = set()
        self._base = network.network_address

    def take(self) -> str | None:
        """A free address; None when all are in use."""
        for _ in range(self._size):
            offset, self._next = self._next, self._next + 1
            if self._next >= self._size - 1:
                self._next = 2
            if offset not in self._used:
                self._used.add(offset)
                return str(self._base + offset)
        return None

    def claim(self, address: str) -> None:
        """An address is in use already."""
        self._used.add(_number(address) - self._first)

    def release(self, address: str) -> None:
        """An address is free again."""
        self._used.discard(_number(address) - self._first)

    @property
    def exhausted(self) -> str:
        """What `host-local` says when no address is free."""
        last = self._base + self._size - 2
        return f"failed to allocate for range 0: no IP addresses available in range set: {self._base + 1}-{last}"


def _number(address: str) -> int:
    a, b, c, d = map(int, address.split("."))
    return (a << 24) | (b << 16) | (c << 8) | d
