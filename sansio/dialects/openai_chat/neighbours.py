"""Messages of one role in a row, which some servers refuse: they become one, whose content is all of their parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias, cast

from ...errors import LocalProtocolError
from ..conversation import ASIDE

Members: TypeAlias = dict[str, object]

_LISTS: Final = frozenset({"content", "tool_calls"})


def joined(messages: Sequence[tuple[int, Members]]) -> list[object]:
    """The messages, each with its place in the caller's conversation, with neighbours of one role as one; results stay.

    Nothing stands between the contents of two: they are parts of a list.  Raises LocalProtocolError where the messages
    differ in other members, such as the speaker's name.
    """
    found: list[Members] = []
    for position, message in messages:
        role = message["role"]
        if not found or found[-1]["role"] != role or role not in _JOINED:
            found.append(message)
        elif _rest(found[-1]) != _rest(message):
            raise LocalProtocolError(f"messages[{position}]: the API requires that users and assistants take turns")
        else:
            found[-1] = _both(found[-1], message)
    return [*found]


_JOINED: Final = ASIDE | {"assistant", "user"}


def _rest(message: Members) -> Members:
    return {name: value for name, value in message.items() if name not in _LISTS}


def _both(one: Members, other: Members) -> Members:
    content = [*_parts(one), *_parts(other)]
    calls = [call for message in (one, other) for call in cast("Sequence[object]", message.get("tool_calls") or ())]
    both = {**_rest(one), "content": content or one["content"]}
    return {**both, "tool_calls": calls} if calls else both


def _parts(message: Members) -> Sequence[object]:
    """The content as a list; an empty text says nothing."""
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return cast("Sequence[object]", content or ())
