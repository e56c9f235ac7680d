"""The server's way in: the bytes of an OpenAI chat request to a ChatRequest, with every unknown member kept.

https://platform.openai.com/docs/api-reference/chat/create.  What the client sends is data: a request that cannot be
read becomes a Failure, worded for its sender.
"""

from __future__ import annotations

from typing import Final

from msgspec import Raw

from ...errors import Failure
from ...http import Headers
from ...types import (
    AllowedToolsChoice,
    Annotation,
    AudioPart,
    ChatRequest,
    CustomChoice,
    CustomTool,
    CustomToolCall,
    FilePart,
    FunctionChoice,
    FunctionTool,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Message,
    Opaque,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
)
from ..inbound import Words, read_request
from ..shapes import Invalid, Reader, Unknown, each, reader_of, shape, tagged, typed
from .unknown import DIALECT

PATH: Final = "/chat/completions"

WORDS: Final = Words(
    type="invalid_request_error",
    path="unknown_url",
    method="method_not_supported",
    missing="missing_required_parameter",
    invalid="invalid_type",
)


def decode_request(method: str, path: str, headers: Headers, body: bytes) -> ChatRequest | Failure:
    """The chat request in *body*, or why there is none: a Failure with the status to answer, never an exception.

    *path* may have any prefix, and a query.  Unknown members of the request, its messages, parts and tools are in their
    `extra`; parts, tools and tool choices of an unknown type are Opaque; any other member that its type does not hold
    whole stays in the `extra` of what it is a member of, under its own name.  `stream` is kept.
    """
    return read_request((method, path), PATH, headers, body, _request, words=WORDS)


# -- the request, from its leaves to its root -----------------------------------------------------------------


def _opaque(raw: Raw) -> Opaque:
    return Opaque(DIALECT, raw.copy())


_read_image_url = shape(ImageUrl)
_read_text = typed(str)


def _image_url(raw: Raw) -> ImageUrl:
    """The image, or a bare URL, which the API takes from older clients."""
    return ImageUrl(str(_read_text(raw))) if bytes(raw)[:1] == b'"' else _read_image_url(raw)


_PARTS: dict[str, type[Part]] = {
    "text": TextPart,
    "input_audio": AudioPart,
    "file": FilePart,
    "refusal": RefusalPart,
    "reasoning": ReasoningPart,
}
_parts: dict[str, Reader] = {tag: shape(part) for tag, part in _PARTS.items()}
_parts["image_url"] = shape(ImagePart, image_url=_image_url)
_STRING_OR_PARTS = typed(str | list[Raw] | None)
_STRING_OR_OBJECT = typed(str | dict[str, Raw] | None)
_LIST_OR_NULL = typed(list[Raw] | None)
_named_choice = reader_of(FunctionChoice | CustomChoice | AllowedToolsChoice)


def _tool_choice(raw: Raw) -> object:
    if not isinstance(choice := _STRING_OR_OBJECT(raw), dict):
        return choice
    try:
        return _named_choice(raw)
    except (Invalid, Unknown):
        return _opaque(raw)


_call = tagged({"function": shape(FunctionToolCall), "custom": shape(CustomToolCall)}, default="function")
_tool = tagged({"function": shape(FunctionTool), "custom": shape(CustomTool)}, _opaque)
_message = shape(
    Message,
    content=each(tagged(_parts, _opaque), _STRING_OR_PARTS),
    tool_calls=each(_call, _LIST_OR_NULL),
    annotations=each(shape(Annotation), _LIST_OR_NULL),
)
_request = shape(
    ChatRequest,
    messages=each(_message),
    tools=each(_tool, _LIST_OR_NULL),
    tool_choice=_tool_choice,
)
