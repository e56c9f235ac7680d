"""The server's way in: the bytes of a request for an answer to a ChatRequest, with every unknown member kept.

https://platform.claude.com/docs/en/api/messages.  What the client sends is data: a request that cannot be read becomes a
Failure, worded for its sender.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Raw

from ...errors import Failure, kind_of_status
from ...http import Headers, Limits
from ...types import (
    ChatRequest,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    Opaque,
    Thinking,
    Tool,
    ToolChoice,
)
from ..lenient import REFUSALS, check_depth
from .blocks import DIALECT
from .fields import Fields, Misfit
from .server_blocks import cache_control
from .server_messages import read_messages, read_system

PATH: Final = "/messages"
FORMAT: Final = "output"  # the name of a schema, which other APIs want and this one has none for

_DEPTH: Final = Limits().depth
_CHOICES: Final = {"auto": "auto", "any": "required", "none": "none"}
# Members that are parameters as they are: their types, and our names for them.
_PLAIN: Final[dict[str, tuple[type[object], str]]] = {
    "max_tokens": (int, "max_tokens"),
    "service_tier": (str, "service_tier"),
    "stop_sequences": (list[str], "stop"),
    "stream": (bool, "stream"),
    "temperature": (float, "temperature"),
    "top_k": (int, "top_k"),
    "top_p": (float, "top_p"),
}


def decode_request(method: str, path: str, headers: Headers, body: bytes, ending: str = PATH) -> ChatRequest | Failure:
    """The request in *body*, or why there is none: a Failure with the status to answer, never an exception.

    *path* may have any prefix before *ending*, and a query.  Unknown members of the request, its messages, blocks and
    tools are in their `extra`; blocks, tools and choices of a type without one of ours are Opaque.  `stream` is kept.
    """
    if not path.partition("?")[0].rstrip("/").endswith(ending):
        return _failure(404, f"{method} {path} is not served here")
    if method != "POST":
        return _failure(405, f"{path} takes POST only")
    if coding := next((value for name, value in headers if name.lower() == "content-encoding"), ""):
        return _failure(415, f"The request body has the content coding {coding}; send it without one")
    try:
        check_depth(body, _DEPTH)
        return _request(Fields(Raw(body), ""))
    except Misfit as exc:
        return _failure(400, f"{exc.path}: {exc.reason}" if exc.path else exc.reason, exc.path)
    except UnicodeDecodeError:
        return _failure(400, "The request body is not UTF-8")
    except REFUSALS as exc:
        return _failure(400, f"The request body is not valid JSON: {exc}")


def _failure(status: int, message: str, param: str | None = None) -> Failure:
    return Failure(kind=kind_of_status(status), message=message, status=status, param=param or None)


def _request(fields: Fields) -> ChatRequest:
    model = fields.need("model", str)
    messages: list[Message] = []
    if (system := fields.take_content("system")) is not None:
        messages.append(read_system(system))
    messages += read_messages(fields.need("messages", list[Raw]), "messages")
    values: dict[str, object] = {}
    for name, (type_, ours) in _PLAIN.items():
        if (value := fields.take(name, type_)) is not None:
            values[ours] = value
    if (tools := fields.take("tools", list[Raw])) is not None:
        values["tools"] = [_tool(raw, f"tools.{n}") for n, raw in enumerate(tools)]
    values |= _choice(fields) | _thinking(fields)
    kept: dict[str, Raw] = {}
    values |= _output_config(fields, kept) | _metadata(fields, kept)
    extra: Mapping[str, Raw] = {**(fields.extra or {}), **kept}
    return msgspec.structs.replace(ChatRequest(model=model, messages=messages, extra=extra or None), **values)


def _tool(raw: Raw, path: str) -> Tool:
    """A tool of the client's own; the API's are Opaque."""
    fields = Fields(raw, path)
    if fields.take("type", str) not in {None, "custom"}:
        return Opaque(DIALECT, raw.copy())
    function = FunctionDefinition(
        fields.need("name", str),
        fields.take("description", str),
        fields.need("input_schema", dict[str, object]),
        fields.take("strict", bool),
    )
    mark = cache_control(fields)
    return FunctionTool(function, mark, fields.extra)


def _choice(fields: Fields) -> dict[str, object]:
    """`tool_choice` and `parallel_tool_calls`."""
    if (raw := fields.take("tool_choice", Raw)) is None:
        return {}
    inner = Fields(raw, "tool_choice")
    kind = inner.need("type", str)
    choice: ToolChoice | None = _CHOICES.get(kind)
    if kind == "tool":
        choice = FunctionChoice.of(inner.need("name", str))
    alone = inner.take("disable_parallel_tool_use", bool)
    if choice is None or inner.left:
        return {"tool_choice": Opaque(DIALECT, raw.copy())}
    values: dict[str, object] = {"tool_choice": choice}
    return values if alone is None else values | {"parallel_tool_calls": not alone}


def _thinking(fields: Fields) -> dict[str, object]:
    if (raw := fields.take("thinking", Raw)) is None:
        return {}
    inner = Fields(raw, "thinking")
    type_, budget = inner.need("type", str), inner.take("budget_tokens", int)
    return {"thinking": Thinking(type_, budget, inner.take("display", str), inner.extra)}


def _output_config(fields: Fields, kept: dict[str, Raw]) -> dict[str, object]:
    """`reasoning_effort` and `response_format`; what else there is, is kept."""
    if (raw := fields.take("output_config", Raw)) is None:
        return {}
    inner = Fields(raw, "output_config")
    values: dict[str, object] = {}
    if (effort := inner.take("effort", str)) is not None:
        values["reasoning_effort"] = effort
    if (schema := inner.peek("format", _Format)) is not None:
        del inner.left["format"]
        values["response_format"] = JsonSchemaFormat(JsonSchema(FORMAT, schema=schema.schema))
    _keep("output_config", inner, kept)
    return values


class _Format(msgspec.Struct, tag_field="type", tag="json_schema", forbid_unknown_fields=True):
    schema: dict[str, object]


def _metadata(fields: Fields, kept: dict[str, Raw]) -> dict[str, object]:
    """Who the user is; what else there is, is kept."""
    if (raw := fields.take("metadata", Raw)) is None:
        return {}
    inner = Fields(raw, "metadata")
    user = inner.take("user_id", str)
    _keep("metadata", inner, kept)
    return {} if user is None else {"user": user}


def _keep(name: str, inner: Fields, kept: dict[str, Raw]) -> None:
    if (left := inner.extra) is not None:
        kept[name] = Raw(msgspec.json.encode(left))
