"""The sources of a call: they are opened once, and not again after its end."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from sansio import LocalProtocolError
from sansio_transports._sources import Sources


def test_pieces(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    sources = Sources({"bytes": b"0123456789", "path": tmp_path / "file", "open": io.BytesIO(b"0123456789")})
    for name in ("bytes", "path", "open"):
        assert [sources.read(name, offset, 4) for offset in (8, 0, 10)] == [b"89", b"0123", b""]
    sources.close()


def test_an_unknown_source() -> None:
    with pytest.raises(LocalProtocolError, match="no source 'a'"):
        Sources({}).read("a", 0, 1)


def test_a_path_is_not_opened_after_the_call(tmp_path: Path) -> None:
    """A cancelled call leaves its worker thread behind, which may come to the file only then."""
    (tmp_path / "file").write_bytes(b"0123456789")
    sources = Sources({"path": tmp_path / "file"})
    sources.close()
    with pytest.raises(OSError, match="over"):
        sources.read("path", 0, 1)


def test_a_file_of_the_callers_stays_open() -> None:
    with io.BytesIO(b"0123456789") as file:
        sources = Sources({"open": file})
        sources.read("open", 0, 1)
        sources.close()
        assert not file.closed


def test_files_that_cannot_be_read_are_the_callers_mistake() -> None:
    closed = io.BytesIO(b"0123456789")
    closed.close()
    reader, writer = os.pipe()
    os.close(writer)
    with open(reader, "rb") as pipe, io.StringIO("0123456789") as text:  # noqa: PTH123  # a descriptor
        sources = Sources({"closed": closed, "pipe": pipe, "text": cast("BinaryIO", text)})
        for name, reason in (("closed", "closed file"), ("pipe", "not seekable|seek"), ("text", "not open for bytes")):
            with pytest.raises(LocalProtocolError, match=f"source '{name}': .*({reason})"):
                sources.read(name, 0, 4)
