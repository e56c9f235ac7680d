"""Answers of Cohere's chat: what one side of the dialect encodes, the other decodes to the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from sansio.dialects.cohere.encoder import Encoder
from sansio.dialects.cohere.server import SERVER
from sansio.errors import Failure
from sansio.events import (
    AnnotationAdded,
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
    CompletionTokensDetails,
    PromptTokensDetails,
    TokenLogprob,
    Usage,
)
from tests.properties.roundtrip import double, encoded, folded, heard
from tests.properties.test_cohere_requests import citations, with_arguments

PROVIDER = double("cohere")
NATIVE = {"stop": "COMPLETE", "length": "MAX_TOKENS", "tool_calls": "TOOL_CALL", "content_filter": "ERROR_TOXIC"}


def usages() -> SearchStrategy[Usage]:
    def usage(read: int, written: int, cached: int | None, reasoning: int | None) -> Usage:
        prompt = None if cached is None else PromptTokensDetails(cached_tokens=cached)
        completion = None if reasoning is None else CompletionTokensDetails(reasoning_tokens=reasoning)
        return Usage(read, written, read + written, prompt, completion)

    return st.builds(usage, counts(), counts(), optional(counts()), optional(counts()))


CITATIONS = citations()
LOGPROB = st.builds(TokenLogprob, texts(), st.floats(-9999.0, 0.0))
USAGE = optional(usages())


@st.composite
def streams(draw: DrawFn) -> list[Delta]:
    """The events of one choice, whose calls have ids."""
    deltas: list[Delta] = [Started(draw(texts(min_size=1)), model="asked")]
    begun = 0
    for _ in range(draw(st.integers(1, 10))):
        text = draw(texts(min_size=1))
        what = draw(st.sampled_from(["text", "reasoning", "call", "citation", "logprob", *["arguments"] * bool(begun)]))
        match what:
            case "text":
                deltas.append(TextDelta(text))
            case "reasoning":
                deltas.append(ReasoningDelta(text))
            case "call":
                deltas.append(ToolCallStarted(begun, f"call_{begun}", draw(names())))
                begun += 1
            case "arguments":
                deltas.append(ToolCallDelta(draw(st.integers(0, begun - 1)), text))
            case "citation":
                deltas.append(AnnotationAdded(draw(CITATIONS)))
            case _:
                deltas.append(LogprobsDelta([draw(LOGPROB)]))
    reason = "tool_calls" if begun else draw(st.sampled_from(["stop", "length", "content_filter"]))
    deltas.append(ChoiceFinished(reason, NATIVE[reason]))
    if (usage := draw(USAGE)) is not None:
        deltas.append(UsageReported(usage))
    return deltas


@given(st.data(), streams())
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(data: st.DataObject, deltas: list[Delta]) -> None:
    response = folded(deltas)
    records = encoded(Encoder(), [*deltas, Completed(response)])
    end = heard(PROVIDER, data.draw(fragmented(records)), stream=True)
    assert isinstance(end, Completed)
    assert end.response == response


@given(streams())
def test_a_document_says_the_same(deltas: list[Delta]) -> None:
    """But for the order of text and calls, and the spelling of no arguments."""
    response = folded(deltas)
    end = heard(PROVIDER, [SERVER.encode_response(response)], stream=False)
    assert isinstance(end, Completed)
    assert (end.response.id, end.response.model, end.response.usage) == (response.id, "asked", response.usage)
    for one, other in zip(response.choices, end.response.choices, strict=True):
        assert other.message.text == one.message.text
        assert other.message.reasoning_content == one.message.reasoning_content
        assert other.message.annotations == one.message.annotations
        assert list(other.message.tool_calls or ()) == [with_arguments(call) for call in one.message.tool_calls or ()]
        assert (other.finish_reason, other.native_finish_reason) == (one.finish_reason, one.native_finish_reason)
        assert other.logprobs == one.logprobs


@given(streams())
def test_a_stream_of_nothing_but_its_end_says_everything(deltas: list[Delta]) -> None:
    """As a gateway streams an answer that it has whole."""
    response = folded(deltas)
    end = heard(PROVIDER, [Encoder().encode(Completed(response))], stream=True)
    assert isinstance(end, Completed)
    assert end.response.text == response.text
    assert end.response.tool_calls == response.tool_calls
    assert end.response.finish_reason == response.finish_reason


@given(st.data(), streams(), failures())
def test_a_stream_that_fails_says_so(data: st.DataObject, deltas: list[Delta], failure: Failure) -> None:
    said = deltas[: data.draw(st.integers(0, len(deltas)))]
    records = encoded(Encoder(), [*said, Failed(failure)])
    end = heard(PROVIDER, data.draw(fragmented(records)), stream=True)
    assert isinstance(end, Failed)
    assert end.failure.message == failure.message
