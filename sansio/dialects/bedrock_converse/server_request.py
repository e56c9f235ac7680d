"""The server's way in: the bytes of a Converse request to a ChatRequest, with every unknown member kept.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import UNSET, Raw

from ...errors import Failure
from ...http import Headers
from ...types import (
    ChatRequest,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    Thinking,
    Tool,
    ToolChoice,
)
from ..inbound import read_request
from ..lenient import REFUSALS
from ..shapes import Invalid
from .reader import TEXT, Reader
from .server_content import cache_mark, opaque
from .server_messages import instructions, messages_of

_MODEL: Final = "/model/"
_STREAM: Final = "/converse-stream"
_WHOLE: Final = "/converse"

_INTEGER: Final = msgspec.json.Decoder(int).decode
_NUMBER: Final = msgspec.json.Decoder(float).decode
_STRICT: Final = msgspec.json.Decoder(bool).decode
_TEXTS: Final = msgspec.json.Decoder(list[str]).decode
_WORDS: Final = msgspec.json.Decoder(dict[str, str]).decode
_OBJECT: Final = msgspec.json.Decoder(dict[str, object]).decode
# Choices that are a word.
_CHOICES: Final = {"auto": "auto", "any": "required"}
_UNNAMED: Final = "response"  # a schema has a name everywhere but here


def decode_request(method: str, path: str, headers: Headers, body: bytes) -> ChatRequest | Failure:
    """The request, or why there is none; the model, and whether a stream is asked for, are in the path."""
    streams = path.partition("?")[0].rstrip("/").endswith(_STREAM)
    ending = _STREAM if streams else _WHOLE
    model = model_in(path, ending)
    return read_request((method, path), ending, headers, body, lambda raw: chat_request(raw, model, stream=streams))


def model_in(path: str, ending: str) -> str:
    """The model that a path names before its *ending*; empty where it names none."""
    from urllib.parse import unquote

    _, named, model = path.partition("?")[0].rstrip("/").removesuffix(ending).rpartition(_MODEL)
    return unquote(model) if named else ""


def chat_request(raw: Raw, model: str, *, stream: bool) -> ChatRequest:
    """The chat request in a body.  Raises Invalid."""
    body = Reader(raw)
    messages: list[Message] = instructions(body.list("system"))
    for item, path in body.list("messages"):
        messages += messages_of(item, path)
    members = _given({"metadata": body.take("requestMetadata", _WORDS)})
    for name, read in _SECTIONS.items():
        if name in body.left:
            members |= _given(read(body.object(name)))
    request = ChatRequest(model=model, messages=messages, stream=True if stream else UNSET)
    return msgspec.structs.replace(request, **members, extra=body.rest())


def _given(members: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


def _inference(section: Reader) -> dict[str, object]:
    return {
        "max_tokens": section.take("maxTokens", _INTEGER),
        "temperature": section.take("temperature", _NUMBER),
        "top_p": section.take("topP", _NUMBER),
        "stop": section.take("stopSequences", _TEXTS),
    }


def _tools(section: Reader) -> dict[str, object]:
    tools: list[Tool] = []
    for raw, path in section.list("tools"):
        mark, last = cache_mark(raw), tools[-1] if tools else None
        if mark is not None and isinstance(last, FunctionTool) and last.cache_control is None:
            tools[-1] = msgspec.structs.replace(last, cache_control=mark)
        else:
            tools.append(_tool(raw, path))
    choice = section.left.pop("toolChoice", None)
    return {"tools": tools or None, "tool_choice": None if choice is None else _choice(choice)}


def _tool(raw: Raw, path: str) -> Tool:
    tool = Reader(raw, path)
    if "toolSpec" not in tool.left:
        return opaque(raw)
    spec = tool.object("toolSpec")
    schema = spec.object("inputSchema")
    parameters = schema.take("json", _OBJECT)
    if schema.left:  # a schema of another kind
        return opaque(raw)
    function = FunctionDefinition(
        spec.need("name", TEXT),
        spec.take("description", TEXT),
        parameters,
        spec.take("strict", _STRICT),
        spec.rest(),
    )
    return FunctionTool(function, extra=tool.rest())


def _choice(raw: Raw) -> ToolChoice:
    choice = Reader(raw, "toolConfig.toolChoice")
    kind = next(iter(choice.left), "")
    inner = choice.object(kind)
    if kind == "tool" and not choice.left and inner.left.keys() == {"name"}:
        return FunctionChoice.of(inner.need("name", TEXT))
    word = _CHOICES.get(kind)
    return opaque(raw) if word is None or choice.left or inner.left else word


def _model_fields(section: Reader) -> dict[str, object]:
    """What Claude, OpenAI's models and Nova take beyond Converse, as far as it has a name here."""
    found: dict[str, object] = {"top_k": section.take("top_k", _INTEGER), "reasoning_effort": _effort(section)}
    thinking = section.peek("thinking")
    if (kind := thinking.take("type", TEXT)) is not None:
        del section.left["thinking"]
        budget, display = thinking.take("budget_tokens", _INTEGER), thinking.take("display", TEXT)
        found["thinking"] = Thinking(kind, budget, display, thinking.rest())
    return found


def _effort(section: Reader) -> str | None:
    for owner in ("output_config", "reasoning"):
        if (effort := section.object(owner).take("effort", TEXT)) is not None:
            return effort
    return section.take("reasoning_effort", TEXT)


def _output(section: Reader) -> dict[str, object]:
    found: dict[str, object] = {"reasoning_effort": section.take("effort", TEXT)}
    text = section.peek("textFormat")
    if text.take("type", TEXT) == "json_schema":
        del section.left["textFormat"]
        schema = text.object("structure").object("jsonSchema")
        name, description = schema.take("name", TEXT), schema.take("description", TEXT)
        found["response_format"] = JsonSchemaFormat(
            JsonSchema(name or _UNNAMED, _schema(schema), description, extra=schema.rest())
        )
    return found


def _schema(definition: Reader) -> dict[str, object]:
    """The schema, which is JSON within JSON."""
    text = definition.need("schema", TEXT)
    try:
        return _OBJECT(text)
    except REFUSALS as exc:
        raise Invalid(f"no JSON object: {exc}", definition.at("schema")) from exc


def _tier(section: Reader) -> dict[str, object]:
    return {"service_tier": section.take("type", TEXT)}


_SECTIONS: Final[dict[str, Callable[[Reader], dict[str, object]]]] = {
    "additionalModelRequestFields": _model_fields,
    "inferenceConfig": _inference,
    "outputConfig": _output,
    "serviceTier": _tier,
    "toolConfig": _tools,
}
