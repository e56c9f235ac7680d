"""What the properties across dialects share: a double for each dialect, and requests that say all that canonical ones can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import UNSET, Raw

from sansio import dialects, types
from sansio.dialects.codec import Server
from sansio.errors import Failure
from sansio.events import Completed, Event, Failed, Fold, ToolCallDelta, ToolCallStarted
from sansio.exchange import Exchange
from sansio.http import Headers, HttpRequest, split_url
from sansio.testing.strategies import event_streams, names, optional
from sansio.types import (
    ChatRequest,
    ChatResponse,
    ContentPart,
    FunctionToolCall,
    Loss,
    Message,
    Opaque,
    OrderedPart,
    Provider,
    ReasoningPart,
    TextPart,
)
from tests.properties.answers import MODEL

_BASES: Final = {"openai_chat": "/v1", "openai_responses": "/v1"}
DOUBLES: Final[dict[str, Provider]] = {
    name: Provider(name="double", base_url=f"http://double{_BASES.get(name, '')}", dialect=name, keyless=True)
    for name in dialects.names()
}
"""A provider of each dialect, which differs in nothing from what its API says."""

PAIRS: Final = [(one, other) for one in DOUBLES for other in DOUBLES if one != other]


def sent(dialect: str, request: ChatRequest, *, stream: bool = False) -> tuple[HttpRequest, tuple[Loss, ...]]:
    """The request as that dialect sends it, and what it lost."""
    exchange = Exchange(DOUBLES[dialect], request, stream=stream, on_loss="drop")
    return exchange.request, exchange.losses


def server_of(url: str) -> tuple[str, Server]:
    """The server side that is asked at *url*, and the target of the request."""
    target = split_url(url)[1]
    found = dialects.server_for(target)
    assert found is not None, target
    return target, found[1]


def heard(request: HttpRequest) -> ChatRequest:
    """The request as its server reads it."""
    target, server = server_of(request.url)
    assert isinstance(request.body, bytes)
    decoded = server.decode_request(request.method, target, request.headers, request.body)
    assert not isinstance(decoded, Failure), decoded
    return decoded


# -- requests that are rich ---------------------------------------------------------------------------------------

_WORDS: Final = st.text('abcdefghijklmnopqrstuvwxyz é𝄞"\\', min_size=1, max_size=8).map("{}.".format)
_PNG: Final = "data:image/png;base64,iVBORw0KGgo="
_PDF: Final = "data:application/pdf;base64,JVBERi0="
_MARK: Final = optional(st.builds(types.CacheControl, ttl=optional(st.sampled_from(["5m", "1h"]))))
_TEXTS: Final = st.builds(TextPart, text=_WORDS, cache_control=_MARK)
_IMAGES: Final = st.builds(
    types.ImagePart,
    image_url=st.builds(
        types.ImageUrl, st.sampled_from([_PNG, "https://double/cat.png"]), optional(st.sampled_from(["low", "high"]))
    ),
    cache_control=_MARK,
)
_FILES: Final = st.builds(
    types.FilePart,
    file=st.sampled_from(
        [
            types.FileReference("paper.pdf", file_data=_PDF),
            types.FileReference(file_data=_PDF),
            types.FileReference(file_id="file-1"),
            types.FileReference(file_url="https://double/paper.pdf"),
        ]
    ),
    cache_control=_MARK,
)
_SOUNDS: Final = st.builds(
    types.AudioPart, input_audio=st.builds(types.InputAudio, st.just("UklGRg=="), st.sampled_from(["wav", "mp3"]))
)
_USERS: Final[SearchStrategy[ContentPart]] = st.one_of(_TEXTS, _IMAGES, _FILES, _SOUNDS)
ARGUMENTS: Final = st.dictionaries(names(), st.integers(0, 9) | _WORDS, max_size=2).map(
    lambda value: msgspec.json.encode(value).decode()
)


def _opaque(dialect: str, **members: object) -> Opaque:
    return Opaque(dialect, Raw(msgspec.json.encode(members)))


def states(dialect: str) -> list[ReasoningPart]:
    """Reasoning with the state that this dialect's API gives with it."""
    summary = [{"type": "summary_text", "text": "hm"}]
    sealed: dict[str, object] = {"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": "c2Vj"}
    found: dict[str, dict[str, object]] = {
        "anthropic": {"type": "thinking", "signature": "c2ln"},
        "bedrock_converse": {"signature": "c2ln"},
        "gemini": {"thoughtSignature": "c2ln"},
        "openai_responses": sealed,
    }
    return [ReasoningPart(text="hm", state=_opaque(dialect, **found[dialect]))] if dialect in found else []


@st.composite
def conversations(draw: st.DrawFn, dialect: str) -> list[Message]:
    """A conversation as a client of *dialect* may have led it; every call has its result."""
    messages = [Message("system", draw(_WORDS | st.lists(_TEXTS, min_size=1, max_size=2)))] * draw(st.integers(0, 1))
    messages.append(Message("user", draw(_WORDS)))
    for turn in range(draw(st.integers(0, 3))):
        messages += draw(st.sampled_from([_asked, _answered]))(draw, dialect, turn)
    # Some models take no answer that is begun for them, and an empty text is none.
    return messages if messages[-1].role == "tool" else [*messages, Message("user", draw(_WORDS))]


def _asked(draw: st.DrawFn, _dialect: str, _turn: int) -> list[Message]:
    role = draw(st.sampled_from(["user", "user", "user", "developer"]))
    parts = _TEXTS if role == "developer" else _USERS
    content = draw(st.just("") | _WORDS | st.lists(parts, max_size=3))
    return [Message(role, content, name=draw(st.sampled_from([None, None, "ann"])))]


def _answered(draw: st.DrawFn, dialect: str, turn: int) -> list[Message]:
    kinds: list[SearchStrategy[OrderedPart]] = [_TEXTS, st.builds(ReasoningPart, text=_WORDS)]
    kinds += [st.sampled_from(states(dialect))] if states(dialect) else []
    said = draw(st.lists(st.one_of(kinds), max_size=3))
    calls = [draw(_call(f"call_{turn}_{n}")) for n in range(draw(st.integers(0, 2)))]
    results = [_result(draw, call.id) for call in calls]
    if draw(st.booleans()):
        return [_plainly(said, calls), *results]
    return [_in_order(draw(st.permutations([*said, *calls]) if turn else st.just([*said, *calls]))), *results]


def _plainly(said: Sequence[OrderedPart], calls: list[FunctionToolCall]) -> Message:
    """A message without parts, as a client makes one by hand."""
    text = "".join(part.text for part in said if isinstance(part, TextPart))
    thoughts = "".join(part.text for part in said if isinstance(part, ReasoningPart))
    return Message("assistant", text or None, tool_calls=calls or None, reasoning_content=thoughts or None)


def _in_order(parts: Sequence[OrderedPart]) -> Message:
    """A message as the fold makes it."""
    calls = [part for part in parts if isinstance(part, FunctionToolCall)]
    text = "".join(part.text for part in parts if isinstance(part, TextPart))
    thoughts = "".join(part.text for part in parts if isinstance(part, ReasoningPart))
    return Message("assistant", text or None, tool_calls=calls or None, reasoning_content=thoughts or None, parts=parts)


def _call(id_: str) -> SearchStrategy[FunctionToolCall]:
    return st.builds(FunctionToolCall, id=st.just(id_), function=st.builds(types.FunctionCall, names(), ARGUMENTS))


def _result(draw: st.DrawFn, id_: str) -> Message:
    return Message("tool", draw(_WORDS | ARGUMENTS | st.lists(_TEXTS | _IMAGES, min_size=1, max_size=2)), None, id_)


_SCHEMA: Final[dict[str, object]] = {"type": "object", "properties": {"x": {"type": "string"}}}
_TOOLS: Final = st.lists(
    st.builds(
        types.FunctionTool,
        st.builds(
            types.FunctionDefinition,
            names(),
            optional(_WORDS),
            optional(st.just(_SCHEMA)),
            optional(st.booleans()),
        ),
        _MARK,
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda tool: tool.function.name,
)
_FORMATS: Final = st.sampled_from(
    [
        types.TextFormat(),
        types.JsonObjectFormat(),
        types.JsonSchemaFormat(types.JsonSchema("shape", schema=_SCHEMA)),
        types.JsonSchemaFormat(types.JsonSchema("shape", schema=_SCHEMA, description="A shape.", strict=True)),
    ]
)


def _maybe(values: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.just(UNSET) | values


_PARAMETERS: Final[dict[str, SearchStrategy[object]]] = {
    "max_tokens": _maybe(st.integers(5000, 9000)),
    "max_completion_tokens": _maybe(st.integers(5000, 9000)),
    "temperature": _maybe(st.sampled_from([0.0, 0.5, 1.0, 1.5])),
    "top_p": _maybe(st.sampled_from([0.5, 0.995])),
    "top_k": _maybe(st.integers(1, 40)),
    "n": _maybe(st.integers(1, 2)),
    "stop": _maybe(_WORDS | st.lists(_WORDS, min_size=1, max_size=2)),
    "presence_penalty": _maybe(st.sampled_from([-1.0, 0.5])),
    "frequency_penalty": _maybe(st.sampled_from([0.5, 1.5])),
    "logit_bias": _maybe(st.just({"50256": -100.0})),
    "logprobs": _maybe(st.just(value=True)),
    "top_logprobs": _maybe(st.integers(1, 5)),
    "seed": _maybe(st.integers(0, 9)),
    "user": _maybe(st.just("ann")),
    "reasoning_effort": _maybe(st.sampled_from(["none", "low", "high"])),
    "thinking": _maybe(st.sampled_from([types.Thinking("disabled"), types.Thinking("enabled", 1024)])),
    "verbosity": _maybe(st.just("low")),
    "response_format": _maybe(_FORMATS),
    "parallel_tool_calls": _maybe(st.booleans()),
    "service_tier": _maybe(st.sampled_from(["auto", "default", "flex"])),
    "store": _maybe(st.booleans()),
    "metadata": _maybe(st.just({"order": "7"})),
    "prompt_cache_key": _maybe(st.just("key")),
}


@st.composite
def requests(draw: st.DrawFn, dialect: str) -> ChatRequest:
    """Requests of a client that has talked with *dialect*: up to four parameters and tools beside a conversation."""
    chosen = draw(st.lists(st.sampled_from(sorted(_PARAMETERS)), max_size=4, unique=True))
    given = {name: draw(_PARAMETERS[name]) for name in chosen}
    if "reasoning_effort" in given:
        given.pop("thinking", None)  # most take one of both
    messages = draw(conversations(dialect))
    called = any(message.role == "tool" for message in messages)
    if called or draw(st.booleans()):  # for calls some APIs want tools
        tools = draw(_TOOLS)
        named = types.FunctionChoice.of(tools[0].function.name)
        choice = draw(st.sampled_from([UNSET, "auto", "none", "required", named]))
        # Ollama says none by leaving the tools out.
        given |= {"tools": tools, "tool_choice": UNSET if called and dialect == "ollama" else choice}
    request = ChatRequest(model="m", messages=messages)
    return msgspec.structs.replace(request, **given)


# -- answers ------------------------------------------------------------------------------------------------------


@st.composite
def streams(draw: st.DrawFn) -> list[Event[ChatResponse]]:
    """All events of an answer whose calls of functions have JSON objects as arguments, in pieces."""
    *said, _ = draw(event_streams(completes=True))
    deltas = [event for event in said if not isinstance(event, Completed | Failed)]
    kinds = {(event.choice, event.index): event.type for event in deltas if isinstance(event, ToolCallStarted)}
    for key in (key for key, kind in kinds.items() if kind == "function"):
        places = [n for n, event in enumerate(deltas) if isinstance(event, ToolCallDelta) and _key(event) == key]
        text, last = draw(ARGUMENTS), places[-1:]
        for place in places:
            size = len(text) if [place] == last else draw(st.integers(0, len(text)))
            deltas[place] = ToolCallDelta(key[1], text[:size], key[0])
            text = text[size:]
    fold = Fold()
    fold.extend(deltas)
    return [*deltas, Completed(fold.response())]


def _key(event: ToolCallDelta) -> tuple[int, int]:
    return event.choice, event.index


def answered(
    dialect: str, said: Sequence[Event[ChatResponse]], cut: Callable[[bytes], list[bytes]], *, stream: bool = True
) -> list[Event[ChatResponse]]:
    """What a client of *dialect* hears of those events, as a stream or as a document, cut as *cut* says."""
    asked = ChatRequest(model=MODEL, messages="Hi.", stream_options=types.StreamOptions(include_usage=True))
    exchange = Exchange(DOUBLES[dialect], asked, stream=stream, on_loss="drop")
    target, server = server_of(exchange.request.url)
    encoder = server.encoder(heard(exchange.request), target)
    end = said[-1]
    status, body = 200, b""
    headers: Headers = (("content-type", server.stream_type if stream else "application/json"),)
    if stream:
        body = b"".join(map(encoder.encode, said))
        assert encoder.ended
    elif isinstance(end, Completed):
        body = server.encode_response(end.response)
    elif isinstance(end, Failed):
        status, headers, body = server.encode_failure(end.failure)
    exchange.receive_head(status, headers)
    for piece in cut(body):
        exchange.receive_data(piece)
    exchange.receive_eof()
    return exchange.take_events()
