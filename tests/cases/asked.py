"""What a case of LiteLLM's asks, as this library's typed requests.

A chat's parameters are read as a server of OpenAI's API reads a body.  What LiteLLM takes beyond that API is translated:

    drop_params, model          the policy for losses, and the model: the exchange's
    extra_body                  its members are the body's
    reasoning_effort: {...}     its effort; the summary is the Responses API's
    file_id: "https://..."      a URL is no id
    thinking_blocks             Claude's own reasoning, which goes back to whoever speaks one of its dialects; to any
                                other it is an unknown member of the message
    tools of other APIs         what their own dialect alone understands
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from sansio import ChatRequest
from sansio.dialects.openai_chat.server_request import decode_request
from sansio.errors import Failure
from sansio.types import Message, Opaque, OrderedPart, ReasoningPart

Case = dict[str, Any]

_TYPES = {"function", "custom"}


def chat_request(params: Case, model: str, dialect: str) -> ChatRequest | Failure:
    """The chat request that the parameters of a case ask for."""
    asked = {name: value for name, value in params.items() if name != "drop_params"}
    extra: Case = asked.pop("extra_body", None) or {}
    body: Case = {"messages": [{"role": "user", "content": "hi"}], **asked, **extra, "model": model}
    body["messages"] = [_message(message) for message in body["messages"]]
    if isinstance(body.get("reasoning_effort"), dict):
        body["reasoning_effort"] = body["reasoning_effort"]["effort"]
    blocks = [message.pop("thinking_blocks", None) for message in body["messages"] if dialect != "openai_chat"]
    native = _take_native_tools(body, dialect)
    decoded = decode_request("POST", "/v1/chat/completions", (), json.dumps(body).encode())
    if isinstance(decoded, Failure):
        return decoded
    return _with_blocks(_with_tools(decoded, native), blocks, dialect)


def _message(message: Case) -> Case:
    if not isinstance(message.get("content"), list):
        return dict(message)
    return {**message, "content": [_part(part) for part in message["content"]]}


def _part(part: Case) -> Case:
    if part.get("type") == "file":
        file = dict(part["file"])
        if str(file.get("file_id")).startswith(("https:", "http:", "gs:")):
            file["file_url"] = file.pop("file_id")
        return {**part, "file": file}
    return part


def _take_native_tools(body: Case, dialect: str) -> list[tuple[int, Opaque]]:
    """Take the tools of other APIs out of the body, with their places.

    Without a type they are Gemini's; others are Claude's, or unknown ones of OpenAI's where that dialect is spoken.
    """
    places: list[tuple[int, Opaque]] = []
    for place, tool in enumerate(body.get("tools") or ()):
        if "type" not in tool or (tool["type"] not in _TYPES and dialect != "openai_chat"):
            owner = "anthropic" if "type" in tool else "gemini"
            places.append((place, Opaque(owner, _raw(tool))))
    if places:
        taken = {place for place, _ in places}
        body["tools"] = [tool for place, tool in enumerate(body["tools"]) if place not in taken] or None
    return places


def _with_tools(request: ChatRequest, native: list[tuple[int, Opaque]]) -> ChatRequest:
    if not native:
        return request
    tools = list(request.tools or ())
    for place, tool in native:
        tools.insert(place, tool)
    return msgspec.structs.replace(request, tools=tools)


def _with_blocks(request: ChatRequest, blocks: list[list[Case] | None], dialect: str) -> ChatRequest:
    """The request with Claude's blocks as reasoning, in the dialect of whoever serves Claude."""
    if not any(blocks):
        return request
    owner = dialect if dialect == "bedrock_converse" else "anthropic"
    messages = [
        _reasoned(message, of_message, owner) if of_message else message
        for message, of_message in zip(request.conversation, blocks, strict=True)
    ]
    return msgspec.structs.replace(request, messages=messages)


def _reasoned(message: Message, blocks: list[Case], owner: str) -> Message:
    parts: list[OrderedPart] = [_reasoning(block, owner) for block in blocks]
    parts += [part for part in message.ordered if not isinstance(part, ReasoningPart)]
    return msgspec.structs.replace(message, parts=parts, reasoning_content=None)


def _reasoning(block: Case, owner: str) -> OrderedPart:
    converse = owner == "bedrock_converse"
    if block["type"] == "redacted_thinking":
        return Opaque(owner, _raw({"reasoningContent": {"redactedContent": block["data"]}} if converse else block))
    state = {"signature": block["signature"]} if converse else {k: v for k, v in block.items() if k != "thinking"}
    return ReasoningPart(text=block["thinking"], state=Opaque(owner, _raw(state)))


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())
