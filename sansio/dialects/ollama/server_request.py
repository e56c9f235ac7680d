"""The server's way in: the bytes of a chat request to a ChatRequest: https://github.com/ollama/ollama/blob/main/docs/api.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

import msgspec
from msgspec import Raw

from ...errors import Failure
from ...http import Headers
from ...types import (
    ChatRequest,
    Extra,
    FunctionTool,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Opaque,
    ResponseFormat,
    Thinking,
    Tool,
)
from ..inbound import read_request
from ..shapes import Invalid, Unknown, each, shape, tagged, typed
from .request import OPTIONS
from .server_messages import MessageBody, Messages, read_message
from .wire import DIALECT

SCHEMA_NAME: Final = "response"  # of a schema, which has none in this API and must have one elsewhere


class RequestBody(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a chat request; unknown members stay in `extra`."""

    model: str
    messages: Sequence[MessageBody]
    stream: bool | None = None
    format: ResponseFormat | None = None
    think: bool | str | None = None
    tools: Sequence[Tool] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    options: Mapping[str, Raw] | None = None
    extra: Extra | None = None


_json_or_schema = typed(str | dict[str, object] | None)
_LIST_OR_NULL: Final = typed(list[Raw] | None)
_NUMBERS: Final = {
    own: (name, typed(int | None if name in {"seed", "top_k"} else float | None)) for name, own in OPTIONS.items()
}
_FURTHER: Final = {"num_predict": ("max_tokens", typed(int | None)), "stop": ("stop", typed(list[str] | None))}
_OPTIONS: Final = _NUMBERS | _FURTHER


def _format(raw: Raw) -> object:
    """json, or a schema; an empty text is neither."""
    value = _json_or_schema(raw)
    if isinstance(value, dict):
        return JsonSchemaFormat(JsonSchema(SCHEMA_NAME, cast("dict[str, object]", value)))
    if value not in {None, "", "json"}:
        raise Unknown
    return JsonObjectFormat() if value else None


_body = shape(
    RequestBody,
    messages=each(read_message),
    format=_format,
    tools=each(
        tagged({"function": shape(FunctionTool)}, lambda raw: Opaque(DIALECT, raw.copy()), default="function"),
        _LIST_OR_NULL,
    ),
    options=typed(dict[str, Raw] | None),
)


def decode_request(method: str, path: str, headers: Headers, body: bytes) -> ChatRequest | Failure:
    """The chat request in *body*, or why there is none: a Failure with the status to answer, never an exception.

    *path* may have any prefix, and a query.  A request that does not say otherwise is answered by a stream.  What the
    canonical request has no place for (`keep_alive`, and of the `options` such as `num_ctx`) is in `extra`.
    """
    return read_request((method, path), "/api/chat", headers, body, lambda raw: _request(_body(raw)))


def _request(body: RequestBody) -> ChatRequest:
    given, rest = _options(body.options or {})
    given |= {
        "tools": body.tools or None,
        "response_format": body.format,
        "logprobs": body.logprobs,
        "top_logprobs": body.top_logprobs,
        "reasoning_effort": body.think if isinstance(body.think, str) else None,
        "thinking": Thinking("enabled" if body.think else "disabled") if isinstance(body.think, bool) else None,
    }
    extra = {**(body.extra or {}), **({"options": Raw(msgspec.json.encode(rest))} if rest else {})}
    request = ChatRequest(
        model=body.model,
        messages=Messages().decoded(body.messages),
        stream=body.stream is not False,
        extra=extra or None,
    )
    return msgspec.structs.replace(request, **{name: value for name, value in given.items() if value is not None})


def _options(options: Mapping[str, Raw]) -> tuple[dict[str, object], dict[str, Raw]]:
    """The parameters among the options, and the others; a limit below zero is none."""
    given: dict[str, object] = {}
    rest: dict[str, Raw] = {}
    for own, raw in options.items():
        name, read = _OPTIONS.get(own, ("", None))
        try:
            value = None if read is None else read(raw)
        except Invalid as exc:
            raise exc.within(f"options.{own}") from exc
        if value is None or (own == "num_predict" and isinstance(value, int) and value < 0):
            rest[own] = raw.copy()
        else:
            given[name] = value
    return given, rest
