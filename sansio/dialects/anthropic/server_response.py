"""A response as a server of this dialect gives it, in one JSON object: https://platform.claude.com/docs/en/api/messages.

The API has one answer: the first choice's.  What it has no word for (log probabilities, audio, citations that only
another API understands) stays here.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Raw

from ...events import ChoiceFinished, finish_of
from ...types import (
    ChatResponse,
    Choice,
    CustomToolCall,
    FunctionToolCall,
    Message,
    Opaque,
    OrderedPart,
    ReasoningPart,
    TextPart,
    ToolCall,
)
from ..calls import derived_id
from ..lenient import is_json
from .blocks import CUSTOM_INPUT, DIALECT, Block, Members
from .finish import native
from .usage import usage_json


def encode_response(response: ChatResponse) -> bytes:
    """The `message` that says *response*."""
    choice = response.choices[0] if response.choices else Choice(0, Message("assistant"), None)
    usage = usage_json(response.usage)
    if response.service_tier is not None:
        usage["service_tier"] = response.service_tier
    whole: Members = {
        "id": response.id,
        "type": "message",
        "role": "assistant",
        "model": response.model,
        "content": list(_content(choice)),
        **stop_members(finish_of(choice), choice.message.refusal),
        "usage": usage,
    }
    return msgspec.json.encode(whole)


def stop_members(finished: ChoiceFinished | None, refusal: str | None) -> Members:
    """Why the answer ends: the members of a message, and of a stream's `message_delta`."""
    members: Members = {"stop_reason": None, "stop_sequence": None}
    if finished is not None:
        said = "stop_sequence" if finished.stop_sequence is not None else finished.native_reason
        members = {"stop_reason": native(finished.reason, said), "stop_sequence": finished.stop_sequence}
    if refuses(None if finished is None else finished.reason, refusal):
        members["stop_details"] = {"type": "refusal", "category": None, "explanation": refusal}
    return members


def refuses(reason: str | None, refusal: str | None) -> bool:
    """Whether the words of a refusal explain the end; else they are the answer's, as OpenAI's models speak them."""
    return reason == "content_filter" and refusal is not None


def call_start(id_: str, name: str, index: int) -> Members:
    """A call without its input; an id that is missing comes from the position."""
    return {"type": "tool_use", "id": id_ or derived_id(0, index), "name": name}


def own_members(state: Opaque | None) -> dict[str, Raw]:
    """What this dialect had beside a part; nothing where the state is another's."""
    if state is None or state.dialect != DIALECT:
        return {}
    return msgspec.json.decode(state.raw, type=dict[str, Raw])


def _content(choice: Choice) -> Iterator[Block]:
    message, calls = choice.message, 0
    for part in message.ordered:
        if isinstance(part, FunctionToolCall | CustomToolCall):
            yield _call(part, calls)
            calls += 1
        elif (block := _block(part)) is not None:
            yield block
    if message.refusal and not refuses(choice.finish_reason, message.refusal):
        yield {"type": "text", "text": message.refusal}


def _block(part: OrderedPart) -> Block | None:
    match part:
        case TextPart(text=text, state=state) if text or own_members(state):
            return {"type": "text", "text": text, **own_members(state)}
        case ReasoningPart(text=text, state=state):
            return {"type": "thinking", "thinking": text, "signature": "", **own_members(state)}
        case Opaque(dialect, raw) if dialect == DIALECT:
            return raw
        case _:
            return None


def _call(call: ToolCall, index: int) -> Members:
    """A call; arguments that are no JSON, as a model may write them, are told as the text that they are."""
    block = call_start(call.id, call.name, index)
    if isinstance(call, CustomToolCall):
        block["input"] = {CUSTOM_INPUT: call.custom.input}
    else:
        text = call.function.arguments or "{}"
        block["input"] = Raw(text.encode()) if is_json(text.encode()) else text
    return block | own_members(call.state)
