"""Tool calls between APIs that disagree about them: arguments as text or as an object, ids that are there or not."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Raw

from ..errors import LocalProtocolError
from ..types import CustomToolCall, FunctionToolCall, Message
from .lenient import REFUSALS

_object = msgspec.json.Decoder(dict[str, Raw]).decode
_EMPTY = Raw(b"{}")


def derived_id(choice: int, index: int) -> str:
    """The id of a call that has none, from its position."""
    return f"call_{choice}_{index}"


def arguments_object(arguments: str, path: str) -> Raw:
    """The arguments as the JSON of an object: nothing, or null, is an empty one.

    Raises LocalProtocolError, which names *path*, for what a model wrote that is no JSON object.
    """
    if arguments.strip() in {"", "null", '"null"'}:
        return _EMPTY
    try:
        _object(arguments)
    except REFUSALS as exc:
        raise LocalProtocolError(f"{path} is no JSON object, and the API takes no other arguments: {exc}") from exc
    return Raw(arguments.encode())


def names_by_id(conversation: Iterable[Message]) -> dict[str, str]:
    """The name of the tool that each call in the conversation calls, by the call's id."""
    return {
        part.id: part.name
        for message in conversation
        for part in message.ordered
        if isinstance(part, FunctionToolCall | CustomToolCall)
    }
