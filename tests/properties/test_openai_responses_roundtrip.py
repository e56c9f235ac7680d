"""The two sides of openai_responses are each other's test double: what one encodes, the other decodes to the same."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Raw

from sansio.dialects.ids import with_own_ids
from sansio.dialects.openai_responses import CODEC
from sansio.dialects.openai_responses.server import SERVER
from sansio.dialects.openai_responses.wire import DIALECT
from sansio.errors import Failure
from sansio.events import Completed, Event, Failed
from sansio.testing.strategies import (
    chat_responses,
    counts,
    event_streams,
    extras,
    fragmented,
    names,
    optional,
    schemas,
    texts,
)
from sansio.types import (
    ChatRequest,
    ChatResponse,
    Choice,
    ContentPart,
    CustomCall,
    CustomChoice,
    CustomDefinition,
    CustomTool,
    CustomToolCall,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    Opaque,
    OrderedPart,
    PromptCacheOptions,
    ReasoningPart,
    StreamOptions,
    TextFormat,
    TextPart,
    tool,
)
from tests.properties.roundtrip import ASKED, double, encoded, read, served, terms

PROVIDER = double(DIALECT)
PATH = "/v1/responses"


def raw(value: object) -> Raw:
    return Raw(msgspec.json.encode(value))


# -- what the API can say of a request --------------------------------------------------------------------------


def parts() -> st.SearchStrategy[ContentPart]:
    extra = optional(extras())
    image = st.builds(ImageUrl, texts(), optional(st.sampled_from(["low", "high"])))
    unknown = unknown_of_type("input_smell")
    return st.one_of(
        st.builds(TextPart, text=texts(), extra=extra),
        st.builds(ImagePart, image_url=image, extra=extra),
        st.builds(FilePart, file=st.builds(FileReference, optional(texts()), optional(texts()))),
        unknown,
    )


def unknown_of_type(type_: str) -> st.SearchStrategy[Opaque]:
    def opaque(more: dict[str, int]) -> Opaque:
        return Opaque(DIALECT, raw({"type": type_, **more}))

    return st.dictionaries(names().map("x_{}".format), counts(), max_size=2).map(opaque)


def states() -> st.SearchStrategy[Opaque | None]:
    return optional(st.sampled_from(["commentary", "final_answer"]).map(lambda p: Opaque(DIALECT, raw({"phase": p}))))


def calls() -> st.SearchStrategy[FunctionToolCall | CustomToolCall]:
    state = states()
    return st.one_of(
        st.builds(FunctionToolCall, id=names(), state=state, function=st.builds(FunctionCall, names(), texts())),
        st.builds(
            CustomToolCall, id=names().map("c_{}".format), state=state, custom=st.builds(CustomCall, names(), texts())
        ),
    )


def reasonings() -> st.SearchStrategy[ReasoningPart]:
    def reasoning(id_: str, text: str) -> ReasoningPart:
        summary = [{"type": "summary_text", "text": text}]
        return ReasoningPart(
            text=text, state=Opaque(DIALECT, raw({"type": "reasoning", "id": id_, "summary": summary}))
        )

    return st.builds(reasoning, names(), texts())


@st.composite
def answers(draw: st.DrawFn) -> Message:
    """What the assistant said: one text among reasonings, calls and items that only the API understands."""
    others: list[OrderedPart] = draw(
        st.lists(st.one_of(calls(), reasonings(), unknown_of_type("web_search_call")), max_size=3)
    )
    text = draw(optional(texts(min_size=1)))
    refusal = draw(optional(texts(min_size=1))) if text is None and not others else None
    if text is None and not others:
        return Message("assistant", "" if refusal is None else None, refusal=refusal)
    if text is not None:
        others.insert(draw(st.integers(0, len(others))), TextPart(text=text, state=draw(states())))
    called = [part for part in others if isinstance(part, FunctionToolCall | CustomToolCall)]
    texts_ = others[: len(others) - len(called)]
    usual = all(isinstance(part, TextPart) and part.state is None for part in texts_)
    thoughts = "".join(part.text for part in others if isinstance(part, ReasoningPart))
    return Message(
        "assistant",
        text,
        tool_calls=called or None,
        reasoning_content=thoughts or None,
        parts=None if usual else others,
    )


def messages() -> st.SearchStrategy[list[Message]]:
    content = texts() | st.lists(parts(), max_size=3)
    others = st.one_of(
        st.builds(Message, st.sampled_from(["system", "developer", "user"]), content, extra=optional(extras())),
        st.builds(tool, content, names()),
    )
    # Two answers in a row are one to the server's side, so another message is put between them.
    turn = st.tuples(others, answers()).map(list) | others.map(lambda message: [message])
    return st.lists(turn, max_size=3).map(lambda turns: [message for turn in turns for message in turn])


def tools() -> st.SearchStrategy[FunctionTool | CustomTool | Opaque]:
    text, extra = optional(texts()), optional(extras())
    function = st.builds(FunctionDefinition, names(), text, optional(schemas()), st.booleans())
    grammar = {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: /x/"}}
    custom = st.builds(CustomDefinition, names(), text, optional(st.sampled_from([grammar, {"type": "text"}])))
    return st.one_of(
        st.builds(FunctionTool, function, extra=extra),
        st.builds(CustomTool, custom, extra=extra),
        unknown_of_type("web_search"),
    )


def maybe(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.just(UNSET) | values


def requests() -> st.SearchStrategy[ChatRequest]:
    schema = st.builds(JsonSchema, names(), optional(schemas()), optional(texts()), optional(st.booleans()))
    formats = st.one_of(st.builds(TextFormat), st.builds(JsonObjectFormat), st.builds(JsonSchemaFormat, schema))
    joined = st.sampled_from([{"reasoning": raw({"summary": "auto"})}, {"text": raw({"x": 1})}])
    include = st.just({"include": raw(["reasoning.encrypted_content"]), "previous_response_id": raw("resp_1")})
    choice = st.sampled_from(["auto", "none", "required", CustomChoice(FunctionChoice.of("f").function)])
    return st.builds(
        ChatRequest,
        model=names(),
        messages=texts() | messages(),
        extra=optional(extras() | joined | include),
        logprobs=maybe(st.just(value=True)),
        max_completion_tokens=maybe(counts()),
        metadata=maybe(st.dictionaries(texts(), texts(), max_size=2)),
        parallel_tool_calls=maybe(st.booleans()),
        prompt_cache_options=maybe(st.builds(PromptCacheOptions, ttl=st.just("30m"))),
        reasoning_effort=maybe(st.sampled_from(["none", "low", "high"])),
        response_format=maybe(formats),
        store=maybe(st.just(value=True)),
        stream_options=maybe(st.builds(StreamOptions, include_obfuscation=st.booleans())),
        temperature=maybe(st.floats(-2, 2)),
        tool_choice=maybe(choice | st.builds(FunctionChoice.of, names())),
        tools=maybe(st.lists(tools(), min_size=1, max_size=3)),
        top_logprobs=maybe(counts()),
        verbosity=maybe(st.just("low")),
    )


def normalise(request: ChatRequest, *, stream: bool) -> ChatRequest:
    """What a request comes to on the wire: its verb says whether it streams, and ids are apart."""
    return msgspec.structs.replace(
        request,
        messages=request.messages if isinstance(request.messages, str) else with_own_ids(request.messages),
        stream=True if stream else UNSET,
        stream_options=request.stream_options if stream else UNSET,
    )


@given(requests(), st.booleans())
def test_a_request_is_decoded_to_what_was_encoded(request: ChatRequest, stream: bool) -> None:
    assert served(PROVIDER, request, stream=stream) == normalise(request, stream=stream)


# -- what the API can say of an answer --------------------------------------------------------------------------


def heard(response: ChatResponse) -> ChatResponse:
    """What a client hears of a response: one choice, reasonings as items, no audio, and no order of what stands in none."""
    choice = response.choices[0] if response.choices else Choice(0, Message("assistant", ""), "stop")
    message = choice.message
    reason = choice.finish_reason
    told = {"length": "incomplete", "content_filter": "incomplete"}.get(reason or "", "completed")
    logprobs = choice.logprobs and msgspec.structs.replace(choice.logprobs, refusal=None)
    return msgspec.structs.replace(
        response,
        system_fingerprint=None,
        choices=[
            Choice(
                0,
                msgspec.structs.replace(message, parts=None, audio=None, content=message.content or None),
                "tool_calls" if message.tool_calls and told == "completed" else reason,
                logprobs,
                told,
            )
        ],
    )


def unordered(response: ChatResponse) -> ChatResponse:
    """The response without the order of its parts, the breaks between reasonings, and the like."""
    (choice,) = response.choices
    thoughts = [part.text for part in choice.message.parts or () if isinstance(part, ReasoningPart)]
    message = msgspec.structs.replace(
        choice.message,
        parts=None,
        audio=None,
        content=choice.message.content or None,
        reasoning_content="".join(thoughts) or choice.message.reasoning_content,
    )
    return msgspec.structs.replace(response, choices=[msgspec.structs.replace(choice, message=message)])


def read_stream(pieces: list[bytes]) -> tuple[ChatResponse, bool, Failure | None]:
    return read(CODEC.reading(ASKED, terms(PROVIDER, stream=True)), pieces)


@given(st.data(), event_streams(completes=True))
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(
    data: st.DataObject, events: list[Event[ChatResponse]]
) -> None:
    records = encoded(SERVER.encoder(ASKED, PATH), events)
    end = events[-1]
    response, complete, failure = read_stream(data.draw(fragmented(records)))
    assert isinstance(end, Completed)
    assert (complete, failure) == (True, None)
    assert unordered(response) == heard(end.response)


@given(chat_responses())
def test_a_document_says_what_its_stream_says(response: ChatResponse) -> None:
    records = encoded(SERVER.encoder(ASKED, PATH), [Completed(response)])
    streamed, _, _ = read_stream([records])
    reading = CODEC.reading(ASKED, terms(PROVIDER))
    reading.fold.extend(reading.decoder.receive_document(SERVER.encode_response(response)))
    assert (reading.decoder.complete, reading.decoder.failure) == (True, None)
    assert unordered(reading.fold.response()) == unordered(streamed) == heard(response)


@given(event_streams(completes=False))
def test_a_failure_in_the_stream_is_told_and_nothing_before_it_is_lost(events: list[Event[ChatResponse]]) -> None:
    records = encoded(SERVER.encoder(ASKED, PATH), events)
    end = events[-1]
    response, complete, failure = read_stream([records])
    assert isinstance(end, Failed)
    assert failure is not None
    assert (complete, failure.message, failure.param) == (False, end.failure.message, end.failure.param)
    if end.partial is not None and (said := next((c for c in end.partial.choices if c.index == 0), None)) is not None:
        assert (response.choices[0].message.content or None) == (said.message.content or None)
