"""httpx, or the copy of it that an SDK brings along, answering every request from memory with one body in reads of 64 KiB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_READ = 64 * 1024


def transport(httpx: Any, body: bytes) -> Any:
    """A transport of *httpx* whose every response is a stream of *body*."""

    class _Stream(httpx.SyncByteStream):  # type: ignore[misc]  # the module comes as a value
        def __iter__(self) -> Iterator[bytes]:
            return (body[start : start + _READ] for start in range(0, len(body), _READ))

    def respond(_request: Any) -> Any:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=_Stream())

    return httpx.MockTransport(respond)
