"""The exchange: a machine that turns a response's head and body into events and exactly one end.

Theory of operation.  The head decides who reads the body: an error's explanation is gathered, anything else is told by
its first bytes (`opening`) and read as events or as a document (`readers`), which yield the records that the dialect's
decoder turns into events; the fold gathers these into the response.  The outcome is set once, by whoever is first: the
marker, an error, a limit, or the end of the body.  What comes after it is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Generic, TypeVar, get_args

import msgspec

from ..auth import authorized
from ..dialects.codec import Folding, Framing, Reply, Terms
from ..errors import Failure, LocalProtocolError
from ..events import Completed, Delta, Event, Failed, Output
from ..http import Headers, HttpRequest, Limits
from ..types import Credential, Loss, Provider, Request
from .head import by_name, is_json, request_id
from .known import Known
from .opening import CodedReader, body_reader
from .plan import OnLoss, Plan, plan
from .readers import ErrorReader, Reader
from .stamps import stamped

if TYPE_CHECKING:
    from ..models import Registry

R = TypeVar("R", covariant=True)
T = TypeVar("T")

_LIMITS: Final = Limits()
_PACKAGED: Final = Known()
_OUTPUT: Final[tuple[type, ...]] = get_args(Output)


class Exchange(Generic[R]):
    """One request to one provider, and its response.

    Send `request` with any HTTP client.  Then call `receive_head` once, `receive_data` for each piece of the body, and
    `receive_eof` at its clean end or `receive_broken` at any other; after each, ask `next_event` until it returns None.
    The events end in exactly one `Completed` or `Failed`, whatever the peer does: no byte of its makes a method raise.

    *stream* asks the provider to stream; *credential* replaces that of the provider's key or secret.  *unix* is the Unix
    time now, for signatures, and for a Retry-After date in a response without a date; *seed* is random bytes, for requests
    that need some.  *on_loss* says what happens where the provider cannot take a field; `losses` lists them in any case.
    *headers* and *query* are added to the request.  *registry* knows the models' limits and prices, instead of the
    package's own.

    Raises LocalProtocolError for a missing key, a request of a kind that the provider's dialect lacks, and the like;
    UnsupportedParameterError for a loss under "raise".
    """

    __slots__ = (
        "_authorized",
        "_committed",
        "_content_type",
        "_credential",
        "_decoder",
        "_events",
        "_fold",
        "_framing",
        "_informed",
        "_outcome",
        "_over",
        "_plan",
        "_reader",
        "_request_id",
        "_status",
        "_taken",
        "_unless_json",
    )

    def __init__(
        self,
        provider: Provider,
        request: Request[R],
        *,
        stream: bool = False,
        credential: Credential | None = None,
        unix: float | None = None,
        seed: bytes | None = None,
        limits: Limits = _LIMITS,
        on_loss: OnLoss = "raise",
        headers: Headers = (),
        query: Headers = (),
        registry: Registry | None = None,
    ) -> None:
        known = _PACKAGED if registry is None else Known(registry)
        most = known.most_output
        terms = Terms(provider=provider, stream=stream, limits=limits, unix=unix, seed=seed, most_output=most)
        of = plan(request, terms, known, on_loss=on_loss, headers=headers, query=query)
        self._begin(of, authorized(of.request, of.terms.provider, credential, unix), credential)

    def _begin(self, of: Plan[R], request: HttpRequest, credential: Credential | None) -> None:
        self._plan = of
        self._authorized = request
        self._credential = credential
        reading = of.codec.reading(of.asked, of.terms)
        self._decoder = reading.decoder
        self._fold: Folding[R] = reading.fold
        self._framing: Framing = reading.framing or of.codec.framing
        self._unless_json = reading.unless_json
        self._reader: Reader | None = None  # from the head to the outcome
        self._events: list[Event[R]] = []
        self._taken = 0  # how many of them `next_event` has given
        self._status: int | None = None
        self._informed = False  # an informational head came
        self._request_id: str | None = None
        self._content_type: str | None = None
        self._over = False  # the body has ended
        self._committed = False
        self._outcome: Completed[R] | Failed | None = None

    def renewed(self, *, credential: Credential | None = None, unix: float | None = None) -> Exchange[R]:
        """A fresh exchange of the same request, for another attempt; nothing is encoded again.

        A *credential* replaces the one before it; a request that its provider wants signed is signed for *unix*, the Unix
        time now, if that is given.
        """
        fresh = type(self).__new__(type(self))
        request, provider, known = self._authorized, self._plan.terms.provider, credential or self._credential
        signs = known is None and unix is not None and provider.service is not None
        if credential is not None or signs:
            request = authorized(self._plan.request, provider, credential, unix)
        fresh._begin(self._plan, request, known)  # noqa: SLF001  # an object of this very class
        return fresh

    @property
    def request(self) -> HttpRequest:
        """The request, ready to be sent."""
        return self._authorized

    @property
    def provider(self) -> Provider:
        """Who is asked, as the model's variant of it is."""
        return self._plan.terms.provider

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What the conversion dropped, approximated or filled."""
        return self._plan.losses

    @property
    def stream(self) -> bool:
        """Whether a stream was asked for; what came may be another thing, and is read all the same."""
        return self._plan.terms.stream

    @property
    def notes(self) -> list[str]:
        """The paths in the response that had to be dropped because they do not fit the API."""
        return self._decoder.notes

    @property
    def outcome(self) -> Completed[R] | Failed | None:
        """The end, as soon as it is known; it is also the last event."""
        return self._outcome

    @property
    def committed(self) -> bool:
        """Whether a stream has given real output: the commit point, after which another attempt would say it twice."""
        return self._committed

    def receive_head(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Take the response's status and headers; an informational one (1xx) may come before and is ignored.

        Raises LocalProtocolError where there was a head already, the response is over, or *headers* are no pairs of text.
        """
        if self._status is not None or self._over:
            raise LocalProtocolError("the head of a response comes once, and before its end")
        if 100 <= status < 200 and status != 101:
            self._informed = True
            return
        names = by_name(headers)
        self._status = status
        self._request_id = request_id(names)
        self._content_type = names.get("content-type") if self._framing == "bytes" else None
        if self._outcome is not None:
            return
        codec, terms = self._plan.codec, self._plan.terms
        if 200 <= status < 300:
            framing = codec.framing if self._unless_json and is_json(names) else self._framing
            self._reader = body_reader(framing, self._decoder, terms.limits, names, stream=terms.stream)
        else:
            refused = ErrorReader(lambda explanation: codec.failure(Reply(status, names, explanation), terms))
            self._reader = CodedReader(refused)

    def receive_data(self, chunk: bytes) -> None:
        """Take the next bytes of the body, cut anywhere.  Raises LocalProtocolError before the head and after the end."""
        if (reader := self._reader) is not None:
            self._take(reader.receive(chunk), reader)
        elif self._over or (self._status is None and not self._informed):
            raise LocalProtocolError("the body of a response comes between its head and its end")

    def receive_eof(self) -> None:
        """Take the clean end of the response, as HTTP's framing tells it.  Raises LocalProtocolError if it is over."""
        self._finish("the response ended before it was complete", clean=True)

    def receive_broken(self, reason: str) -> None:
        """Take any other end: a reset, a body shorter than announced, a missing last chunk.  Raises as `receive_eof`."""
        self._finish(reason, clean=False)

    def fail(self, failure: Failure) -> None:
        """End the exchange with what the caller knows better, such as a time-out; nothing happens if it has ended."""
        if self._outcome is None:
            self._end(self._failed(failure))

    def next_event(self) -> Event[R] | None:
        """The next event, None where there is none now.  The last one is a `Completed` or a `Failed`."""
        events, place = self._events, self._taken
        if not events:
            return None
        event = events[place]
        if place + 1 < len(events):
            self._taken = place + 1
        else:
            events.clear()
            self._taken = 0
        return event

    def take_events(self) -> list[Event[R]]:
        """All the events that `next_event` would give now."""
        events, self._events = self._events, []
        taken, self._taken = self._taken, 0
        return events[taken:] if taken else events

    def _finish(self, reason: str, *, clean: bool) -> None:
        if self._over:
            raise LocalProtocolError("a response ends once")
        self._over = True
        if (reader := self._reader) is not None:
            self._take(reader.finish(clean=clean), reader)
            self.fail(Failure(kind="truncated", message=reason))
        else:
            self.fail(Failure(kind="connection", message=f"no response came: {reason}"))

    def _take(self, events: list[Delta], reader: Reader) -> None:
        if events:
            self._fold.extend(events)
            self._events.extend(events)
            if not self._committed and self.stream:
                self._committed = any(isinstance(event, _OUTPUT) for event in events)
        if (failure := reader.failure) is not None:
            self.fail(failure)
        elif reader.complete:
            self._end(Completed(self._stamped(self._fold.response(), complete=True)))
        elif (rest := reader.rest) is not None:
            self._reader = rest

    def _failed(self, failure: Failure) -> Failed:
        """The failure with what every failure of this exchange says, and with what came before it."""
        known = msgspec.structs.replace(
            failure,
            status=self._status if failure.status is None else failure.status,
            provider=failure.provider or self._plan.terms.provider.name,
            request_id=failure.request_id or self._request_id,
        )
        partial = self._fold.partial()
        return Failed(known, None if partial is None else self._stamped(partial, complete=False))

    def _stamped(self, response: T, *, complete: bool) -> T:
        plan = self._plan
        return stamped(
            response,
            plan.asked,
            plan.terms.provider,
            request_id=self._request_id,
            content_type=self._content_type,
            known=plan.known if complete else None,
        )

    def _end(self, outcome: Completed[R] | Failed) -> None:
        self._outcome = outcome
        self._reader = None  # and with it what it holds of the body
        self._events.append(outcome)
