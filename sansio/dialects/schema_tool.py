"""Structured output where an API has none: the schema becomes a tool that the model must call, and its arguments the text.

Both halves are here: `with_tool` rewrites the request, `SchemaToolDecoder` the events of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from ..errors import Failure, LocalProtocolError
from ..events import ChoiceFinished, Delta, StateAdded, TextDelta, ToolCallDelta, ToolCallStarted
from ..types import (
    ChatRequest,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    JsonSchemaFormat,
    Opaque,
)
from .codec import Decoder


def tool_name(request: ChatRequest) -> str | None:
    """The name of the tool that *request* allows its schema to become; None where there is no schema, or no leave."""
    wanted = request.response_format
    return wanted.json_schema.name if request.schema_as_tool and isinstance(wanted, JsonSchemaFormat) else None


def with_tool(request: ChatRequest) -> ChatRequest:
    """The request with a tool in place of the schema that it asks for; the same where `tool_name` is None.

    The model must call that tool, or one of the others where there are some.  Raises LocalProtocolError where one of these
    has the name of the schema.
    """
    wanted = request.response_format
    if (name := tool_name(request)) is None or not isinstance(wanted, JsonSchemaFormat):
        return request
    schema = wanted.json_schema
    function = FunctionDefinition(name, schema.description, schema.schema, schema.strict, schema.extra)
    others = [] if request.tools is UNSET or request.tools is None else list(request.tools)
    for tool in others:
        if (
            not isinstance(tool, Opaque)
            and (tool.function if isinstance(tool, FunctionTool) else tool.custom).name == name
        ):
            raise LocalProtocolError(f"response_format: its schema is to be a tool, and {name!r} is one already")
    alone = not others or request.tool_choice == "none"
    return msgspec.structs.replace(
        request,
        tools=[*others, FunctionTool(function)],
        tool_choice=FunctionChoice.of(name) if alone else "required",
        response_format=UNSET,
    )


class SchemaToolDecoder:
    """A `Decoder` around the dialect's own, for which the call of the tool *name* is the answer's text."""

    def __init__(self, inner: Decoder, name: str) -> None:
        self.complete = False
        self.failure: Failure | None = None
        self.notes = inner.notes
        self._inner = inner
        self._name = name
        # Of each call of each choice: its index among the calls that are left, None for the one that is the text.
        self._places: dict[tuple[int, int], int | None] = {}
        self._left: dict[int, int] = {}  # how many are left of each choice
        self._answered: set[int] = set()  # the choices whose text is a call

    def receive(self, records: Sequence[bytes]) -> list[Delta]:
        """Take the next records of a stream."""
        return self._turned(self._inner.receive(records))

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        """Take a whole answer."""
        return self._turned(self._inner.receive_document(body))

    def finish(self) -> list[Delta]:
        """Take the clean end of a stream without a marker."""
        return self._turned(self._inner.finish())

    def _turned(self, events: list[Delta]) -> list[Delta]:
        self.complete, self.failure = self._inner.complete, self._inner.failure
        return [turned for event in events if (turned := self._turn(event)) is not None]

    def _turn(self, event: Delta) -> Delta | None:
        match event:
            case ToolCallStarted():
                place = self._place(event)
                return None if place is None else msgspec.structs.replace(event, index=place)
            case ToolCallDelta(index, arguments, choice):
                place = self._places.get((choice, index), index)
                return TextDelta(arguments, choice) if place is None else ToolCallDelta(place, arguments, choice)
            case StateAdded(part="call", call=index, choice=choice):
                place = self._places.get((choice, index), index)
                return None if place is None else msgspec.structs.replace(event, call=place)
            case ChoiceFinished(reason="tool_calls", choice=choice) if (
                choice in self._answered and choice not in self._left
            ):
                return msgspec.structs.replace(event, reason="stop", native_reason=event.native_reason or event.reason)
            case _:
                return event

    def _place(self, start: ToolCallStarted) -> int | None:
        choice, key = start.choice, (start.choice, start.index)
        if key in self._places:
            return self._places[key]
        if start.name == self._name:
            self._answered.add(choice)
            self._places[key] = None
        else:
            self._places[key] = left = self._left.get(choice, 0)
            self._left[choice] = left + 1
        return self._places[key]
