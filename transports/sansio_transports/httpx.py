"""Calls over the user's own `httpx` or `httpx2` client: that one moves the bytes, the exchange reads them.

The client's pool, TLS, proxies and time-outs count, and nothing is retried.  The raw body is read: content codings are
the exchange's to undo.  Failures are the same exceptions as everywhere; the client's time-outs are APITimeoutErrors.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any, Generic, Self, TypeVar, Unpack

from sansio.events import Event
from sansio.types import Provider, Request

from ._messages import AsyncClient, AsyncResponse, Client, Messages, Options, Response
from ._stream import AsyncText, Shown, response_of, text_of

__all__ = ["AsyncStream", "Options", "Stream", "asend", "astream", "send", "stream"]

R = TypeVar("R")


def send(client: Client[Any], provider: Provider, request: Request[R], **options: Unpack[Options]) -> R:
    """The response to *request*.  Raises an APIError where there is none."""
    messages = Messages(client, provider, request, options, stream=False)
    try:
        response = client.send(messages.build(client), stream=True, follow_redirects=False)
        try:
            messages.receive_head(response)
            for chunk in response.iter_raw():
                messages.receive(chunk)
        finally:
            response.close()
        messages.receive(None)
    except messages.transport as exc:
        messages.broken(exc)
    return response_of(messages.outcome)


async def asend(client: AsyncClient[Any], provider: Provider, request: Request[R], **options: Unpack[Options]) -> R:
    """As `send`, over an async client."""
    messages = Messages(client, provider, request, options, stream=False)
    try:
        response = await client.send(messages.build(client), stream=True, follow_redirects=False)
        try:
            messages.receive_head(response)
            async for chunk in response.aiter_raw():
                messages.receive(chunk)
        finally:
            await response.aclose()
        messages.receive(None)
    except messages.transport as exc:
        messages.broken(exc)
    return response_of(messages.outcome)


def stream(client: Client[Any], provider: Provider, request: Request[R], **options: Unpack[Options]) -> Stream[R]:
    """The answer to *request* as it comes.  Nothing is sent before it is iterated."""
    return Stream(client, Messages(client, provider, request, options, stream=True))


def astream(
    client: AsyncClient[Any], provider: Provider, request: Request[R], **options: Unpack[Options]
) -> AsyncStream[R]:
    """As `stream`, over an async client."""
    return AsyncStream(client, Messages(client, provider, request, options, stream=True))


class Stream(Shown[R], Generic[R]):
    """The events of one answer, `Completed` last; a failure is raised.  Leave it by its context manager or `close`."""

    def __init__(self, client: Client[Any], messages: Messages[R]) -> None:
        super().__init__()
        self._client = client
        self._messages = messages
        self._response: Response | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._closed = False

    @property
    def text(self) -> Iterator[str]:
        """The text of the first choice, piece by piece; it reads the stream."""
        return text_of(self)

    def close(self) -> None:
        """Stop here."""
        self._drop()
        self._closed = True
        if self._response is not None:
            self._response.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event[R]:
        if (event := next(self._events, None)) is not None:
            return event
        return self._more()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _more(self) -> Event[R]:
        with self._turn:
            if self._closed:
                raise StopIteration
            try:
                while not self._messages.over:
                    self._read()
                    if events := self._messages.events():
                        return self._show(events)
                with suppress(self._messages.transport):
                    next(self._chunks, None)  # where the body ends behind its marker, the connection is kept
            except BaseException:
                self.close()
                raise
            self.close()
            response_of(self._messages.outcome)
            raise StopIteration

    def _read(self) -> None:
        messages = self._messages
        try:
            if self._response is None:
                self._response = self._client.send(messages.build(self._client), stream=True, follow_redirects=False)
                messages.receive_head(self._response)
                self._chunks = self._response.iter_raw()
            else:
                messages.receive(next(self._chunks, None))
        except messages.transport as exc:
            messages.broken(exc)


class AsyncStream(Shown[R], Generic[R]):
    """The events of one answer, `Completed` last; a failure is raised.  Leave it by its context manager or `aclose`."""

    def __init__(self, client: AsyncClient[Any], messages: Messages[R]) -> None:
        super().__init__()
        self._client = client
        self._messages = messages
        self._response: AsyncResponse | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._closed = False

    @property
    def text(self) -> AsyncText:
        """The text of the first choice, piece by piece; it reads the stream."""
        return AsyncText(self)

    async def aclose(self) -> None:
        """Stop here."""
        self._drop()
        self._closed = True
        if self._response is not None:
            await self._response.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event[R]:
        if (event := next(self._events, None)) is not None:
            return event
        return await self._more()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _more(self) -> Event[R]:
        with self._turn:
            if self._closed:
                raise StopAsyncIteration
            try:
                while not self._messages.over:
                    await self._read()
                    if events := self._messages.events():
                        return self._show(events)
                if self._chunks is not None:
                    with suppress(self._messages.transport):
                        await anext(self._chunks, None)  # where the body ends behind its marker, the connection is kept
            except BaseException:
                await self.aclose()
                raise
            await self.aclose()
            response_of(self._messages.outcome)
            raise StopAsyncIteration

    async def _read(self) -> None:
        messages = self._messages
        try:
            if self._chunks is None:
                request = messages.build(self._client)
                self._response = await self._client.send(request, stream=True, follow_redirects=False)
                messages.receive_head(self._response)
                self._chunks = self._response.aiter_raw()
            else:
                messages.receive(await anext(self._chunks, None))
        except messages.transport as exc:
            messages.broken(exc)
