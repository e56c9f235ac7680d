"""The floor under the floor: as `baseline`, but decoding nothing that the text does not need."""

from __future__ import annotations

import msgspec

from tests.bench.contenders.baseline import parsed_reads, parsed_single
from tests.bench.contenders.rounds import Result, run


class _Delta(msgspec.Struct, gc=False):
    content: str | None = None


class _Choice(msgspec.Struct, gc=False):
    delta: _Delta
    finish_reason: str | None = None


class _Chunk(msgspec.Struct, gc=False):
    choices: list[_Choice]


_decode = msgspec.json.Decoder(_Chunk).decode


def parse_single(_url: str) -> Result:
    """One event a read."""
    return parsed_single(_decode)


def parse_reads(_url: str) -> Result:
    """Reads of 64 KiB."""
    return parsed_reads(_decode)


if __name__ == "__main__":
    run({"parse_single": parse_single, "parse_reads": parse_reads}, "msgspec")
