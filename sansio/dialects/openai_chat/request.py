"""A ChatRequest as the body of `POST /chat/completions`: https://platform.openai.com/docs/api-reference/chat/create.

The canonical names are the wire's, so most of a request is encoded by msgspec as it is; only what goes beyond the API, and
what the provider's quirks name, is rewritten here, and what cannot be sent is a loss.  What a provider `lacks` are types of
parts, such as file, json_schema, the format, functions, which the API has deprecated, long_ids of calls, and orders of
messages (`conversation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import msgspec
from msgspec import UNSET

from ...errors import LocalProtocolError
from ...types import ChatRequest, JsonSchemaFormat, Opaque, Quirks, StreamOptions
from ..codec import Encoded, Terms, native_model, path_of
from ..conversation import check_conversation
from ..deprecated import modern
from ..extras import with_extra
from ..losses import Losses
from ..parameters import apply_rules
from ..schema_tool import tool_name, with_tool
from .forms import form_parameters
from .messages import Rewriter
from .unknown import DIALECT

_NEEDS: Final = {  # what OpenAI answers with 400 where none of the others is there
    "tool_choice": ("tools", "functions"),
    "parallel_tool_calls": ("tools", "functions"),
    "top_logprobs": ("logprobs",),
}


def encode_request(request: ChatRequest, terms: Terms) -> Encoded:
    """The body and what it loses.  `stream` follows the terms; of a stream usage is asked for, unless the caller chose."""
    quirks = terms.provider.quirks
    losses = Losses(DIALECT)
    if quirks.lacks:
        request = _without_schema(modern(request) if "functions" in quirks.lacks else request, quirks, losses)
    rewriter = Rewriter(quirks, losses)
    members = {name: value for name, value in msgspec.structs.asdict(request).items() if value is not UNSET}
    extra = members.pop("extra")
    del members["schema_as_tool"], members["dialect"]
    members["model"] = model = native_model(request.model, terms.provider)
    members["messages"] = rewriter.messages(request.conversation)
    if request.tools:
        members["tools"] = rewriter.tools(request.tools)
    if isinstance(request.tool_choice, Opaque):
        members["tool_choice"] = rewriter.opaque(request.tool_choice, "tool_choice")
    for name in ("tools", "tool_choice"):
        if not members.get(name, True):  # nothing is left of it, and the API refuses an empty list
            del members[name]
    _switch_stream(members, stream=terms.stream, usage_switch=quirks.usage_switch)
    rule = apply_rules(members, model, terms.provider, losses)
    check_conversation(request, quirks.lacks | rule.lacks if rule.lacks else quirks.lacks)
    if quirks.forms:
        form_parameters(members, quirks.forms, losses)
    for name, needed in _NEEDS.items():
        if name in members and not any(map(members.get, needed)) and members.pop(name) is not None:
            losses.drop(name, f"it needs {needed[0]}")
    for name in ("functions", "response_format", "thinking"):
        if name in members:
            members[name] = _wire(members[name])
    for name, value in quirks.members.items():
        members[name] = value
        if value is None:
            del members[name]
    try:
        body = msgspec.json.encode(members if extra is None else {**members, **extra})
    except (TypeError, ValueError, OverflowError, RecursionError) as exc:
        raise LocalProtocolError(f"the request is no JSON: {exc}") from exc
    return Encoded(path_of(terms, "chat", "/chat/completions", model), body, tuple(losses.found))


def schema_tool(request: ChatRequest, terms: Terms) -> str | None:
    """The name of the tool that the schema of *request* becomes; None where it does not become one."""
    return tool_name(request) if "json_schema" in terms.provider.quirks.lacks else None


def _without_schema(request: ChatRequest, quirks: Quirks, losses: Losses) -> ChatRequest:
    """The request without a schema that the API does not have: with a tool in its place, where that is allowed."""
    if "json_schema" not in quirks.lacks or not isinstance(request.response_format, JsonSchemaFormat):
        return request
    if tool_name(request) is not None:
        return with_tool(request)
    losses.drop("response_format", "the API has no schemas; schema_as_tool allows a tool instead")
    return msgspec.structs.replace(request, response_format=UNSET)


def _switch_stream(members: dict[str, object], *, stream: bool, usage_switch: bool) -> None:
    """The verb decides whether the wire streams; `stream_options` is refused where it does not."""
    options = members.pop("stream_options", None)
    members.pop("stream", None)
    if not stream:
        return
    members["stream"] = True
    options = options if isinstance(options, StreamOptions) else StreamOptions()
    if usage_switch and options.include_usage is None:
        options = msgspec.structs.replace(options, include_usage=True)
    if options != StreamOptions():
        members["stream_options"] = options if options.extra is None else with_extra(options)


def _wire(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_wire(item) for item in cast("Sequence[object]", value)]
    return with_extra(value) if isinstance(value, msgspec.Struct) else value
