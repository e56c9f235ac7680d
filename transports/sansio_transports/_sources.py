"""What the sources of request bodies stand for: bytes, paths and open files, read piece by piece."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from os import PathLike
from typing import BinaryIO, TypeAlias

from sansio.errors import LocalProtocolError

Content: TypeAlias = bytes | str | PathLike[str] | BinaryIO
"""Bytes, the path of a file, or a seekable file that is open for reading bytes (it stays the caller's to close)."""


class Sources:
    """The sources of one call, by id.  Racing attempts may read one source from several threads."""

    __slots__ = ("_closed", "_contents", "_lock", "_opened")

    def __init__(self, contents: Mapping[str, Content]) -> None:
        self._contents = contents
        self._opened: dict[str, BinaryIO] = {}
        self._closed = False
        self._lock = threading.Lock()

    def read(self, source: str, offset: int, size: int) -> bytes:
        """Up to *size* bytes at *offset*; none at the end.

        Raises OSError, and LocalProtocolError for an unknown id or a file that is closed, not seekable or text.
        """
        if (content := self._contents.get(source)) is None:
            raise LocalProtocolError(f"the call was given no source {source!r}")
        if isinstance(content, bytes):
            return content[offset : offset + size]
        with self._lock:
            file = self._open(source, content) if isinstance(content, str | PathLike) else content
            try:
                data = _piece(file, offset, size)
            except ValueError as exc:
                raise LocalProtocolError(f"source {source!r}: {exc}") from None
        if not isinstance(data, bytes):
            raise LocalProtocolError(f"source {source!r}: the file is not open for bytes")
        return data

    def close(self) -> None:
        """Close the files that were opened here."""
        with self._lock:
            self._closed = True
            for file in self._opened.values():
                file.close()
            self._opened.clear()

    def _open(self, source: str, path: str | PathLike[str]) -> BinaryIO:
        if self._closed:  # a thread that was left behind comes to it only now
            raise OSError("the call is over")
        if (file := self._opened.get(source)) is None:
            file = self._opened[source] = open(path, "rb")  # noqa: PTH123, SIM115  # pathlib costs to load; closed with the call
        return file


def _piece(file: BinaryIO, offset: int, size: int) -> object:
    """What the file gives: text, where the caller opened it for that."""
    file.seek(offset)
    return file.read(size)
