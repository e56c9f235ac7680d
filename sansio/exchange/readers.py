"""How the body of a response is read once it is known what it is: events, one document, or the explanation of an error.

A reader takes plain bytes, however they are cut, and says by `complete` or `failure` that the exchange has its end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, cast

from ..dialects.codec import Decoder
from ..dialects.error_body import of_error
from ..dialects.failures import of_facts
from ..dialects.lenient import is_json, value
from ..errors import Failure
from ..events import Delta
from ..framing.sse import SseData
from ..http import Limits

_ERROR_BODY: Final = 1024 * 1024  # of an error's explanation: some repeat the request that they refuse


class Reader(Protocol):
    """Reads one body."""

    @property
    def complete(self) -> bool:
        """Whether the response is whole."""
        ...

    @property
    def failure(self) -> Failure | None:
        """Why it never will be."""
        ...

    @property
    def rest(self) -> Reader | None:
        """Another reader that had better take the next bytes itself; None while this one reads on."""
        ...

    def receive(self, data: bytes) -> list[Delta]:
        """Take the next bytes."""
        ...

    def finish(self, *, clean: bool) -> list[Delta]:
        """Take the end of the body; one that is not clean completes nothing."""
        ...


class EventReader:
    """Server-sent events, whose data are the decoder's records."""

    rest = None

    def __init__(self, decoder: Decoder, limits: Limits) -> None:
        self.complete = False
        self.failure: Failure | None = None
        self._decoder = decoder
        self._sse = SseData(limit=limits.event)

    def receive(self, data: bytes) -> list[Delta]:
        """Take the next bytes."""
        sse, decoder = self._sse, self._decoder
        events = decoder.receive(sse.receive_data(data))
        if decoder.complete or decoder.failure is not None or sse.stray or sse.failure is not None:
            self._conclude()
        return events

    def finish(self, *, clean: bool) -> list[Delta]:
        """Take the end: at a clean one, an event without its blank line counts if it is the marker or whole JSON."""
        if not clean or self.complete or self.failure is not None:
            return []
        self._sse.receive_eof()
        pending = self._sse.pending()
        events = self._decoder.receive([pending]) if pending.startswith(b"[DONE]") or is_json(pending) else []
        if not self._decoder.complete and self._decoder.failure is None:
            events += self._decoder.finish()
        self._conclude()
        return events

    def _conclude(self) -> None:
        """Say how it ended, if it did: what stands outside of events counts until the marker."""
        self.complete = self._decoder.complete
        if self.complete:
            return
        self.failure = self._decoder.failure
        for line in self._sse.stray:
            self.failure = self.failure or _stray_failure(line)
        self._sse.stray.clear()
        if self.failure is None and self._sse.failure is not None:
            self.failure = Failure(kind="limit_exceeded", message=self._sse.failure)


def _stray_failure(line: bytes) -> Failure | None:
    """The error in a line that is no event: the value of an `error` field, or a bare JSON line."""
    error = value(line)
    if isinstance(error, dict):
        fields = cast("dict[str, object]", error)
        error = fields.get("error") or (fields if "message" in fields else None)
    elif line.startswith(b"{"):
        return None  # a line of a document that spans several
    else:
        error = line.decode("utf-8", "replace")
    return of_facts(of_error(error), line) if error else None


class DocumentReader:
    """One JSON document, decoded at its end; `body` is what of it came."""

    rest = None

    def __init__(self, decoder: Decoder, limits: Limits) -> None:
        self.failure: Failure | None = None
        self._decoder = decoder
        self._limit = limits.body
        self.body = bytearray()

    @property
    def complete(self) -> bool:
        """Whether the decoder found the answer whole."""
        return self._decoder.complete

    def receive(self, data: bytes) -> list[Delta]:
        """Take the next bytes."""
        if len(self.body) + len(data) > self._limit:
            self.failure = Failure(kind="limit_exceeded", message=f"the body exceeds the limit of {self._limit} bytes")
        else:
            self.body += data
        return []

    def finish(self, *, clean: bool) -> list[Delta]:
        """Take the end."""
        if not clean:
            return []
        events = self._decoder.receive_document(self.body)
        self.failure = self._decoder.failure
        return events


class ErrorReader:
    """The explanation of an error, as much of it as came and is worth reading; *explain* makes the failure of it."""

    complete = False
    rest = None

    def __init__(self, explain: Callable[[bytes], Failure]) -> None:
        self.failure: Failure | None = None
        self._explain = explain
        self._body = bytearray()

    def receive(self, data: bytes) -> list[Delta]:
        """Take the next bytes."""
        self._body += data[: _ERROR_BODY - len(self._body)]
        return []

    def finish(self, *, clean: bool) -> list[Delta]:  # noqa: ARG002  # the status has said what counts
        """Take the end."""
        self.failure = self._explain(bytes(self._body))
        return []
