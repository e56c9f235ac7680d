"""Hypothesis strategies for requests, events, responses and bytes; nothing else in the library needs hypothesis.

Whatever they make is valid and fits into JSON: text is Unicode without lone surrogates, numbers are finite.  Strategies
are made once, since to make one takes longer than to draw from it.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from string import ascii_lowercase, digits
from typing import Final, TypeVar

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import UNSET, Raw

from .. import events, types
from ..errors import EXCEPTIONS, Failure
from ..http import Headers

T = TypeVar("T")

_PIECE: Final = "piece"
_CALL: Final = "call"
_ARGUMENTS: Final = "arguments"


def messages() -> SearchStrategy[types.Message]:
    """Messages of every role; tool messages answer calls that no other message need have made."""
    name, extra = optional(names()), optional(extras())
    content = texts() | st.lists(_parts(), min_size=1, max_size=3)
    return st.one_of(
        st.builds(types.Message, st.sampled_from(["system", "developer"]), texts(), name=name, extra=extra),
        st.builds(types.Message, st.just("user"), content, name=name, extra=extra),
        st.builds(types.assistant, optional(texts()), tool_calls=optional(st.lists(_calls(), min_size=1, max_size=2))),
        st.builds(types.Message, st.just("assistant"), st.none(), refusal=texts(min_size=1)),
        st.builds(types.tool, texts(), names()),
    )


def tools() -> SearchStrategy[types.Tool]:
    """Tools: functions, custom ones, and some that only OpenAI's chat knows."""
    text, extra = optional(texts()), optional(extras())
    function = st.builds(types.FunctionDefinition, names(), text, optional(schemas()), optional(st.booleans()))
    custom = st.builds(types.CustomDefinition, names(), text, optional(schemas()))
    return st.one_of(
        st.builds(types.FunctionTool, function, extra=extra),
        st.builds(types.CustomTool, custom, extra=extra),
        _opaque("unheard_of"),
    )


def chat_requests() -> SearchStrategy[types.ChatRequest]:
    """Chat requests with a few of the parameters, tools among them or not."""
    choice = st.sampled_from(["auto", "none", "required"]) | st.builds(types.FunctionChoice.of, names())
    with_tools = {
        "tools": st.lists(tools(), min_size=1, max_size=3),
        "tool_choice": _maybe(choice),
        "parallel_tool_calls": _maybe(st.booleans()),
    }
    return st.builds(types.ChatRequest, **_parameters()) | st.builds(types.ChatRequest, **_parameters(), **with_tools)


def _parameters() -> dict[str, SearchStrategy[object]]:
    number = st.floats(-2, 2)
    return {
        "model": names(),
        "messages": texts() | st.lists(messages(), min_size=1, max_size=4),
        "extra": optional(extras()),
        "logit_bias": _maybe(st.dictionaries(names(), number, max_size=2)),
        "max_completion_tokens": _maybe(optional(counts())),
        "metadata": _maybe(st.dictionaries(texts(), texts(), max_size=2)),
        "n": _maybe(st.integers(1, 3)),
        "presence_penalty": _maybe(number),
        "reasoning_effort": _maybe(st.sampled_from(["none", "low", "high"])),
        "response_format": _maybe(_formats()),
        "seed": _maybe(counts()),
        "stop": _maybe(texts() | st.lists(texts(), max_size=2)),
        "stream": _maybe(st.booleans()),
        "temperature": _maybe(optional(number)),
        "top_k": _maybe(counts()),
    }


def _maybe(values: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.just(UNSET) | values


def _parts() -> SearchStrategy[types.ContentPart]:
    text, extra = texts(), optional(extras())
    cached = optional(st.builds(types.CacheControl, ttl=optional(st.sampled_from(["5m", "1h"]))))
    file = st.builds(types.FileReference, optional(text), optional(text), optional(text))
    return st.one_of(
        st.builds(types.TextPart, text=text, cache_control=cached, extra=extra),
        st.builds(
            types.ImagePart,
            image_url=st.builds(types.ImageUrl, text, optional(st.sampled_from(["low", "high"]))),
            extra=extra,
        ),
        st.builds(types.AudioPart, input_audio=st.builds(types.InputAudio, text, st.sampled_from(["wav", "mp3"]))),
        st.builds(types.FilePart, file=file),
        _opaque("unheard_of"),
    )


def _calls() -> SearchStrategy[types.ToolCall]:
    return st.one_of(
        st.builds(types.FunctionToolCall, id=names(), function=st.builds(types.FunctionCall, names(), texts())),
        st.builds(types.CustomToolCall, id=names(), custom=st.builds(types.CustomCall, names(), texts())),
    )


def _opaque(type_: str) -> SearchStrategy[types.Opaque]:
    members = st.dictionaries(names().map("x_{}".format), json_values(), max_size=2)
    return members.map(
        lambda more: types.Opaque("openai_chat", msgspec.Raw(msgspec.json.encode({"type": type_, **more})))
    )


def _formats() -> SearchStrategy[types.TextFormat | types.JsonObjectFormat | types.JsonSchemaFormat]:
    schema = st.builds(types.JsonSchema, names(), schemas(), optional(texts()), optional(st.booleans()))
    return st.builds(types.TextFormat) | st.builds(types.JsonObjectFormat) | st.builds(types.JsonSchemaFormat, schema)


@st.composite
def usages(draw: st.DrawFn) -> types.Usage:
    """What a call used, with some of the details, which are parts of the prompt and of the completion."""
    prompt, completion = draw(counts()), draw(counts())
    cached, reasoning = draw(optional(st.integers(0, prompt))), draw(optional(st.integers(0, completion)))
    return types.Usage(
        prompt,
        completion,
        prompt + completion,
        None if cached is None else types.PromptTokensDetails(cached_tokens=cached),
        None if reasoning is None else types.CompletionTokensDetails(reasoning_tokens=reasoning),
    )


@cache
def failures() -> SearchStrategy[Failure]:
    """Why an exchange failed, of every kind that a server can tell."""
    return st.builds(
        Failure,
        kind=st.sampled_from(sorted(EXCEPTIONS)),
        message=texts(min_size=1),
        param=optional(names()),
        retry_after=optional(st.integers(0, 60).map(float)),
        should_retry=optional(st.booleans()),
    )


@st.composite
def event_streams(draw: DrawFn, *, completes: bool | None = None) -> list[events.Event[types.ChatResponse]]:
    """All events of one exchange: the names first, output of up to three choices, its end last.

    With *completes* the end is always a Completed, or never; its response, or the partial one, is the fold.
    """
    deltas: list[events.Delta] = [draw(_starts())]
    choices = draw(st.integers(1, 3))
    calls: dict[int, int] = {}
    speakers = draw(st.lists(st.integers(0, choices - 1), max_size=12))
    deltas += [_output(draw, speaker, calls) for speaker in speakers]
    fold = events.Fold()
    if completes is False or (completes is None and draw(st.booleans())):
        fold.extend(deltas)
        return [*deltas, events.Failed(draw(failures()), fold.partial())]
    reasons = st.sampled_from(["stop", "length", "content_filter"])
    # Complete calls with the word stop are no valid end: a decoder says tool_calls then.
    deltas += [events.ChoiceFinished("tool_calls" if n in calls else draw(reasons), choice=n) for n in range(choices)]
    if (usage := draw(optional(usages()))) is not None:
        deltas.append(events.UsageReported(usage))
    fold.extend(deltas)
    return [*deltas, events.Completed(fold.response())]


@st.composite
def chat_responses(draw: DrawFn) -> types.ChatResponse:
    """Answers: what a stream amounts to."""
    fold = events.Fold()
    fold.extend(
        [
            event
            for event in draw(event_streams(completes=True))
            if not isinstance(event, events.Completed | events.Failed)
        ]
    )
    return fold.response()


@cache
def _starts() -> SearchStrategy[events.Started]:
    name = texts(min_size=1)
    return st.builds(
        events.Started, name, counts(), name, service_tier=optional(name), system_fingerprint=optional(name)
    )


def _output(draw: DrawFn, choice: int, calls: dict[int, int]) -> events.Delta:
    """A piece of output of that choice; *calls* counts the tool calls of each."""
    begun = calls.get(choice, 0)
    what = draw(st.sampled_from([_PIECE, _CALL, _ARGUMENTS] if begun else [_PIECE, _PIECE, _CALL]))
    if what == _ARGUMENTS:
        return events.ToolCallDelta(draw(st.integers(0, begun - 1)), draw(texts(min_size=1)), choice)
    if what == _CALL:
        calls[choice] = begun + 1
        type_ = draw(st.sampled_from(["function", "custom"]))
        return events.ToolCallStarted(begun, f"call_{choice}_{begun}", draw(names()), type_, choice)
    return draw(_pieces(choice))


@cache
def _pieces(choice: int) -> SearchStrategy[events.Delta]:
    text, at = texts(min_size=1), st.just(choice)
    citation = st.builds(types.UrlCitation, text, optional(text), optional(counts()), optional(counts()))
    return st.one_of(
        st.builds(events.TextDelta, text, at),
        st.builds(events.ReasoningDelta, text, at),
        st.builds(events.RefusalDelta, text, at),
        st.builds(events.AnnotationAdded, st.builds(types.Annotation, st.just("url_citation"), citation), at),
        st.builds(events.AudioDelta, text, text, optional(text), optional(counts()), at),
        st.builds(events.LogprobsDelta, st.lists(_logprobs(), min_size=1, max_size=2), st.none(), at),
    )


def _logprobs() -> SearchStrategy[types.TokenLogprob]:
    number = st.floats(-9999.0, 0.0)
    top = st.lists(st.builds(types.TopLogprob, texts(), number), max_size=2)
    return st.builds(types.TokenLogprob, texts(), number, optional(st.lists(st.integers(0, 255), max_size=2)), top)


def texts(min_size: int = 0) -> SearchStrategy[str]:
    """Any text that UTF-8 can say."""
    return st.text(st.characters(codec="utf-8"), min_size=min_size, max_size=20)


@cache
def names() -> SearchStrategy[str]:
    """Names of tools, models and the like."""
    return st.text(ascii_lowercase + digits + "_-", min_size=1, max_size=12)


@cache
def counts() -> SearchStrategy[int]:
    """Whatever is counted: tokens, seconds."""
    return st.integers(0, 2**31 - 1)


def optional(values: SearchStrategy[T]) -> SearchStrategy[T | None]:
    """Those values, or None."""
    return st.none() | values


@cache
def json_values() -> SearchStrategy[object]:
    """Anything that JSON can say and that reads back as the same."""
    leaves: SearchStrategy[object] = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts()
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | _objects(inner), max_leaves=6)


@cache
def schemas() -> SearchStrategy[dict[str, object]]:
    """JSON objects, for where a schema stands."""
    return _objects(json_values())


def raws() -> SearchStrategy[Raw]:
    """Any JSON, as it came."""
    return json_values().map(lambda value: Raw(msgspec.json.encode(value)))


@cache
def extras() -> SearchStrategy[types.Extra]:
    """Members that this library does not know; at least one."""
    return st.dictionaries(names().map("x_{}".format), raws(), min_size=1, max_size=2)


def headers() -> SearchStrategy[Headers]:
    """Headers with names in lower case and values of visible ASCII (RFC 9110 section 5)."""
    value = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20).map(str.strip)
    return st.lists(st.tuples(st.text(ascii_lowercase + "-", min_size=1, max_size=12), value), max_size=4).map(tuple)


def fragmented(data: bytes) -> SearchStrategy[list[bytes]]:
    """The ways to cut *data* into pieces; none of them is empty."""
    cuts = st.sets(st.integers(1, len(data) - 1)) if len(data) > 1 else st.just(set[int]())
    return cuts.map(lambda places: [data[a:b] for a, b in pairwise([0, *sorted(places), len(data)]) if a < b])


def _objects(values: SearchStrategy[object]) -> SearchStrategy[dict[str, object]]:
    return st.dictionaries(texts(), values, max_size=3)
