"""A response as a server of this dialect gives it, in one JSON object.

https://platform.openai.com/docs/api-reference/chat/object.  What the exchange stamped on the response (cost, request id,
provider) and what only this library knows (the order of parts, derived marks) stays here.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from ...types import (
    Annotation,
    ChatResponse,
    Choice,
    CustomToolCall,
    ImagePart,
    Message,
    Opaque,
    OrderedPart,
    ReasoningPart,
    TextPart,
    ToolCall,
)
from ..extras import with_extra
from .unknown import DIALECT, calls_in, is_unknown_call

__all__ = ["DIALECT", "annotation_json", "encode_response"]


def encode_response(response: ChatResponse) -> bytes:
    """The `chat.completion` that says *response*.  Members that clients take for granted are there as null."""
    whole: dict[str, object] = {
        "id": response.id,
        "object": "chat.completion",
        "created": response.created,
        "model": response.model,
        "choices": [_choice(choice) for choice in response.choices],
        "usage": response.usage,
    }
    whole |= _given(
        service_tier=response.service_tier,
        system_fingerprint=response.system_fingerprint,
        moderation=response.moderation,
    )
    return msgspec.json.encode(whole)


def annotation_json(annotation: Annotation) -> dict[str, object]:
    """An annotation with its further members beside the known ones."""
    return {"type": annotation.type} | _given(url_citation=annotation.url_citation) | dict(annotation.extra or {})


def _choice(choice: Choice) -> dict[str, object]:
    return {
        "index": choice.index,
        "message": _message(choice.message),
        "logprobs": choice.logprobs,
        "finish_reason": choice.finish_reason,
    } | _given(native_finish_reason=choice.native_finish_reason, stop_reason=choice.stop_sequence)


def _message(message: Message) -> dict[str, object]:
    known: dict[str, object] = {"role": message.role, "content": _content(message), "refusal": message.refusal}
    known |= _given(
        name=message.name,
        audio=message.audio,
        reasoning_content=message.reasoning_content,
        function_call=message.function_call and with_extra(message.function_call),
    )
    for state in _states(message):
        known |= msgspec.json.decode(state.raw, type=dict[str, Raw])
    if images := [part for part in message.parts or () if isinstance(part, ImagePart)]:
        known["images"] = images  # as openrouter has it
    calls = calls_in(message.parts or ()) or message.tool_calls
    if calls is not None:
        known["tool_calls"] = [_tool_call(call) for call in calls]
    if message.annotations is not None:
        known["annotations"] = [annotation_json(annotation) for annotation in message.annotations]
    return known | dict(message.extra or {})


def _states(message: Message) -> list[Opaque]:
    """What this dialect had beside the reasoning, one object a message."""
    states = (part.state for part in message.parts or () if isinstance(part, ReasoningPart))
    return [state for state in states if state is not None and state.dialect == DIALECT]


def _content(message: Message) -> object:
    """The text; the parts in order where this dialect has parts of its own among them, as mistral's answers do."""
    parts = [part for part in message.parts or () if not is_unknown_call(part)]
    if any(isinstance(part, Opaque) and part.dialect == DIALECT for part in parts):
        return [part for raw in parts if (part := _part(raw)) is not None]
    return message.content if message.content is None else message.text


def _part(part: OrderedPart) -> object:
    match part:
        case TextPart():
            return part
        case Opaque(dialect, raw):
            return raw if dialect == DIALECT else None
        case _:
            return None  # said by other members of the message


def _tool_call(call: ToolCall | Opaque) -> object:
    if isinstance(call, Opaque):
        return call.raw
    kind: dict[str, object] = (
        {"custom": with_extra(call.custom)}
        if isinstance(call, CustomToolCall)
        else {"function": with_extra(call.function)}
    )
    return {"id": call.id, "type": next(iter(kind))} | kind | dict(call.extra or {})


def _given(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
