"""A server's connection without its socket: bytes of HTTP/1.1 in, typed requests out, and responses back to bytes.

RFC 9112.  h11 reads each head, framing.body each body, `Answer` writes each response; here is what ties them together:
one request at a time, what is answered without asking, and when the connection ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypedDict

import h11

from ..dialects import operation_server, server, server_for
from ..errors import Failure, LocalProtocolError, kind_of_status
from ..events import Failed
from ..framing.body import ChunkedReader, LengthReader, request_framing
from ..framing.pieces import BLOCK, Pieces
from ..http import Headers, Limits
from .answer import Answer
from .events import ConnectionClosed, OperationReceived, RequestReceived, RequestRefused
from .models import list_models

if TYPE_CHECKING:
    from .events import Received, Sendable

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_QUOTED = re.compile(r""":? (?:bytearray\()?b['"]""")  # h11 shows what it found as Python would
_TOO_LARGE = "the request head is too large"
_DEFAULT_LIMITS = Limits()
DEFAULT: Final = "openai_chat"
"""The dialect in which a client is answered of which nothing else is known."""


class _Came(TypedDict):
    """What every event of a request tells of its HTTP message."""

    sequence: int
    method: str
    target: str
    headers: Headers
    body: bytes


class Connection:
    """One client's connection, seen from the server.

    Feed it with `receive_data`, then take events from `next_event` until it says None, and write `data_to_send()`.
    Each RequestReceived, OperationReceived or RequestRefused is answered by `send`, event by event; the next request comes
    when the response has ended.  When `should_close` is set, everything was said: write, and close.

    `limits.head` and `limits.body` bound a request (431 and 413).  *models* are the names with which `GET .../models` is
    answered; None leaves that request to the application, as one that is refused.
    """

    def __init__(self, *, models: Sequence[str] | None = None, limits: Limits = _DEFAULT_LIMITS) -> None:
        self._models = models
        self._limits = limits
        self._inbox = bytearray()
        self._output = bytearray()
        self._unread = 0  # bytes at the end of the block that is being read, which belong to the next request
        self._eof = False
        self._is_last = False  # no byte comes behind the block that is being read
        self._eof_told = False
        self._closing = False
        self._sequence = 0
        self._answer: Answer | None = None
        self._expect_head()

    def _expect_head(self) -> None:
        self._wire = h11.Connection(h11.SERVER, max_incomplete_event_size=self._limits.head)
        self._head: h11.Request | None = None
        self._reader: ChunkedReader | LengthReader = LengthReader(0)
        self._body = Pieces()
        self._head_size = 0  # so far, in bytes

    @property
    def should_close(self) -> bool:
        """Whether to close the connection once everything is written: no further request will be answered."""
        return self._answer is None and (self._closing or self._eof_told)

    def receive_data(self, data: bytes) -> None:
        """Take bytes that the client sent; b"" when it has closed its side.  Never raises for what they say.

        Nothing needs to be read while a response is being sent: what comes is held, up to a body's limit.
        """
        if not data:
            self._eof = True
        elif not self._closing and not self._eof:
            self._inbox += data
            if self._answer is not None and len(self._inbox) > self._limits.body:
                self._inbox.clear()
                self._closing = True  # the client does not wait for answers: the one that is being sent is the last

    def next_event(self) -> Received | None:
        """The next thing that happened; None until more data is received, or until the response has ended."""
        while self._answer is None and not self._closing:
            # In blocks, so that requests sent ahead are not copied for each one. Deleting at the front moves no bytes.
            data = bytes(self._inbox[:BLOCK])
            self._is_last = self._eof and len(data) == len(self._inbox)
            self._unread = 0
            received = self._read_body(self._head, data) if self._head is not None else self._read_head(data)
            del self._inbox[: len(data) - self._unread]
            if received is not None:
                return received
            if not self._inbox:
                break
        if self._eof and not self._eof_told and not self._inbox:
            self._eof_told = True
            return ConnectionClosed()
        return None

    def data_to_send(self) -> bytes:
        """The bytes that are due without an event of the application's: `100 Continue`, refusals, the list of models."""
        data = bytes(self._output)
        self._output.clear()
        return data

    def send(self, event: Sendable) -> bytes:
        """The bytes to write for an event of the response, b"" where there is nothing to write yet.

        The head is written with the first event that has something to say, so that a failure before it has its own status.
        Raises LocalProtocolError where no request waits for this event.
        """
        if self._answer is None:
            raise LocalProtocolError("no request waits for a response")
        data = self.data_to_send() + self._answer.send(event)
        if self._answer.ended:
            self._end_answer(self._answer)
        return data

    def _end_answer(self, answer: Answer) -> None:
        self._answer = None
        if answer.keeps_alive and not self._closing:
            self._expect_head()
        else:
            self._closing = True
            self._inbox.clear()

    def _read_head(self, data: bytes) -> Received | None:
        if not self._head_size:
            data = data.lstrip(b"\r\n")  # some clients end a body with a line too many (RFC 9112 section 2.2)
        if data:
            self._head_size += len(data)
            self._wire.receive_data(data)
        if self._is_last:
            self._wire.receive_data(b"")
        try:
            head = self._wire.next_event()
        except h11.RemoteProtocolError as exc:
            too_large = exc.error_status_hint == 431
            self._refuse(exc.error_status_hint, _TOO_LARGE if too_large else _QUOTED.split(str(exc))[0])
            return None
        if not isinstance(head, h11.Request):
            return None
        self._head = head
        rest = self._wire.trailing_data[0]
        if self._head_size - len(rest) > self._limits.head:  # h11 looks at heads that are not complete
            self._refuse(431, _TOO_LARGE)
            return None
        return self._expect_body(head, rest)

    def _expect_body(self, head: h11.Request, data: bytes) -> Received | None:
        fields = dict(head.headers)
        if b"transfer-encoding" in fields and b"content-length" in fields:
            self._refuse(400, "a body has one framing")  # two are how requests are smuggled
            return None
        if int(fields.get(b"content-length", b"0")) > self._limits.body:
            self._refuse(413, "the request body is too large")
            return None
        self._reader = request_framing(head.headers)
        if self._wire.they_are_waiting_for_100_continue and not data:
            self._output += _CONTINUE
        return self._read_body(head, data)

    def _read_body(self, head: h11.Request, data: bytes) -> Received | None:
        self._body.append(self._reader.receive_data(data))
        if self._is_last:
            self._reader.receive_eof()
        if self._body.size > self._limits.body:
            self._refuse(413, "the request body is too large")
            return None
        if self._reader.failure is not None:
            self._refuse(400, self._reader.failure)
            return None
        if not self._reader.done:
            return None
        self._unread = len(self._reader.rest)
        return self._receive(head, self._body.take())

    def _refuse(self, status: int, message: str) -> None:
        """Answer what cannot be a request; where the next one would begin is not known, so it is the last."""
        answer = Answer(self._wire, self._head, server(DEFAULT), close=True)
        self._output += answer.send(Failed(Failure(kind=kind_of_status(status), message=message, status=status)))
        self._closing = True

    def _receive(self, head: h11.Request, body: bytes) -> Received | None:
        method, target = head.method.decode("ascii"), head.target.decode("ascii")
        headers = tuple((name.decode("ascii"), value.decode("latin-1")) for name, value in head.headers)
        if self._models is not None and (listed := list_models(method, target, self._models)) is not None:
            answer = Answer(self._wire, head, server(DEFAULT))
            self._output += answer.send(listed)
            self._end_answer(answer)
            return None
        came: _Came = {
            "sequence": self._sequence,
            "method": method,
            "target": target,
            "headers": headers,
            "body": body,
        }
        self._sequence += 1
        if (operation := operation_server(target)) is not None:
            asked = operation.decode(method, target, headers, body)
            if isinstance(asked, Failure):
                self._answer = Answer(self._wire, head, operation)
                return RequestRefused(**came, failure=asked)
            self._answer = Answer(self._wire, head, operation, asked)
            return OperationReceived(**came, dialect=operation.dialect, request=asked.request)
        dialect, side = server_for(target) or (DEFAULT, server(DEFAULT))
        request = side.decode_request(method, target, headers, body)
        if isinstance(request, Failure):
            self._answer = Answer(self._wire, head, side)
            return RequestRefused(**came, failure=request)
        self._answer = Answer(self._wire, head, side, request)
        return RequestReceived(**came, dialect=dialect, request=request)
