from __future__ import annotations

import tracemalloc

import pytest

from sansio.framing.pieces import BLOCK, Pieces


@pytest.mark.parametrize("size", [1, 2, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_gives_back_the_pieces_in_order(size: int) -> None:
    """Whatever their size, and whatever was gathered before."""
    whole = bytes(range(256)) * (5 * BLOCK // 256)
    pieces = Pieces()
    for start in range(0, len(whole), size):
        pieces.append(whole[start : start + size])
    assert pieces.size == len(whole)
    assert pieces.peek() == whole
    assert pieces.take() == whole
    assert pieces.size == 0
    assert pieces.take() == b""


def test_small_and_large_pieces_mix() -> None:
    """A large piece after small ones does not overtake them."""
    sizes = [3, 5, BLOCK, BLOCK, 1, BLOCK - 1, 2 * BLOCK, 0, 7]
    whole = b"".join(bytes([i]) * size for i, size in enumerate(sizes))
    pieces = Pieces()
    for i, size in enumerate(sizes):
        pieces.append(bytes([i]) * size)
    assert pieces.take() == whole


def test_one_piece_is_given_back_itself() -> None:
    """The common case costs no copy."""
    piece = b"x" * 1000
    pieces = Pieces()
    pieces.append(b"")
    pieces.append(piece)
    assert pieces.take() is piece


def test_clear_forgets_all() -> None:
    pieces = Pieces()
    for _ in range(3):
        pieces.append(b"y" * (BLOCK - 1))
    pieces.clear()
    assert (pieces.size, pieces.peek()) == (0, b"")


def test_two_byte_pieces_take_little_more_memory_than_their_bytes() -> None:
    """And nothing once they are forgotten."""
    size = 256 * 1024
    pieces = Pieces()
    tracemalloc.start()
    try:
        for start in range(0, size, 2):
            pieces.append(start.to_bytes(4)[2:])
        assert tracemalloc.get_traced_memory()[0] < 1.6 * size
        pieces.clear()
        assert tracemalloc.get_traced_memory()[0] < 0.05 * size
    finally:
        tracemalloc.stop()
