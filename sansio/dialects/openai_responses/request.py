"""A ChatRequest as the body of `POST /responses`: https://platform.openai.com/docs/api-reference/responses/create.

The first message goes as `instructions` where it is the system's and plain text, the others are items of `input`.
Parameters that the API lacks are losses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

import msgspec
from msgspec import Raw

from ...errors import LocalProtocolError
from ...types import (
    ChatRequest,
    Extra,
    JsonSchemaFormat,
    Message,
    Provider,
    ReasoningPart,
    StreamOptions,
    Thinking,
    Tool,
    ToolChoice,
    WebSearchOptions,
)
from ..codec import Encoded, Terms, native_model, path_of
from ..conversation import check_conversation
from ..ids import with_own_ids
from ..lenient import REFUSALS
from ..losses import Losses
from ..parameters import Parameters, apply_rules
from .input import InputWriter
from .tools import choice_json, tool_json, web_search_json
from .wire import DIALECT, Members

LOGPROBS: Final = "message.output_text.logprobs"
ENCRYPTED: Final = "reasoning.encrypted_content"
SAME: Final = (
    "metadata",
    "moderation",
    "parallel_tool_calls",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "service_tier",
    "store",
    "temperature",
    "top_logprobs",
    "top_p",
    "user",
)
"""Parameters that have the same name and type as at chat completions."""

_members = msgspec.json.Decoder(Members).decode
_names = msgspec.json.Decoder(list[str]).decode


def encode_request(request: ChatRequest, terms: Terms) -> Encoded:
    """The body and what it loses.  `stream` follows the terms.

    With `store` off, the encrypted content of reasonings is asked for where the request is about reasoning: else nobody
    could give them back.  Members of `extra` called `text`, `reasoning` and `include` are joined with ours.
    """
    losses = Losses(DIALECT)
    parameters = Parameters(request, losses)
    model = native_model(request.model, terms.provider)
    apply_rules(parameters.left, model, terms.provider, losses)
    extra = request.extra or {}
    if lacks := terms.provider.quirks.lacks:
        check_conversation(request, lacks & (_REFUSED if _STORED.isdisjoint(extra) else _UNANSWERED), ends=_ENDS)
    body: dict[str, object] = {"model": model, **_input(request, terms.provider, losses)}
    for name in SAME:
        if (value := parameters.take(name)) is not None:
            body[name] = value
    body |= _max_tokens(parameters)
    body |= _joined("text", _text(parameters), extra)
    body |= _joined("reasoning", _reasoning(parameters, losses), extra)
    body |= _tools(parameters, losses, own=request.dialect == DIALECT)
    unstored = body.get("store") is False
    encrypted = unstored and ("reasoning" in body or _has_reasoned(request.conversation))
    body |= _include(parameters, extra, encrypted=encrypted)
    if terms.stream:
        body |= _stream(request)
    if parameters.left.get("modalities") == ["text"]:
        parameters.take("modalities")
    parameters.lose_rest("the API has no such parameter")
    body |= terms.provider.quirks.members
    body = {name: value for name, value in body.items() if value is not None}
    rest = {name: value for name, value in extra.items() if name not in _JOINED}
    try:
        encoded = msgspec.json.encode({**body, **rest})
    except (TypeError, ValueError, OverflowError, RecursionError) as exc:
        raise LocalProtocolError(f"the request is no JSON: {exc}") from exc
    return Encoded(path_of(terms, "responses", "/responses", model), encoded, tuple(losses.found))


_JOINED: Final = frozenset({"include", "reasoning", "text"})
# Of the conversations that a provider refuses, those that it refuses here, too; and the members of a body by which the API
# knows more of the conversation than the request says.
_REFUSED: Final = frozenset({"no_messages", "stray_results", "unanswered_calls"})
_STORED: Final = frozenset({"conversation", "previous_response_id", "prompt"})
_UNANSWERED: Final = frozenset({"unanswered_calls"})
_ENDS: Final = frozenset({"end"})  # results may stand anywhere behind their calls


def _input(request: ChatRequest, provider: Provider, losses: Losses) -> dict[str, object]:
    if isinstance(request.messages, str):
        return {"input": request.messages}
    writer, conversation, quirks = InputWriter(provider.quirks.roles, losses), request.messages, provider.quirks
    found: dict[str, object] = {}
    if len(conversation) > 1 and "instructions" not in quirks.forbidden and _is_plain_system(conversation[0]):
        found["instructions"] = conversation[0].content
    if items := writer.items(with_own_ids(conversation), len(found)):
        found["input"] = items
    return found


def _is_plain_system(message: Message) -> bool:
    others = (message.name, message.parts, message.extra)
    return message.role == "system" and isinstance(message.content, str) and others == (None, None, None)


def _has_reasoned(conversation: Sequence[Message]) -> bool:
    """Whether the model has shown that it reasons."""
    return any(
        isinstance(part, ReasoningPart) and part.state is not None and part.state.dialect == DIALECT
        for message in conversation
        for part in message.parts or ()
    )


def _max_tokens(parameters: Parameters) -> dict[str, object]:
    limit = parameters.take_limit()
    return {} if limit is None else {"max_output_tokens": limit}


def _text(parameters: Parameters) -> dict[str, object]:
    found: dict[str, object] = {}
    if (format_ := parameters.take("response_format")) is not None:
        found["format"] = _flat(format_) if isinstance(format_, JsonSchemaFormat) else format_
    if (verbosity := parameters.take("verbosity")) is not None:
        found["verbosity"] = verbosity
    return found


def _flat(format_: JsonSchemaFormat) -> dict[str, object]:
    schema = format_.json_schema
    given = {
        name: value
        for name in ("name", "schema", "description", "strict")
        if (value := getattr(schema, name)) is not None
    }
    return {"type": "json_schema", **given, **(schema.extra or {})}


def _reasoning(parameters: Parameters, losses: Losses) -> dict[str, object]:
    """How much the model reasons, and whether a summary of that is shown."""
    effort, found = parameters.take("reasoning_effort"), dict[str, object]()
    thinking = parameters.take("thinking")
    if isinstance(thinking, Thinking):
        if thinking.type == "disabled" and effort is None:
            effort = "none"
        if thinking.display == "summarized":
            found["summary"] = "auto"
        if thinking.budget_tokens is not None:
            losses.drop("thinking.budget_tokens", "the API has efforts, and no budget")
        if thinking.extra:
            losses.drop("thinking.extra", "the API has no such parameter")
    return found if effort is None else {"effort": effort, **found}


def _tools(parameters: Parameters, losses: Losses, *, own: bool) -> dict[str, object]:
    found: dict[str, object] = {}
    tools = cast("Sequence[Tool]", parameters.take("tools") or ())
    wire = [tool_json(tool, f"tools[{position}]", losses, own=own) for position, tool in enumerate(tools)]
    options = parameters.take("web_search_options")
    if isinstance(options, WebSearchOptions):
        wire.append(web_search_json(options))
    if wire := [tool for tool in wire if tool is not None]:
        found["tools"] = wire
    if (choice := parameters.take("tool_choice")) is not None:
        given = choice_json(cast("ToolChoice", choice), losses)
        found |= {} if given is None else {"tool_choice": given}
    return found


def _include(parameters: Parameters, extra: Extra, *, encrypted: bool) -> dict[str, object]:
    """What the answer is to hold beside its usual parts: log probabilities, encrypted reasonings, and what the caller says."""
    asked = [LOGPROBS] if parameters.take("logprobs") is True else []
    asked += [ENCRYPTED] if encrypted else []
    if (given := extra.get("include")) is not None:
        try:
            asked += [name for name in _names(given) if name not in asked]
        except REFUSALS:
            return {"include": given}
    return {"include": asked} if asked else {}


def _joined(name: str, members: Mapping[str, object], extra: Extra) -> dict[str, object]:
    """The object called *name*: ours, and that of the caller's extra, which goes before it."""
    if (given := extra.get(name)) is not None:
        try:
            members = {**members, **_members(given)}
        except REFUSALS:
            return {name: given}
    return {name: members} if members else {}


def _stream(request: ChatRequest) -> dict[str, object]:
    options = request.stream_options
    if not isinstance(options, StreamOptions):
        return {"stream": True}
    given: dict[str, object | Raw] = dict(options.extra or {})
    if options.include_obfuscation is not None:
        given["include_obfuscation"] = options.include_obfuscation
    return {"stream": True, "stream_options": given} if given else {"stream": True}
