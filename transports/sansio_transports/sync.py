"""The client for threads: blocking calls, no event loop."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from copy import copy
from time import monotonic
from typing import Generic, Self, TypeVar, Unpack

from sansio.events import Event, Outcome
from sansio.types import Request
from sansio.wire.verbs import Finished

from ._running import Running
from ._setup import Configuration, Overrides, Setup
from ._stream import Shown, response_of, text_of
from ._thread_hub import ThreadHub
from .config import from_environment

__all__ = ["Client", "Stream"]

R = TypeVar("R")


class Client:
    """Sends requests to the configured providers.  Threads may share one; its connections are kept alive and reused.

    It may be used in forked processes, too: each has connections of its own, and calls that were under way stay the parent's.
    See `Configuration` for what it can be given.  Use it as a context manager, or `close` it.  Every call ends in its
    response or in a `sansio.errors.APIError`; misuse is a LocalProtocolError.
    """

    def __init__(self, **configuration: Unpack[Configuration]) -> None:
        self._setup = Setup(**configuration)
        self._hub = ThreadHub(self._setup.shared)

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ, **configuration: Unpack[Configuration]) -> Self:
        """A client of every provider whose key *env* holds, over the proxies that it names; *configuration* goes first."""
        return cls(**from_environment(env, configuration))

    def with_options(self, **overrides: Unpack[Overrides]) -> Self:
        """A client that makes its calls with these options, over the same connections: closing one closes both."""
        client = copy(self)
        client._setup = self._setup.having(overrides)  # noqa: SLF001  # our own kind
        return client

    def send(self, request: Request[R], **overrides: Unpack[Overrides]) -> R:
        """The response to *request*.  *overrides* count for this call only."""
        running = self._running(request, overrides, stream=False)
        try:
            while not isinstance(step := running.advance(), Finished):
                continue
            return response_of(step.value)
        finally:
            running.close()

    def stream(self, request: Request[R], **overrides: Unpack[Overrides]) -> Stream[R]:
        """The answer to *request* as it comes.  Nothing is sent before the stream is iterated; the total clock runs from here."""
        return Stream(self._running(request, overrides, stream=True))

    def close(self) -> None:
        """Close every connection.  Calls that other threads have under way end in an APIError of the kind `cancelled`.

        One that is just connecting, or pauses before its next attempt, ends when that is over.
        """
        self._hub.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _running(self, request: Request[R], overrides: Overrides, *, stream: bool) -> Running[Outcome[R]]:
        setup = self._setup.having(overrides) if overrides else self._setup
        call = setup.call(request, stream=stream, name=self._hub.call_id(), now=monotonic())
        return Running(self._hub, call, setup.sources())


class Stream(Shown[R], Generic[R]):
    """The events of one answer, `Completed` last; iterate it once, in one thread at a time.

    A failure is raised as its exception.  Leave it early through its context manager or `close`; what was read to the end,
    or dropped, gives its connection back without either.
    """

    def __init__(self, running: Running[Outcome[R]]) -> None:
        super().__init__()
        self._running = running

    @property
    def text(self) -> Iterator[str]:
        """The text of the first choice, piece by piece; it reads the stream."""
        return text_of(self)

    def close(self) -> None:
        """Stop here.  An answer that is complete keeps its connection; any other loses it, and what was not read."""
        with self._turn:
            try:
                if self._drop() and not self._running.closed:
                    self._running.advance()
            finally:
                self._running.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event[R]:
        if (event := next(self._events, None)) is not None:
            return event
        return self._more()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
            return
        with self._turn:
            self._drop()
            self._running.close()

    def _more(self) -> Event[R]:
        with self._turn:
            if self._running.closed:
                raise StopIteration
            try:
                step = self._running.advance()
            except BaseException:
                self._running.close()
                raise
            if not isinstance(step, Finished):
                return self._show(step.events)
            self._running.close()
            response_of(step.value)
            raise StopIteration
