"""Conversations that an API refuses, found in one pass before anything is sent.

What an API does not take are words among the `lacks` of its dialect, its provider, or the model's rule:

assistant_first        the first message, instructions aside, is not the user's
calls_without_tools    calls and results while the request has no tools
empty_content          a content that is a list of nothing
end_unasked            the last message is neither the user's nor a result
end_unprefixed         the same, but for an answer that is marked as begun (`"prefix": true`)
late_instructions      instructions behind the first message of the conversation
no_messages            no message at all
repeated_roles         two messages of one role in a row; they become one
silent_answers         an assistant's message with neither content nor calls
stray_results          a result that answers no open call
unanswered_calls       a call without a result before the conversation goes on
user_after_tool        a user's message right behind a result
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from msgspec import Raw

from ..errors import LocalProtocolError
from ..types import ChatRequest, CustomToolCall, FunctionToolCall, Message, Opaque, ToolCall

RULES: Final = frozenset(
    {"assistant_first", "calls_without_tools", "empty_content", "end_unasked", "end_unprefixed", "late_instructions"}
    | {"no_messages", "silent_answers", "stray_results", "unanswered_calls", "user_after_tool"}
)
"""The words that are checked here; what can be mended is up to the dialects."""

ASIDE: Final = frozenset({"developer", "system"})
"""Roles whose messages are instructions, and no turn of anybody."""

_SIDES: Final = {"assistant": "assistant", "function": "tool", "model": "assistant", "tool": "tool"}
_NOBODY: Final = ASIDE | {""}
_ASKING: Final = frozenset({"function", "tool", "user"})
_TRUE: Final = Raw(b"true")
_ANY: Final = frozenset({"answer", "assistant", "end", "user"})


def check_conversation(
    request: ChatRequest, lacks: frozenset[str], *, has_tools: bool = True, ends: frozenset[str] = _ANY
) -> None:
    """Raise LocalProtocolError for the first message that an API of so many *lacks* refuses.

    *has_tools* says that the body has tools.  *ends* tells what must not stand between a call and its result: a `user`'s
    message, one more of the `assistant`'s behind that of the call, the assistant's `answer` to somebody else, or the `end`.
    Takes time linear in the parts.
    """
    conversation = request.messages
    if isinstance(conversation, str) or lacks.isdisjoint(RULES) or (has_tools and _is_usual(conversation, lacks)):
        return
    walk = _Walk(lacks, has_tools=has_tools, ends=ends)
    for position, message in enumerate(conversation):
        walk.take(message, position)
    walk.end(conversation)


def _is_usual(conversation: Sequence[Message], lacks: frozenset[str]) -> bool:
    """Whether nobody can find fault: users ask, results are right behind their calls, and answers say something.

    It costs a third of the whole pass, which judges what this one does not know.
    """
    waiting: set[str] = set()
    last = ""
    for message in conversation:
        role, content = message.role, message.content
        if message.parts is not None or (content.__class__ is not str and not content and role != "assistant"):
            return False
        if role == "tool":
            if message.tool_call_id not in waiting:
                return False
            waiting.remove(message.tool_call_id)
        elif waiting:
            return False
        elif role == "assistant":
            calls = message.tool_calls
            waiting = {call.id for call in calls or ()}
            if last in _NOBODY or not (calls or content) or len(waiting) != len(calls or ()):
                return False
            if not content and content not in (None, ""):
                return False
        elif role == "user":
            if last == "tool" and "user_after_tool" in lacks:
                return False
        elif role not in ASIDE or last not in _NOBODY:
            return False
        last = role
    return not waiting and last in _ASKING


def calls_of(message: Message) -> Sequence[ToolCall]:
    """The calls that a message makes, in their order."""
    if message.parts is None:
        return message.tool_calls or ()
    return [part for part in message.parts if isinstance(part, FunctionToolCall | CustomToolCall)]


class _Walk:
    """The state of the pass: who spoke last, and which calls still have no result.

    A part that only its dialect knows may be a call, or the result of one: those around it are given the benefit.
    """

    def __init__(self, lacks: frozenset[str], *, has_tools: bool, ends: frozenset[str]) -> None:
        self._lacks = lacks
        self._has_tools = has_tools
        self._ends = ends
        self._side = ""  # whose turn it was last, instructions aside
        self._open: dict[str, list[int]] = {}  # the places of calls without a result yet, by their ids
        self._unknown = False  # whether there may be calls that are not known as such

    def take(self, message: Message, position: int) -> None:
        """Take the next message."""
        lacks = self._lacks
        if "empty_content" in lacks and _is_empty(message):
            _refuse(position, "the API requires that a list of parts has one at least")
        if message.role in ASIDE:
            if "late_instructions" in lacks and self._side:
                _refuse(position, "the API requires instructions to stand in front of the conversation")
            return
        side = _SIDES.get(message.role, "user")
        if side != "user" and not self._side and "assistant_first" in lacks:
            _refuse(position, "the API requires that the first message is the user's")
        if side == "user" and self._side == "tool" and "user_after_tool" in lacks:
            _refuse(position, "the API requires an assistant's message, and none of the user's, behind a tool's")
        if side != "assistant" and self._open and _has_opaque(message):
            self._open, self._unknown = {}, True
        if side == "tool":
            self._answer(message, position)
        elif self._goes_on(side):
            self._close()
        if side == "assistant":
            self._call(message, position)
        self._side = side

    def end(self, conversation: Sequence[Message]) -> None:
        """Take the end of the *conversation*."""
        if not conversation:
            if "no_messages" in self._lacks:
                raise LocalProtocolError("messages: the API requires one at least")
            return
        last = conversation[-1]
        if last.role not in _ASKING and not self._may_end(last):
            _refuse(len(conversation) - 1, "the API requires that the last message is the user's, or a tool's")
        if "end" in self._ends:
            self._close()

    def _may_end(self, last: Message) -> bool:
        if "end_unasked" in self._lacks:
            return False
        begun = last.role == "assistant" and last.extra is not None and last.extra.get("prefix") == _TRUE
        return begun or "end_unprefixed" not in self._lacks

    def _goes_on(self, side: str) -> bool:
        """Whether a message of *side* is beyond the place of results."""
        return ("answer" if side == "assistant" and self._side != side else side) in self._ends

    def _close(self) -> None:
        if self._open and "unanswered_calls" in self._lacks:
            id_, places = next(iter(self._open.items()))
            _refuse(places[0], f"the API requires a result for each call, right behind it, and {id_!r} has none")
        self._open = {}

    def _call(self, message: Message, position: int) -> None:
        calls = calls_of(message)
        if calls:
            self._need_tools(position)
        elif "silent_answers" in self._lacks and _is_silent(message):
            _refuse(position, "the API requires content or calls of an assistant's message")
        for call in calls:
            self._open.setdefault(call.id, []).append(position)
        self._unknown = self._unknown or message.function_call is not None or _has_opaque(message)

    def _answer(self, message: Message, position: int) -> None:
        self._need_tools(position)
        id_ = message.tool_call_id
        if id_ is None and self._open:  # it has the name of the tool, as the deprecated functions' have
            self._open, self._unknown = {}, True
        elif id_ is not None and (places := self._open.get(id_)):
            places.pop()
            if not places:
                del self._open[id_]
        elif "stray_results" in self._lacks and not self._unknown and message.role == "tool":
            which = "this one" if id_ is None else repr(id_)
            _refuse(position, f"the API requires that a result is right behind its call, and {which} answers none")

    def _need_tools(self, position: int) -> None:
        if not self._has_tools and "calls_without_tools" in self._lacks:
            _refuse(position, "the API requires tools in a request whose conversation has calls of tools")


def _is_empty(message: Message) -> bool:
    content = message.content if message.parts is None else "said there"
    return not (content is None or isinstance(content, str) or content)


def _is_silent(message: Message) -> bool:
    said = (message.content, message.parts, message.reasoning_content, message.refusal, message.audio)
    return not any(said) and message.function_call is None


def _has_opaque(message: Message) -> bool:
    content = message.parts if message.parts is not None else message.content
    if content is None or isinstance(content, str):
        return False
    return any(isinstance(part, Opaque) for part in cast("Sequence[object]", content))


def _refuse(position: int, requirement: str) -> None:
    raise LocalProtocolError(f"messages[{position}]: {requirement}")
