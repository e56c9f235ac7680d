"""The fragments of what has not ended yet, gathered in linear time and joined once."""

from __future__ import annotations

# Pieces are copied together up to this size, which a socket's read reaches at once. Two-byte pieces kept one by one would
# take twenty times their bytes; one growing bytearray would take an eighth more than its bytes, and be moved as it grows.
BLOCK = 64 * 1024


class Pieces:
    """Bytes that arrive in pieces of any size. Holds little more than the bytes themselves; `size` is their number."""

    __slots__ = ("_blocks", "_tail", "size")

    def __init__(self) -> None:
        self._blocks: list[bytes] | None = None  # until there is something to keep
        self._tail: bytearray | None = None  # until there are small pieces
        self.size = 0

    def append(self, piece: bytes) -> None:
        """Add a piece at the end. The first one and those of a whole block are kept as they are, without a copy."""
        if not self.size or self._blocks is None:
            self._blocks = [piece]
        elif len(piece) >= BLOCK and not self._tail:
            self._blocks.append(piece)
        else:
            tail = self._tail
            if tail is None:
                tail = self._tail = bytearray()
            tail += piece
            if len(tail) >= BLOCK:
                self._blocks.append(bytes(tail))
                tail.clear()
        self.size += len(piece)

    def peek(self) -> bytes:
        """The bytes so far, in one."""
        blocks = self._blocks or ()
        return b"".join([*blocks, self._tail] if self._tail else blocks)

    def take(self) -> bytes:
        """The bytes so far, in one, which are then held no longer."""
        whole = self.peek()
        self.clear()
        return whole

    def clear(self) -> None:
        """Forget the bytes, and free their memory."""
        self._blocks = self._tail = None
        self.size = 0
