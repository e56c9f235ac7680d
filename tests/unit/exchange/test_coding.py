"""Content codings."""

from __future__ import annotations

import gzip
import zlib

import pytest

from sansio.exchange.coding import CorruptBodyError, Inflater, is_coded

_TEXT = bytes(range(256)) * 1000


def _inflate(*pieces: bytes) -> tuple[bytes, bool]:
    inflater = Inflater()
    out = b"".join(piece for data in pieces for piece in inflater.inflate(data))
    return out, inflater.ended


@pytest.mark.parametrize("coded", [gzip.compress(_TEXT, mtime=0), zlib.compress(_TEXT), zlib.compress(_TEXT, 0)])
def test_gzip_and_zlib_in_any_pieces(coded: bytes) -> None:
    assert is_coded(coded)
    assert _inflate(coded) == (_TEXT, True)
    assert _inflate(*(coded[i : i + 1] for i in range(len(coded)))) == (_TEXT, True)
    assert _inflate(coded[:-1])[1] is False


def test_several_members() -> None:
    coded = gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0)
    assert _inflate(coded) == (b"ab", True)
    assert _inflate(coded[:30], coded[30:]) == (b"ab", True)


def test_what_follows_the_last_member_is_ignored() -> None:
    coded = gzip.compress(b"a", mtime=0)
    assert _inflate(coded + b"\0\0", b"more") == (b"a", True)


def test_what_is_coded() -> None:
    assert not is_coded(b"{}")
    assert not is_coded(b"x")
    assert not is_coded(b"xy")
    assert not is_coded(b"")


def test_a_corrupt_body() -> None:
    coded = bytearray(gzip.compress(_TEXT, mtime=0))
    coded[-5] ^= 1
    with pytest.raises(CorruptBodyError, match="content coding is broken"):
        _inflate(bytes(coded))


def test_pieces_are_bounded() -> None:
    """A bomb is inflated only as far as it is asked for."""
    bomb = zlib.compress(bytes(100_000_000))
    pieces = Inflater().inflate(bomb)
    assert max(len(next(pieces)) for _ in range(3)) <= 64 * 1024


def test_nothing_is_held_back_at_a_flush() -> None:
    """What a server flushed is there as soon as its bytes are."""
    deflater = zlib.compressobj()
    for size in (1, 65535, 65536, 65537, 131072):
        inflater = Inflater()
        deflater = zlib.compressobj()
        data = deflater.compress(b"a" * size) + deflater.flush(zlib.Z_SYNC_FLUSH)
        assert sum(map(len, inflater.inflate(data))) == size
