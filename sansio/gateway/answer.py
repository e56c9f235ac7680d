"""One response on its way out: events of a chat, or raw pieces, to the bytes of HTTP/1.1."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import h11

from ..dialects.codec import Encoder, Server
from ..dialects.served import Asked, OperationServer, encoding
from ..errors import LocalProtocolError
from ..events import Completed, Data, Event, Failed
from ..framing.body import encode_chunk
from ..types import ChatRequest, ChatResponse, Response
from .events import EndOfBody, RawResponse, ResponseHeaders

if TYPE_CHECKING:
    from ..http import Headers
    from .events import Sendable

JSON_HEADERS: Headers = (("content-type", "application/json"),)
# Proxies that buffer a response until it is whole would hold a stream back; nginx obeys the second.
_STREAM_HEADERS: Headers = (
    ("cache-control", "no-cache"),
    ("x-accel-buffering", "no"),
)
_BODILESS = frozenset({204, 304})


def _no_answer(response: Response) -> bytes:
    raise LocalProtocolError(f"what was asked is not understood, so that {response!r} is no answer to it")


class Answer:
    """The response to one request.  *wire* is the h11 connection that read its *head*, or failed to.

    *server* is the side of the dialect that the client speaks, *request* what it asked, None where that was nothing that
    is understood.

    `close` makes it the connection's last.  `ended` is set once the response is whole.
    """

    __slots__ = (
        "_encode",
        "_encode_failure",
        "_encoder",
        "_extra",
        "_frame",
        "_head",
        "_stream_type",
        "_wire",
        "ended",
    )

    def __init__(
        self,
        wire: h11.Connection,
        head: h11.Request | None,
        server: Server | OperationServer,
        request: ChatRequest | Asked | None = None,
        *,
        close: bool = False,
    ) -> None:
        self._wire = wire
        self._head = head
        self._encode_failure = server.encode_failure
        self._encode = request.encode if isinstance(request, Asked) else _no_answer
        self._encoder: Encoder | None = None
        self._stream_type = ""
        if isinstance(server, Server):
            self._encode = encoding(ChatResponse, server.encode_response)
            if head is not None and isinstance(request, ChatRequest) and request.stream is True:
                self._encoder = server.encoder(request, head.target.decode("ascii"))
                self._stream_type = server.stream_type
        self._extra: Headers = (("connection", "close"),) if close else ()
        self._frame: Callable[[bytes], bytes] | None = None  # None until the head is written
        self.ended = False

    @property
    def keeps_alive(self) -> bool:
        """Whether the response, once it has ended, allows another one on the connection."""
        return self._wire.our_state is h11.DONE

    def send(self, event: Sendable) -> bytes:
        """The bytes to write for *event*, b"" where it says nothing yet.

        Raises LocalProtocolError where the event has no place.
        """
        try:
            return self._send(event)
        except (h11.LocalProtocolError, UnicodeEncodeError) as exc:
            raise LocalProtocolError(f"not a valid response: {exc}") from exc

    def _send(self, event: Sendable) -> bytes:
        match event:
            case ResponseHeaders(headers):
                return self._add(headers)
            case RawResponse(status, headers, body):
                return self._begin(status, headers) if body is None else self._whole(status, headers, body)
            case EndOfBody():
                return self._piece(b"") + self._end()
            case Data(data):
                return self._piece(data)
            case Failed(failure) if self._encoder is None or self._frame is None:
                return self._whole(*self._encode_failure(failure))
            case Completed(response):
                if self._encoder is None:
                    return self._whole(200, JSON_HEADERS, self._encode(response))
                if not isinstance(response, ChatResponse):
                    raise LocalProtocolError("the stream of a chat ends with a ChatResponse")
                return self._stream(self._encoder, Completed(response))
            case _:
                return b"" if self._encoder is None else self._stream(self._encoder, event)

    def _stream(self, encoder: Encoder, event: Event[ChatResponse]) -> bytes:
        if not (records := encoder.encode(event)):
            return b""
        # The last chunk goes with the last record: a client that stops at the marker finds the connection reusable.
        return self._piece(records) + self._end() if encoder.ended else self._piece(records)

    def _add(self, headers: Headers) -> bytes:
        if self._frame is not None:
            raise LocalProtocolError("the response's head has been written")
        self._extra += headers
        return b""

    def _whole(self, status: int, headers: Headers, body: bytes) -> bytes:
        length = () if status in _BODILESS else (("content-length", str(len(body))),)
        return self._begin(status, headers + length) + self._piece(body) + self._end()

    def _begin(self, status: int, headers: Headers) -> bytes:
        fields = [(name.encode("ascii"), value.encode("latin-1")) for name, value in (*self._extra, *headers)]
        head = self._write(h11.Response(status_code=status, headers=fields))
        declared = any(name.lower() == b"content-length" for name, _ in fields)
        if status in _BODILESS or (self._head is not None and self._head.method == b"HEAD"):
            self._frame = _discard
        elif declared or (self._head is not None and self._head.http_version < b"1.1"):
            self._frame = self._plain
        else:
            self._frame = encode_chunk  # past h11, which takes five times as long for each small chunk
        return head

    def _piece(self, data: bytes) -> bytes:
        head = b""
        if self._frame is None and self._encoder is not None:
            head = self._begin(200, (("content-type", self._stream_type), *_STREAM_HEADERS))
        if self._frame is None:
            raise LocalProtocolError("a piece of the body before the response's head")
        return head + self._frame(data)

    def _end(self) -> bytes:
        self.ended = True
        return self._write(h11.EndOfMessage())

    def _plain(self, data: bytes) -> bytes:
        return self._write(h11.Data(data=data))

    def _write(self, event: h11.Event) -> bytes:
        return self._wire.send(event) or b""


def _discard(_data: bytes) -> bytes:
    return b""
