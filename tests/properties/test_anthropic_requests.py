"""Requests in the dialect anthropic: what the client's side encodes, the server's decodes to the same."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import UNSET, Raw

from sansio import dialects, types
from sansio.dialects.anthropic.server_request import FORMAT, decode_request
from sansio.dialects.codec import Terms
from sansio.http import Limits
from sansio.testing.strategies import (
    counts,
    extras,
    json_values,
    names,
    optional,
    schemas,
    texts,
)
from sansio.types import (
    CacheControl,
    ChatRequest,
    FunctionCall,
    FunctionToolCall,
    Message,
    Opaque,
    OrderedPart,
    Provider,
    ReasoningPart,
    TextPart,
    Thinking,
)

PROVIDER = Provider(name="double", base_url="http://double", dialect="anthropic", keyless=True)
PATH = "/v1/messages"


def terms(*, stream: bool = False) -> Terms:
    return Terms(provider=PROVIDER, stream=stream, limits=Limits())


def opaque(**members: object) -> Opaque:
    return Opaque("anthropic", Raw(msgspec.json.encode(members)))


SAID = texts(min_size=1).map("{}.".format)  # neither empty nor with white space at its end
MARK = optional(st.builds(CacheControl, ttl=optional(st.sampled_from(["5m", "1h"]))))
CITATIONS = st.lists(schemas(), min_size=1, max_size=2).map(lambda found: opaque(citations=found))
DATA = st.sampled_from(["", "aGk=", "eW91"])
TEXTS = st.builds(TextPart, text=SAID, cache_control=MARK, extra=optional(extras()))
CITED = st.builds(TextPart, text=SAID, state=CITATIONS)
URLS = st.just("https://x/y") | DATA.map("data:image/png;base64,{}".format)
IMAGES = st.builds(types.ImagePart, image_url=st.builds(types.ImageUrl, URLS), cache_control=MARK)
FILES = st.builds(
    types.FilePart,
    file=st.one_of(
        st.builds(types.FileReference, filename=optional(SAID), file_id=names()),
        st.builds(types.FileReference, filename=optional(SAID), file_url=st.just("https://x/y")),
        st.builds(types.FileReference, filename=optional(SAID), file_data=DATA.map("data:text/plain;base64,{}".format)),
        st.builds(types.FileReference, file_data=DATA.map("data:application/pdf;base64,{}".format)),
    ),
    cache_control=MARK,
    extra=optional(extras()),
)
OWN = json_values().map(lambda value: opaque(type="unheard_of", value=value))
THOUGHTS = st.builds(
    ReasoningPart, text=texts(), state=names().map(lambda name: opaque(type="thinking", signature=name))
)
USER = st.lists(st.one_of(TEXTS, IMAGES, FILES, OWN), min_size=1, max_size=3)


@st.composite
def conversations(draw: st.DrawFn) -> list[Message]:
    """Instructions, then turns that take turns; every call has its result."""
    messages = [Message("system", draw(st.lists(TEXTS, min_size=1, max_size=2)))] if draw(st.booleans()) else []
    messages.append(Message("user", draw(USER)))
    for turn in range(draw(st.integers(0, 2))):
        parts: list[OrderedPart] = draw(st.lists(st.one_of(TEXTS, CITED, THOUGHTS, OWN), max_size=3))
        calls = [draw(_call(f"toolu_{turn}_{n}")) for n in range(draw(st.integers(0, 2)))]
        parts += calls
        if not parts:
            continue
        messages.append(_assistant(parts))
        messages += [
            Message("tool", draw(texts() | USER), None, call.id, extra=draw(optional(extras()))) for call in calls
        ]
        if not calls or draw(st.booleans()):
            messages.append(Message("user", draw(USER)))
    return messages


def _call(id_: str) -> SearchStrategy[FunctionToolCall]:
    arguments = schemas().map(lambda value: msgspec.json.encode(value).decode())
    state = optional(names().map(lambda name: opaque(toolset_name=name)))
    function = st.builds(FunctionCall, names(), arguments)
    return st.builds(FunctionToolCall, id=st.just(id_), function=function, state=state, extra=optional(extras()))


def _assistant(parts: list[OrderedPart]) -> Message:
    """A message as the server's side fills it from its parts."""
    said = [part.text for part in parts if isinstance(part, TextPart)]
    thought = [part.text for part in parts if isinstance(part, ReasoningPart)]
    calls = [part for part in parts if isinstance(part, FunctionToolCall)]
    return Message(
        "assistant",
        "".join(said) or None,
        tool_calls=calls or None,
        reasoning_content="".join(thought) or None,
        parts=parts,
    )


TOOLS = st.lists(
    st.builds(
        types.FunctionTool,
        st.builds(
            types.FunctionDefinition,
            names(),
            optional(texts()),
            schemas().map(lambda schema: {"type": "object", **schema}),
            optional(st.booleans()),
        ),
        MARK,
        optional(extras()),
    )
    | st.builds(opaque, type=st.just("bash_20250124"), name=st.just("bash")),
    min_size=1,
    max_size=2,
)
CHOICES = st.sampled_from(["auto", "none", "required"]) | st.builds(types.FunctionChoice.of, names())


def maybe(values: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.just(UNSET) | values


def requests() -> SearchStrategy[ChatRequest]:
    parameters = {
        "model": names(),
        "messages": conversations(),
        "max_tokens": st.integers(5000, 9000),
        "stop": maybe(st.lists(SAID, min_size=1, max_size=2)),
        "top_k": maybe(counts()),
        "user": maybe(names()),
        "service_tier": maybe(st.sampled_from(["auto", "standard_only"])),
        "response_format": maybe(
            schemas().map(lambda schema: types.JsonSchemaFormat(types.JsonSchema(FORMAT, schema=schema)))
        ),
        "extra": optional(extras()),
    }
    hot = {"temperature": maybe(st.floats(0, 1))}
    thinking = st.sampled_from([Thinking("disabled"), Thinking("between_tools")])
    effort = {"reasoning_effort": maybe(st.sampled_from(["low", "high"])), "thinking": thinking}
    tools = {"tools": TOOLS, "tool_choice": CHOICES, "parallel_tool_calls": maybe(st.booleans())}
    plain = st.builds(ChatRequest, **parameters, **hot)
    untooled = (plain | st.builds(ChatRequest, **parameters, **effort)).map(_without_calls)
    return untooled | st.builds(ChatRequest, **parameters, **tools)


def _without_calls(request: ChatRequest) -> ChatRequest:
    """The request up to its first call, for which the API would want tools."""
    calling = [place for place, message in enumerate(request.conversation) if message.tool_calls]
    return msgspec.structs.replace(request, messages=request.conversation[: calling[0] if calling else None])


def normalise(request: ChatRequest, *, stream: bool) -> ChatRequest:
    """What a request comes to on the wire: its verb says whether it streams, and `none` leaves nothing to be parallel."""
    alone = request.tool_choice == "none"
    return msgspec.structs.replace(
        request,
        messages=[_normal(message) for message in request.conversation],
        stream=True if stream else UNSET,
        parallel_tool_calls=UNSET if alone else request.parallel_tool_calls,
    )


def _normal(message: Message) -> Message:
    """Parts are given where the order is not the usual one."""
    parts = message.parts or []
    rank: dict[type, int] = {ReasoningPart: 0, TextPart: 1, FunctionToolCall: 2}
    ranks = [rank.get(type(part), 3) for part in parts]
    stateless = not any(isinstance(part, TextPart | ReasoningPart) and part.state is not None for part in parts)
    if not parts or ranks != sorted(ranks) or 3 in ranks or 0 in ranks:
        return message
    content = [part for part in parts if isinstance(part, TextPart)]
    only = content[0].text if len(content) == 1 and content[0] == TextPart(text=content[0].text) else None
    assert stateless or any(part.state for part in content)
    return msgspec.structs.replace(message, content=only or content or None, parts=None)


@given(requests(), st.booleans())
def test_a_request_is_decoded_to_what_was_encoded(request: ChatRequest, stream: bool) -> None:
    encoded = dialects.codec_for(PROVIDER, request).encode(request, terms(stream=stream))
    assert not encoded.losses
    assert isinstance(encoded.body, bytes)
    decoded = decode_request(encoded.method, encoded.path, (), encoded.body)
    assert decoded == normalise(request, stream=stream)
