"""What a client says about its calls in the log "sansio": requests and outcomes, and at debug every verb.  Never a secret.

`logging` is loaded only where a client has a log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from sansio.commands import Ask, Broken, Clock, Emit, Flow
from sansio.errors import LocalProtocolError
from sansio.events import Failed, Outcome
from sansio.http import HttpRequest
from sansio.wire.call import Recorder
from sansio.wire.verbs import Answer, Bytes, Connect, Pull, Send, Verb

if TYPE_CHECKING:
    import logging

R = TypeVar("R")
LogLevel: TypeAlias = Literal["debug", "info"]


class Log:
    """The log of one client; without a handler of the program's own it goes to stderr."""

    def __init__(self, level: LogLevel) -> None:
        import logging

        if level not in {"debug", "info"}:
            raise LocalProtocolError(f"a log's level is debug or info, not {level!r}")
        self._logger: logging.Logger = logging.getLogger("sansio")
        self._logger.setLevel(level.upper())
        if not self._logger.hasHandlers():
            logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s")
        self._debugs = level == "debug"

    def around(
        self, flow: Callable[[Clock], Flow[Outcome[R]]], call: str, request: HttpRequest
    ) -> Callable[[Clock], Flow[Outcome[R]]]:
        """The same flow, with a line before and a line after it.  A URL's query may hold a key: it is left out."""

        def logged(clock: Clock) -> Flow[Outcome[R]]:
            began = clock.now
            self._logger.info("call %s: %s %s", call, request.method, request.url.partition("?")[0])
            outcome = yield from flow(clock)
            ended = outcome.failure.kind if isinstance(outcome, Failed) else "completed"
            self._logger.info("call %s: %s after %.3f s", call, ended, clock.now - began)
            return outcome

        return logged

    def recorder(self, call: str) -> Recorder | None:
        """Hears every verb of the call with its answer, and tells their sizes; None where that is too much."""

        def record(_: tuple[Verb, ...], verb: Verb, answer: Answer) -> None:
            self._logger.debug("call %s: %s: %s", call, _verb(verb), _answer(answer))

        return record if self._debugs else None


def _verb(verb: Verb) -> str:
    name = type(verb).__name__
    match verb:
        case Connect(conn, host, port):
            return f"{name} {conn} to {host} port {port}"
        case Send(conn, data):
            return f"{name} {conn}, {len(data)} bytes"
        case Emit(events):
            return f"{name} {len(events)} events"
        case Ask(question):
            return f"{name} {type(question).__name__}"
        case Pull(source):
            return f"{name} {source}"
        case _:
            return f"{name} {getattr(verb, 'conn', '')}".rstrip()


def _answer(answer: Answer) -> str:
    match answer:
        case Broken(_, kind, reason):
            return f"Broken, {kind}: {reason}"
        case Bytes(_, data):
            return f"{len(data)} bytes"
        case _:
            return type(answer).__name__
