"""Answers of Ollama's chat: what one side of the dialect encodes, the other decodes to the same."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from sansio.dialects.ollama.encoder import Encoder
from sansio.dialects.ollama.server import SERVER
from sansio.errors import Failure
from sansio.events import (
    ChoiceFinished,
    Completed,
    Delta,
    Failed,
    LogprobsDelta,
    ReasoningDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.testing.strategies import (
    counts,
    failures,
    fragmented,
    names,
    optional,
    texts,
)
from sansio.types import (
    ChatResponse,
    FunctionCall,
    FunctionToolCall,
    Message,
    TokenLogprob,
    TopLogprob,
    Usage,
)
from tests.properties.roundtrip import double, encoded, folded, heard
from tests.properties.test_ollama_requests import objects

PROVIDER = double("ollama")
# The beginnings by which images are told apart.
MAGIC = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/gif": b"GIF89a",
    "image/webp": b"RIFF",
}


def logprobs() -> SearchStrategy[TokenLogprob]:
    token, number = texts(), st.floats(-9999.0, 0.0)
    top = st.lists(st.builds(TopLogprob, token, number), max_size=2)
    return st.builds(TokenLogprob, token, number, optional(st.lists(st.integers(0, 255), max_size=2)), top)


LOGPROB = logprobs()
USAGE = optional(st.tuples(counts(), counts()).map(lambda both: Usage(*both, sum(both))))
ARGUMENTS = st.lists(objects() | texts(min_size=1).map("{{{}".format), max_size=3)  # objects, and what is none


@st.composite
def streams(draw: DrawFn) -> list[Delta]:
    """The events of one choice, whose calls come behind everything else; their arguments may be anything."""
    deltas: list[Delta] = [Started(None, draw(st.integers(1, 2**32)), draw(texts(min_size=1)))]
    for _ in range(draw(st.integers(1, 8))):
        text = draw(texts(min_size=1))
        said: list[Delta] = [TextDelta(text), ReasoningDelta(text), LogprobsDelta([draw(LOGPROB)])]
        deltas.append(draw(st.sampled_from(said)))
    calls = draw(ARGUMENTS)
    for index, arguments in enumerate(calls):
        derived = draw(st.booleans())
        id_ = f"call_0_{index}" if derived else f"id_{index}"
        deltas.append(ToolCallStarted(index, id_, draw(names()), derived=derived))
        half = len(arguments) // 2
        deltas += [ToolCallDelta(index, piece) for piece in (arguments[:half], arguments[half:])]
    finished = (
        ChoiceFinished("tool_calls", "stop") if calls else ChoiceFinished(draw(st.sampled_from(["stop", "length"])))
    )
    deltas.append(finished)
    if (usage := draw(USAGE)) is not None:
        deltas.append(UsageReported(usage))
    return deltas


def on_one_line(response: ChatResponse) -> ChatResponse:
    """As a line can say it: line ends between the tokens of arguments are spaces."""
    choices = [msgspec.structs.replace(choice, message=spaced(choice.message)) for choice in response.choices]
    return msgspec.structs.replace(response, choices=choices)


def spaced(message: Message) -> Message:
    calls = [spaced_call(call) for call in message.tool_calls or ()]
    parts = None if message.parts is None else [spaced_call(part) for part in message.parts]
    return msgspec.structs.replace(message, tool_calls=calls or None, parts=parts)


def spaced_call(part: object) -> object:
    if not isinstance(part, FunctionToolCall) or not is_object(part.arguments):
        return part
    return msgspec.structs.replace(part, function=FunctionCall(part.name, part.arguments.replace("\n", " ")))


def is_object(text: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(text), dict)
    except msgspec.DecodeError:
        return False


@given(st.data(), streams())
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(data: st.DataObject, deltas: list[Delta]) -> None:
    response = folded(deltas)
    lines = encoded(Encoder("asked"), [*deltas, Completed(response)])
    end = heard(PROVIDER, data.draw(fragmented(lines)), stream=True)
    assert isinstance(end, Completed)
    assert end.response == on_one_line(response)


@given(streams(), st.booleans())
def test_an_answer_in_one_piece_says_the_same(deltas: list[Delta], stream: bool) -> None:
    """As a document, or as a stream of nothing but its end; but for the order of reasoning and text."""
    response = on_one_line(folded(deltas))
    encoder = Encoder("asked")
    encoder.encode(deltas[0])
    body = encoder.encode(Completed(response)) if stream else SERVER.encode_response(response)
    end = heard(PROVIDER, [body], stream=stream)
    assert isinstance(end, Completed)
    told = end.response
    assert (told.model, told.created, told.usage) == (response.model, response.created, response.usage)
    assert (told.text, told.reasoning) == (response.text, response.reasoning)
    assert told.tool_calls == response.tool_calls
    assert told.finish_reason == response.finish_reason
    assert told.choices[0].logprobs == response.choices[0].logprobs


@given(st.data(), streams(), failures())
def test_a_stream_that_fails_says_so(data: st.DataObject, deltas: list[Delta], failure: Failure) -> None:
    said = deltas[: data.draw(st.integers(0, len(deltas)))]
    lines = encoded(Encoder("asked"), [*said, Failed(failure)])
    end = heard(PROVIDER, data.draw(fragmented(lines)), stream=True)
    assert isinstance(end, Failed)
    assert end.failure.message == failure.message
