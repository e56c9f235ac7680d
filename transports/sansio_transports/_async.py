"""What the clients for asyncio and trio have in common: all but the event loop."""

from __future__ import annotations

import os
from collections.abc import Mapping
from copy import copy
from typing import Generic, Self, TypeVar, Unpack

from sansio.events import Event, Outcome
from sansio.types import Request
from sansio.wire.verbs import Finished

from ._hub import E, Hub
from ._loop import C, Loop, Running
from ._setup import Configuration, Overrides, Setup
from ._stream import AsyncText, Shown, response_of
from .config import from_environment

R = TypeVar("R")


class AsyncClient(Generic[C, E]):
    """A client on the event loop that its subclass names."""

    _loop: Loop[C, E]  # of the subclass

    def __init__(self, **configuration: Unpack[Configuration]) -> None:
        self._setup = Setup(**configuration)
        self._hub = Hub[C, E](self._setup.shared, event=self._loop.event, now=self._loop.now)

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ, **configuration: Unpack[Configuration]) -> Self:
        """A client of every provider whose key *env* holds, over the proxies that it names; *configuration* goes first."""
        return cls(**from_environment(env, configuration))

    def with_options(self, **overrides: Unpack[Overrides]) -> Self:
        """A client that makes its calls with these options, over the same connections: closing one closes both."""
        client = copy(self)
        client._setup = self._setup.having(overrides)  # noqa: SLF001  # our own kind
        return client

    async def send(self, request: Request[R], **overrides: Unpack[Overrides]) -> R:
        """The response to *request*.  *overrides* count for this call only."""
        running = self._running(request, overrides, stream=False)
        try:
            while not isinstance(step := await running.advance(), Finished):
                continue
            return response_of(step.value)
        finally:
            running.close()

    def stream(self, request: Request[R], **overrides: Unpack[Overrides]) -> AsyncStream[R, C, E]:
        """The answer to *request* as it comes.  Nothing is sent before it is iterated; the total clock runs from here."""
        return AsyncStream(self._running(request, overrides, stream=True))

    async def aclose(self) -> None:
        """Close every connection.  Calls that are under way end in an APIError of the kind `cancelled`.

        One that is just connecting, or pauses before its next attempt, ends when that is over; cancel its task to end it now.
        """
        self._hub.close()
        await self._loop.sleep(self._loop.now())  # the loop closes its sockets

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    def _running(self, request: Request[R], overrides: Overrides, *, stream: bool) -> Running[Outcome[R], C, E]:
        setup = self._setup.having(overrides) if overrides else self._setup
        call = setup.call(request, stream=stream, name=self._hub.call_id(), now=self._loop.now())
        return Running(self._hub, self._loop, call, setup.sources())


class AsyncStream(Shown[R], Generic[R, C, E]):
    """The events of one answer, `Completed` last; iterate it once, in one task at a time.

    A failure is raised as its exception.  Leave it early through its context manager or `aclose`; what was read to the end,
    or dropped, gives its connection back without either.
    """

    __slots__ = ("__weakref__", "_running")

    def __init__(self, running: Running[Outcome[R], C, E]) -> None:
        super().__init__()
        self._running = running

    @property
    def text(self) -> AsyncText:
        """The text of the first choice, piece by piece; it reads the stream."""
        return AsyncText(self)

    async def aclose(self) -> None:
        """Stop here.  An answer that is complete keeps its connection; any other loses it, and what was not read."""
        with self._turn:
            try:
                if self._drop() and not self._running.closed:
                    await self._running.advance()
            finally:
                self._running.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event[R]:
        if (event := next(self._events, None)) is not None:
            return event
        with self._turn:
            if self._running.closed:
                raise StopAsyncIteration
            try:
                step = await self._running.advance()
            except BaseException:
                self._running.close()
                raise
            if not isinstance(step, Finished):
                return self._show(step.events)
            self._running.close()
            response_of(step.value)
            raise StopAsyncIteration

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            await self.aclose()
            return
        with self._turn:
            self._drop()
            self._running.close()
