"""The contract between an exchange and the client side of a dialect: a request becomes bytes, records become events.

A codec stands for one kind of request in one dialect.  It sees whole records and bodies: framing, content codings, HTTP
and the end of an exchange belong to the exchange.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

import msgspec

from ..errors import Failure
from ..events import Delta, Event
from ..http import Body, Headers, Limits
from ..types import ChatRequest, ChatResponse, Loss, Provider
from .deprecated import modern_answer

Framing: TypeAlias = Literal["sse", "jsonlines", "eventstream", "bytes"]
"""How the records of a stream are told apart: server-sent events, a JSON text a line, AWS's event stream, or not at all."""

Q = TypeVar("Q", contravariant=True)
R = TypeVar("R", covariant=True)


def _unknown(_provider: Provider, _model: str) -> None:
    return None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What an exchange was told beside its request.

    `unix` is the Unix time of the request and `seed` random bytes, where the caller gave them: pure code has neither.
    `most_output` says how many tokens a provider's model can answer with, where the registry knows.
    """

    provider: Provider
    stream: bool
    limits: Limits
    unix: float | None = None
    seed: bytes | None = None
    most_output: Callable[[Provider, str], int | None] = _unknown


class Encoded(msgspec.Struct, frozen=True):
    """A request on the wire, less its origin and its credential.

    `path` is relative to the provider's base URL, or to its host where it begins with two slashes; it is percent-encoded, the pairs of `query` are not.  `accept` is the media type of the answer where that is neither
    JSON nor server-sent events; `headers` are the API's own.  A body of b"" has no content type.
    """

    path: str
    body: bytes | Body
    losses: tuple[Loss, ...] = ()
    method: str = "POST"
    content_type: str = "application/json"
    accept: str | None = None
    headers: Headers = ()
    query: Headers = ()


class Reply(msgspec.Struct, frozen=True):
    """An HTTP response that is no success: lower-case header names, and as much of the body as is worth reading."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Decoder(Protocol):
    """Turns the records of one response into events, up to the first of its two ends.

    A record is the data of a server-sent event, a line, a piece of a download, or of AWS's event stream an object whose one
    member is the payload under its event's, or its exception's, name.

    `complete` is set at the dialect's terminal marker, `failure` at an error that the peer reports or at a record that is
    not the API's; after either nothing more is given to it.  No record makes a method raise.  What a lenient reading had
    to drop is told in `notes`.
    """

    complete: bool
    failure: Failure | None
    notes: list[str]

    def receive(self, records: Sequence[bytes]) -> list[Delta]:
        """Take the next records of a stream.  Returns their events; those before a failure are among them."""
        ...

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        """Take an answer that was not streamed, instead of any record.  Sets `complete` or `failure`."""
        ...

    def finish(self) -> list[Delta]:
        """Take the clean end of a stream without a marker.  Sets `complete` where the API says that this is an end."""
        ...


class Folding(Protocol[R]):
    """Gathers events into the response."""

    def extend(self, events: Iterable[Delta]) -> None:
        """Take the next events."""
        ...

    def response(self) -> R:
        """The response, once the decoder is complete."""
        ...

    def partial(self) -> ChatResponse | None:
        """The response so far, None where nothing came that a user would want."""
        ...


class Reading(msgspec.Struct, Generic[R], frozen=True):
    """How one response is read: the decoder's events go to the fold.

    `framing` goes before the codec's own, where the request decides what the answer is: a transcript may be plain text.
    *unless_json* says that it does not where the answer is JSON by its type, since that is a document in place of one.
    """

    decoder: Decoder
    fold: Folding[R]
    framing: Framing | None = None
    unless_json: bool = False


class Codec(Protocol[Q, R]):
    """One kind of request in one dialect, seen from the client.  `framing` is how a stream's records are told apart."""

    framing: Framing

    def encode(self, request: Q, terms: Terms) -> Encoded:
        """The request as the provider takes it, and what that lost.  Raises LocalProtocolError for what no API takes."""
        ...

    def reading(self, request: Q, terms: Terms) -> Reading[R]:
        """What reads the response to *request*."""
        ...

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the provider refused, as its status, headers and body tell."""
        ...


class Encoder(Protocol):
    """The events of one answer, on its way out of a server, to the bytes of a stream.  `ended` is set with the last ones."""

    ended: bool

    def encode(self, event: Event[ChatResponse]) -> bytes:
        """The bytes that say *event*; b"" where there is nothing to say, yet or in this dialect."""
        ...


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """The chat of one dialect, seen from the server.

    `stream_type` is the media type of its streams.

    - `decode(method, path, headers, body)` is what `decode_request` gives, without the dialect's name.
    - `encoder(request, path)` is the encoder of the stream that answers *request*, which came to *path*.
    - `encode(response)` is what `encode_response` gives, of an answer that says nothing in deprecated words.
    - `encode_failure(failure)` is the status, headers and body of a response that tells of *failure* before anything else
      was said.
    """

    dialect: str
    stream_type: str
    decode: Callable[[str, str, Headers, bytes], ChatRequest | Failure]
    encoder: Callable[[ChatRequest, str], Encoder]
    encode: Callable[[ChatResponse], bytes]
    encode_failure: Callable[[Failure], tuple[int, Headers, bytes]]

    def decode_request(self, method: str, path: str, headers: Headers, body: bytes) -> ChatRequest | Failure:
        """The request, its `stream` set where a stream is asked for, or why there is none.  Raises nothing.

        *path* is the request's target, with a query if it has one; header names are in lower case.
        """
        decoded = self.decode(method, path, headers, body)
        return decoded if isinstance(decoded, Failure) else msgspec.structs.replace(decoded, dialect=self.dialect)

    def encode_response(self, response: ChatResponse) -> bytes:
        """The body of an answer that is not streamed."""
        return self.encode(response if self.dialect == "openai_chat" else modern_answer(response))


def path_of(terms: Terms, name: str, default: str, model: str = "", *, safe: str = "") -> str:
    """The path that a dialect calls *name*: the provider's own, or the dialect's *default*.

    `{model}` in either is replaced by *model*, percent-encoded but for the characters in *safe*.
    """
    paths = terms.provider.paths
    own = paths.get(f"{name}.stream") if terms.stream else None
    path = own or paths.get(name, default)
    if "{model}" not in path:
        return path
    from urllib.parse import quote

    return path.replace("{model}", quote(model, safe=safe))


def native_model(model: str, provider: Provider) -> str:
    """The model as the provider knows it: its own name in front is removed, once.

    The name ends at the first slash; only where there is none, at the first colon (`ft:gpt-4o:...` stays whole).
    """
    head, mark, rest = model.partition("/" if "/" in model else ":")
    return rest if mark and rest and head == provider.name else model
