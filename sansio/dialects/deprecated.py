"""What chat completions deprecated, in the words that replaced it: functions are tools, and calls of functions calls of tools.

https://platform.openai.com/docs/api-reference/chat/create, `functions` and `function_call`, and messages of the role
function.  Such calls have no ids: those that they get here are derived from their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from msgspec import UNSET
from msgspec.structs import replace

from ..types import (
    ChatRequest,
    ChatResponse,
    Choice,
    FunctionCall,
    FunctionChoice,
    FunctionTool,
    FunctionToolCall,
    Message,
    ToolName,
)
from .calls import derived_id


def modern(request: ChatRequest) -> ChatRequest:
    """The request without deprecated words; the same where it has none."""
    changed: dict[str, object] = {}
    if request.functions is not UNSET:
        tools = [FunctionTool(function) for function in request.functions or ()]
        changed |= {"functions": UNSET, "tools": [*(request.tools or ()), *tools] or UNSET}
    if request.function_call is not UNSET:
        call = request.function_call
        choice = FunctionChoice(call) if isinstance(call, ToolName) else call
        changed |= {"function_call": UNSET, "tool_choice": request.tool_choice or choice}
    if not isinstance(request.messages, str) and any(map(_is_deprecated, request.messages)):
        changed["messages"] = list(_messages(request.messages))
    return replace(request, **changed) if changed else request


def modern_answer(response: ChatResponse) -> ChatResponse:
    """The answer with its calls of functions as calls of tools; the same where it has none."""
    if all(choice.message.function_call is None for choice in response.choices):
        return response
    return replace(response, choices=[_modern_choice(choice) for choice in response.choices])


def _modern_choice(choice: Choice) -> Choice:
    message = choice.message
    if (call := message.function_call) is None:
        return choice
    called = _called(message, call, derived_id(choice.index, len(message.tool_calls or ())))
    reason = "tool_calls" if choice.finish_reason == "function_call" else choice.finish_reason
    return replace(choice, message=called, finish_reason=reason)


def _is_deprecated(message: Message) -> bool:
    return message.function_call is not None or message.role == "function"


def _messages(messages: Sequence[Message]) -> Iterator[Message]:
    """The messages; the result of a function has the id of the call before it, and none where there is none."""
    taken = {call.id for message in messages for call in message.tool_calls or ()}
    free = (id_ for place in count() if (id_ := derived_id(0, place)) not in taken)
    asked: str | None = None  # the call that has no result
    for message in messages:
        if (call := message.function_call) is not None:
            asked = next(free)
            yield _called(message, call, asked)
        elif message.role == "function":
            yield replace(message, role="tool", tool_call_id=asked, name=None if asked else message.name)
            asked = None
        else:
            yield message


def _called(message: Message, function: FunctionCall, id_: str) -> Message:
    call = FunctionToolCall(id=id_, derived=True, function=function)
    return replace(
        message,
        function_call=None,
        tool_calls=[*(message.tool_calls or ()), call],
        parts=None if message.parts is None else [*message.parts, call],
    )
