"""What a driver of a server's connection does, as data: a handler's steps, over a Connection, to actions.

The handler is called with each request and gives the response's events, raw pieces, and actions of its own, such as a
pause.  Whoever moves bytes performs the actions: a thread on a socket, or a test on a virtual clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

import msgspec

from ..errors import Failure
from ..events import Failed
from .events import ConnectionClosed, OperationReceived, RequestReceived, RequestRefused, Sendable

if TYPE_CHECKING:
    from .connection import Connection


class Write(msgspec.Struct, frozen=True):
    """Send these bytes.  As a handler's step they go out as they are, past the framing of HTTP."""

    data: bytes


class Pause(msgspec.Struct, frozen=True):
    """Do nothing for so many seconds; the peer's going away may end it."""

    seconds: float


class Close(msgspec.Struct, frozen=True):
    """Close the connection once what was written has gone out.  `notify` says goodbye in TLS, whose lack is a cut."""

    notify: bool = True


class Reset(msgspec.Struct, frozen=True):
    """Abort the connection with a TCP reset."""


Action: TypeAlias = Write | Pause | Close | Reset
Step: TypeAlias = Sendable | Action
Handler: TypeAlias = Callable[[RequestReceived], Iterable[Step]]
OperationHandler: TypeAlias = Callable[[OperationReceived], Iterable[Step]]


@runtime_checkable
class _Closable(Protocol):
    """An iterator that can be told that nobody takes more from it, as a generator can."""

    def close(self) -> None: ...


def _unserved(received: OperationReceived) -> Iterable[Step]:
    message = f"{received.method} {received.target} is not served here."
    return (Failed(Failure(kind="not_found", message=message, status=404)),)


class Conversation:
    """A Connection with somebody who answers.

    Feed it with `receive_data`, and perform what `next_action` says until it says None.  After Close or Reset nothing
    follows.  Whoever stops before that calls `abandon`.  Requests that no API understands are refused without asking the
    handler, and so is what is no chat where there is no handler of *operations*.  A handler that stops before its response
    has ended leaves the connection open and silent.
    """

    def __init__(self, connection: Connection, handler: Handler, operations: OperationHandler | None = None) -> None:
        self._connection = connection
        self._handler = handler
        self._operations = operations or _unserved
        self._steps: Iterator[Step] = iter(())
        self._over = False

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the client, b"" when it has closed its side; at any time, also between actions."""
        self._connection.receive_data(data)

    def next_action(self) -> Action | None:
        """What to do next; None until more data has been received, and after the end."""
        while not self._over:
            for step in self._steps:
                if (action := self._perform(step)) is not None:
                    return action
            event = self._connection.next_event()
            match event:
                case RequestReceived():
                    self._steps = iter(self._handler(event))
                case OperationReceived():
                    self._steps = iter(self._operations(event))
                case RequestRefused(failure=failure):
                    self._steps = iter((Failed(failure),))
                case ConnectionClosed():
                    self._steps = iter((Close(),))
                case None if self._connection.should_close:
                    self._steps = iter((Close(),))
                case _:
                    return self._due()
            if (write := self._due()) is not None:
                return write
        return None

    def abandon(self) -> None:
        """The client is gone, or not waited for: a handler that is a generator is closed.  Nothing follows."""
        self._over = True
        if isinstance(self._steps, _Closable):
            self._steps.close()

    def _due(self) -> Write | None:
        data = self._connection.data_to_send()
        return Write(data) if data else None

    def _perform(self, step: Step) -> Action | None:
        match step:
            case Write() | Pause():
                return step
            case Close() | Reset():
                self._over = True
                return step
            case _:
                data = self._connection.send(step)
                return Write(data) if data else None
