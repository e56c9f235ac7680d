"""The server's way in: the bytes of a chat request to a ChatRequest: https://docs.cohere.com/reference/chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Raw

from ...errors import Failure
from ...http import Headers
from ...types import (
    Annotation,
    ChatRequest,
    Content,
    ContentPart,
    FunctionTool,
    FunctionToolCall,
    ImagePart,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    Opaque,
    OrderedPart,
    ReasoningPart,
    ResponseFormat,
    TextFormat,
    TextPart,
    Thinking,
    Tool,
)
from ..inbound import read_request
from ..shapes import Unknown, each, shape, tagged, typed
from .citations import annotation
from .shapes import FormatBody, MessageBody, RequestBody, ThinkingBody, ThinkingOptions, opaque
from .tools import CHOICES
from .wire import Members

SCHEMA_NAME: Final = "response"  # of a schema, which has none in this API and must have one elsewhere

_CHOICES: Final = {native: choice for choice, native in CHOICES.items()}
_LIST_OR_NULL: Final = typed(list[Raw] | None)
_part = tagged({"text": shape(TextPart), "image_url": shape(ImagePart), "thinking": shape(ThinkingBody)}, opaque)
_message = shape(
    MessageBody,
    content=each(_part, typed(str | list[Raw] | None)),
    tool_calls=each(tagged({"function": shape(FunctionToolCall)}, default="function"), _LIST_OR_NULL),
    citations=typed(list[Members] | None),
)
_format_body = shape(FormatBody)


def _format(raw: Raw) -> object:
    """The form of the answer; one of another kind is unknown."""
    body = _format_body(raw)
    if body.type not in {"json_object", "text"}:
        raise Unknown
    return body


_body = shape(
    RequestBody,
    messages=each(_message),
    response_format=_format,
    tools=each(tagged({"function": shape(FunctionTool)}, opaque), _LIST_OR_NULL),
    thinking=shape(ThinkingOptions),
)


def decode_request(method: str, path: str, headers: Headers, body: bytes) -> ChatRequest | Failure:
    """The chat request in *body*, or why there is none: a Failure with the status to answer, never an exception.

    *path* may have any prefix, and a query.  What the canonical request has no place for (`documents`,
    `citation_options`, `safety_mode`), and unknown members of messages, parts and tools, are in their `extra`.
    """
    return read_request((method, path), "/v2/chat", headers, body, lambda raw: _request(_body(raw)))


def _request(body: RequestBody) -> ChatRequest:
    given = {
        "max_tokens": body.max_tokens,
        "temperature": body.temperature,
        "top_p": body.p,
        "top_k": body.k,
        "frequency_penalty": body.frequency_penalty,
        "presence_penalty": body.presence_penalty,
        "stop": body.stop_sequences,
        "seed": body.seed,
        "logprobs": body.logprobs,
        "stream": body.stream,
        "tools": body.tools and _tools(body.tools, strict=body.strict_tools is True),
        "tool_choice": body.tool_choice and _CHOICES.get(body.tool_choice, body.tool_choice.lower()),
        "response_format": body.response_format and _response_format(body.response_format),
        "thinking": body.thinking
        and Thinking(body.thinking.type, body.thinking.token_budget, extra=body.thinking.extra),
    }
    messages = [decode_message(message) for message in body.messages]
    request = ChatRequest(model=body.model, messages=messages, extra=body.extra)
    return msgspec.structs.replace(request, **{name: value for name, value in given.items() if value is not None})


def _tools(tools: Sequence[Tool], *, strict: bool) -> Sequence[Tool]:
    """The tools; that they are strict is said once for all."""
    if not strict:
        return tools
    return [
        msgspec.structs.replace(tool, function=msgspec.structs.replace(tool.function, strict=True))
        if isinstance(tool, FunctionTool)
        else tool
        for tool in tools
    ]


def _response_format(body: FormatBody) -> ResponseFormat:
    if body.type == "text":
        return TextFormat()
    if body.json_schema is None:
        return JsonObjectFormat()
    return JsonSchemaFormat(JsonSchema(SCHEMA_NAME, body.json_schema))


def decode_message(body: MessageBody) -> Message:
    """A message; its parts stand in order where the other fields do not say it."""
    content, thoughts, parts = _content(body)
    calls = body.tool_calls or None
    return Message(
        body.role,
        content,
        tool_call_id=body.tool_call_id,
        tool_calls=calls,
        annotations=_annotations(body.citations),
        reasoning_content="".join(thoughts) or None,
        parts=None if parts is None else [*parts, *(calls or ())],
        extra=body.extra,
    )


def _content(body: MessageBody) -> tuple[Content, list[str], list[OrderedPart] | None]:
    """The content, the reasoning, and all in order where reasoning stands elsewhere than in front of one text."""
    plan = [body.tool_plan] if body.tool_plan else []
    if body.content is None or isinstance(body.content, str):
        return body.content, plan, None
    parts = [_canonical(part) for part in body.content]
    thoughts = [part.text for part in parts if isinstance(part, ReasoningPart)]
    rest = [part for part in parts if not isinstance(part, ReasoningPart)]
    if not thoughts:
        return rest, plan, None
    text = "".join(part.text for part in rest if isinstance(part, TextPart)) or None
    in_front = not any(isinstance(part, ReasoningPart) for part in parts[len(thoughts) :])
    plain = all(part.extra is None for part in parts if isinstance(part, ReasoningPart | TextPart))
    if in_front and plain and len(rest) <= 1 and all(isinstance(part, TextPart) for part in rest):
        return text, plan + thoughts, None
    return text, plan + thoughts, [*(ReasoningPart(text=text) for text in plan), *parts]


def _canonical(part: TextPart | ImagePart | ThinkingBody | Opaque) -> ContentPart:
    return ReasoningPart(text=part.thinking, extra=part.extra) if isinstance(part, ThinkingBody) else part


def _annotations(citations: Sequence[Members] | None) -> list[Annotation] | None:
    return [annotation(members) for members in citations] if citations else None
