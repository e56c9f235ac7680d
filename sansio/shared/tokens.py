"""Which access tokens there are, and who fetches the next one: the bookkeeping, without the fetching.

A token is held or not, and is being fetched by one call or by none:

                 nobody fetches it                      a call fetches it
    not held     who asks is told to fetch              who asks waits
    held         given; near its end the first who      given, as long as it is good
                 asks is told to fetch the next one

A fetch that failed has failed for all who wait then: one after the other they would only hear the same again.  Where a
call's own time was over, or it was abandoned, the fetch goes to the next who waits.  Every way in returns a `Reply` as
the pool's do.  Three invariants: a token has one fetch at a time; nobody waits for one that nobody fetches; and none is
given out that is about to expire.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ..commands import (
    NEVER,
    Broken,
    Busy,
    Decision,
    Done,
    Fetch,
    Refused,
    Token,
    TokenFetched,
    TokenRefused,
    TokenWanted,
)
from ..errors import Failure
from ..types import Credential
from ..wire.pool import Reply, belongs, root

REFRESH_AHEAD: Final = 300.0
"""Seconds before its end from which on a token is replaced, or a quarter of its life where that is less."""
MARGIN: Final = 30.0
"""Seconds before its end from which on a token is given to nobody, or a tenth of its life where that is less."""
# The metadata servers of clouds hand out what is left of a token, which may be a few minutes: hence the fractions.
_AHEAD_OF_LIFE: Final = 0.25
_MARGIN_OF_LIFE: Final = 0.1
_PAUSE: Final = 30.0  # seconds after a refresh that failed while the token is still good
KEPT: Final = 1024
"""Tokens that are held: a client has one for each provider, a gateway perhaps one for each of its users."""
_EXPIRED: Final = Failure(kind="protocol", message="the token had expired when it came")


class _Place(msgspec.Struct):
    """What a call has booked: the fetch of a token, or with a ticket its place among those who wait.

    Who is to fetch after having waited keeps the ticket until it asks again; `failure` is what it will hear then instead.
    """

    key: str
    ticket: int | None = None
    failure: Failure | None = None


class _Entry(msgspec.Struct):
    """One token.  The times are Unix times; `queue` are those who wait, by ticket and in order."""

    credential: Credential | None = None
    ahead: float = 0.0  # from here on the next one is to be fetched
    void: float = 0.0  # from here on it is given to nobody
    fetcher: str | None = None
    queue: dict[int, str] = {}

    def good(self, unix: float) -> Credential | None:
        """The token, while it may be given out."""
        return self.credential if unix < self.void else None

    def hold(self, credential: Credential, unix: float) -> None:
        """Keep a new token."""
        expires = NEVER if credential.expires is None else credential.expires
        life = expires - unix
        self.credential = credential
        self.ahead = expires - min(REFRESH_AHEAD, life * _AHEAD_OF_LIFE)
        self.void = expires - min(MARGIN, life * _MARGIN_OF_LIFE)


class Tokens:
    """The access tokens of a client by their keys, and the calls that fetch them or wait for them."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}  # the one that was asked for last stands last
        self._bookings: dict[str, dict[str, _Place]] = {}  # of a call and its racers, which book as `call.n`
        self._tickets = 0  # they count down: keys to wake that are above zero are the pool's
        self._closed = False
        self._woken: list[int] = []

    def wanted(self, question: TokenWanted, now: float) -> Reply:
        """The token where it is good; else Fetch for the first who asks, and Busy for the others, with the key to wait for."""
        if self._closed:
            return self._reply(Broken(now, "cancelled", "the client is closed"))
        key, call, unix = question.key, question.call, question.unix
        entry = self._entry(key)
        place = self._place(call)
        if place is not None and place.key == key:
            if place.ticket is not None and place.ticket in entry.queue:
                return self._reply(Busy(now, place.ticket))
            if entry.fetcher == call:
                place.ticket = None
                return self._reply(Fetch(now, entry.good(unix) is not None))
        failure = self._leave(call)
        credential = entry.good(unix)
        if credential is not None and (failure is not None or entry.fetcher is not None or unix < entry.ahead):
            return self._reply(Token(now, credential))
        if failure is not None:
            return self._reply(Refused(now, failure))
        if entry.fetcher is not None:
            return self._reply(Busy(now, self._wait(entry, key, call)))
        entry.fetcher = call
        self._book(call, _Place(key))
        return self._reply(Fetch(now, credential is not None))

    def fetched(self, question: TokenFetched, now: float) -> Reply:
        """Take what came of a fetch, and wake those who wait for it.

        Of a call that does not fetch (any more) nothing is kept, and it is told what it said.
        """
        if self._closed:
            return self._reply(Broken(now, "cancelled", "the client is closed"))
        entry = self._entries.get(question.key)
        outcome, unix = question.outcome, question.unix
        if isinstance(outcome, Credential) and outcome.expires is not None and outcome.expires <= unix:
            outcome = _EXPIRED
        if entry is None or entry.fetcher != question.call:
            return self._reply(_told(outcome, now))
        self._unbook(question.call)
        entry.fetcher = None
        entry.ahead = unix + _PAUSE
        if isinstance(outcome, Credential):
            entry.hold(outcome, unix)
            self._wake(entry, None)
        elif question.own:
            self._pass_on(entry)
        else:
            self._wake(entry, outcome)
        return self._reply(_told(entry.good(unix) or outcome, now))

    def refused(self, question: TokenRefused, now: float) -> Reply:
        """Forget the token, unless there is a newer one already."""
        entry = self._entries.get(question.key)
        if entry is not None and entry.credential == question.credential:
            entry.credential = None
        return self._reply(Done(now))

    def withdraw(self, call: str, now: float) -> Reply:
        """The call waits no longer; a fetch that was handed to it goes to the next.  One that it makes is its own still."""
        if (place := self._place(call)) is not None and place.ticket is not None:
            self._leave(call)
        return self._reply(Done(now))

    def abandon(self, call: str, now: float) -> Reply:
        """Settle what is booked for the call and its racers: their fetches go to the next who wait."""
        for name in [name for name in self._bookings.get(root(call), ()) if belongs(name, call)]:
            self._leave(name)
        return self._reply(Done(now))

    def close(self, now: float) -> Reply:
        """Forget every token; those who wait are woken, to be told."""
        self._closed = True
        for entry in self._entries.values():
            self._woken.extend(entry.queue)
        self._entries.clear()
        self._bookings.clear()
        return self._reply(Done(now))

    def forked(self) -> None:
        """Forget who fetches and who waits: they are the parent's.  Tokens are good in both processes."""
        self._bookings.clear()
        for entry in self._entries.values():
            entry.fetcher = None
            entry.queue.clear()

    @property
    def kept(self) -> int:
        """How many tokens there are, or are being fetched."""
        return len(self._entries)

    @property
    def waiting(self) -> int:
        """How many calls wait for a token."""
        return sum(len(entry.queue) for entry in self._entries.values())

    # -- the parts ----------------------------------------------------------------------------------------

    def _reply(self, answer: Decision) -> Reply:
        if not self._woken:
            return Reply(answer)
        reply = Reply(answer, tuple(self._woken))
        self._woken.clear()
        return reply

    def _entry(self, key: str) -> _Entry:
        """The entry of *key*, moved to the end; for a new one the oldest goes that nobody fetches."""
        entry = self._entries.pop(key, None)
        if entry is None:
            entry = _Entry()
            if len(self._entries) >= KEPT:
                idle = next((key for key, entry in self._entries.items() if entry.fetcher is None), key)
                self._entries.pop(idle, None)
        self._entries[key] = entry
        return entry

    def _wait(self, entry: _Entry, key: str, call: str) -> int:
        self._tickets -= 1
        entry.queue[self._tickets] = call
        self._book(call, _Place(key, self._tickets))
        return self._tickets

    def _wake(self, entry: _Entry, failure: Failure | None) -> None:
        """Let all who wait ask again; with a failure, that is what they will hear."""
        for call in entry.queue.values():
            self._bookings[root(call)][call].failure = failure
        self._woken.extend(entry.queue)
        entry.queue.clear()

    def _pass_on(self, entry: _Entry) -> None:
        """Hand the fetch to the first who waits."""
        entry.fetcher = None
        if (ticket := next(iter(entry.queue), None)) is not None:
            entry.fetcher = entry.queue.pop(ticket)
            self._woken.append(ticket)

    def _leave(self, call: str) -> Failure | None:
        """Let go of what the call has booked; the failure that was waiting for it."""
        if (place := self._unbook(call)) is None:
            return None
        entry = self._entries.get(place.key)
        if entry is not None and entry.fetcher == call:
            self._pass_on(entry)
        elif entry is not None and place.ticket is not None:
            entry.queue.pop(place.ticket, None)
        return place.failure

    def _place(self, call: str) -> _Place | None:
        return self._bookings.get(root(call), {}).get(call)

    def _book(self, call: str, place: _Place) -> None:
        self._bookings.setdefault(root(call), {})[call] = place

    def _unbook(self, call: str) -> _Place | None:
        booking = self._bookings.get(root(call), {})
        place = booking.pop(call, None)
        if place is not None and not booking:
            del self._bookings[root(call)]
        return place


def _told(outcome: Credential | Failure, now: float) -> Token | Refused:
    return Token(now, outcome) if isinstance(outcome, Credential) else Refused(now, outcome)
