"""Content codings (RFC 9110 section 8.4.1): gzip and zlib undone in steps of bounded size, so that no body is a bomb."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

_STEP: Final = 64 * 1024  # inflated at once; the reader's limits are checked after each
_SLICE: Final = 16 * 1024  # deflated at once: zlib copies what it did not consume at every step
_GZIP: Final = b"\x1f\x8b"
_ANY: Final = 47  # zlib's window bits: 15, and 32 to tell gzip and zlib apart by themselves


class CorruptBodyError(Exception):
    """The body is not what its first bytes promise."""


class _Decompressor(Protocol):
    """What `zlib.decompressobj` returns, whose type has no public name."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def is_coded(head: bytes) -> bool:
    """Whether a body that begins with *head* is gzip or zlib: RFC 1952 section 2.3, RFC 1950 section 2.2."""
    return head[:2] == _GZIP or (head[:1] == b"x" and len(head) > 1 and (head[0] << 8 | head[1]) % 31 == 0)


class Inflater:
    """Undoes gzip, of one or several members, or zlib.  What follows the last member is ignored."""

    def __init__(self) -> None:
        self._zlib = _decompressor()

    @property
    def ended(self) -> bool:
        """Whether what came is whole."""
        return self._zlib.eof

    def inflate(self, data: bytes) -> Iterator[bytes]:
        """The inflated pieces of the next bytes, made as they are asked for.  Raises CorruptBodyError."""
        import zlib

        try:
            for start in range(0, len(data), _SLICE):
                yield from self._inflate(data[start : start + _SLICE])
        except zlib.error as exc:
            raise CorruptBodyError(f"the content coding is broken: {exc}") from exc

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        piece = b""
        while data or len(piece) == _STEP:  # zlib may hold back what did not fit into a step
            if self._zlib.eof:
                if data[:1] != _GZIP[:1]:
                    return
                self._zlib = _decompressor()
            piece = self._zlib.decompress(data, _STEP)
            yield piece
            data = self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail


def _decompressor() -> _Decompressor:
    import zlib

    return zlib.decompressobj(_ANY)
