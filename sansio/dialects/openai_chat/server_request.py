"""The server's way in: the bytes of an OpenAI chat request to a ChatRequest, with every unknown member kept.

https://platform.openai.com/docs/api-reference/chat/create.  What the client sends is data: a request that cannot be
read becomes a Failure, worded for its sender.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Raw

from ...errors import Failure, kind_of_status
from ...http import Headers, Limits
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
    Message,
    Opaque,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
)
from ..lenient import REFUSALS, check_depth, value
from ..shapes import Invalid, Unknown, each, reader_of, shape, tagged, typed
from .unknown import DIALECT

PATH: Final = "/chat/completions"

_DEPTH = Limits().depth


def decode_request(method: str, path: str, headers: Headers, body: bytes) -> ChatRequest | Failure:
    """The chat request in *body*, or why there is none: a Failure with the status to answer, never an exception.

    *path* may have any prefix, and a query.  Unknown members of the request, its messages, parts and tools are in their
    `extra`; parts, tools and tool choices of an unknown type are Opaque; any other member that its type does not hold
    whole stays in the `extra` of what it is a member of, under its own name.  `stream` is kept.
    """
    return read_body(method, path, headers, body, end=PATH, read=_request)


def read_body(
    method: str, path: str, headers: Headers, body: bytes, *, end: str, read: Callable[[Raw], ChatRequest]
) -> ChatRequest | Failure:
    """What *read* makes of the body of a POST to a path that ends with *end*, or why it is refused.

    *read* raises Invalid for what the body lacks or has wrong.
    """
    if not path.partition("?")[0].rstrip("/").endswith(end):
        return _failure(404, f"Unknown request URL: {method} {path}.", code="unknown_url")
    if method != "POST":
        return _failure(405, f"Not allowed to {method} on {path}; use POST.", code="method_not_supported")
    if coding := next((value for name, value in headers if name.lower() == "content-encoding"), ""):
        return _failure(415, f"The request body has the content coding {coding}; send it without one.")
    try:
        check_depth(body, _DEPTH)
        return read(Raw(body))
    except Invalid as exc:
        return _misfit(exc)
    except REFUSALS as exc:
        return _failure(400, f"The request body cannot be read as JSON: {_reason(exc, body)}.")


def _reason(refusal: Exception, body: bytes) -> str:
    """In msgspec's words, but where they tell something else or count from within a string."""
    if isinstance(refusal, UnicodeDecodeError):
        return "it is not UTF-8"
    if str(refusal) == "Input data was truncated" and value(body) is not None:
        return "a string ends with half of a surrogate pair"
    return str(refusal)


def _failure(status: int, message: str, *, code: str | None = None, param: str | None = None) -> Failure:
    return Failure(
        kind=kind_of_status(status),
        message=message,
        status=status,
        type="invalid_request_error",
        code=code,
        param=param,
    )


def _misfit(error: Invalid) -> Failure:
    where = f"'{error.param}'" if error.param else "the request body"
    if error.reason is None:
        message = f"Missing required parameter: {where}."
        return _failure(400, message, code="missing_required_parameter", param=error.param)
    message = f"Invalid type for {where}: {error.reason}."
    return _failure(400, message, code="invalid_type", param=error.param or None)


# -- the request, from its leaves to its root -----------------------------------------------------------------


def _opaque(raw: Raw) -> Opaque:
    return Opaque(DIALECT, raw.copy())


_PARTS: dict[str, type[Part]] = {
    "text": TextPart,
    "image_url": ImagePart,
    "input_audio": AudioPart,
    "file": FilePart,
    "refusal": RefusalPart,
    "reasoning": ReasoningPart,
}
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
    content=each(tagged({tag: shape(part) for tag, part in _PARTS.items()}, _opaque), _STRING_OR_PARTS),
    tool_calls=each(_call, _LIST_OR_NULL),
    annotations=each(shape(Annotation), _LIST_OR_NULL),
)
_request = shape(
    ChatRequest,
    messages=each(_message),
    tools=each(_tool, _LIST_OR_NULL),
    tool_choice=_tool_choice,
)
