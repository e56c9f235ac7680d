"""Whatever a peer sends, however it is cut: nothing is raised, there is one end, and the response is the fold of its events."""

from __future__ import annotations

import gzip
import json
import zlib
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Event, Exchange, Failed, Fold, Limits, TextDelta
from sansio.errors import EXCEPTIONS
from sansio.events import Delta

_PROVIDER = sansio.provider("openai_compatible", base_url="http://127.0.0.1:1")
_LIMITS = Limits(event=400, body=1000, depth=8)

_junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "type", "x"]), inner, max_size=2)
    ),
    max_leaves=6,
)


def _perhaps(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of the fields, each as it should be or as it should not."""
    return st.fixed_dictionaries({}, optional={name: good | _junk for name, good in fields.items()})


_function = _perhaps(name=st.sampled_from(["", "f", "g"]), arguments=st.sampled_from(["", "{", "}"]))
_call = _perhaps(index=st.integers(0, 2), id=st.sampled_from(["", "a", "b"]), function=_function, custom=_function)
_delta = _perhaps(
    content=st.text(max_size=3),
    reasoning=st.text(max_size=3),
    reasoning_content=st.text(max_size=3),
    tool_calls=st.lists(_call, max_size=2),
    refusal=st.text(max_size=3),
    audio=_perhaps(id=st.just("a"), data=st.just("AA")),
    annotations=st.lists(_junk, max_size=2),
    function_call=_function,
)
_choice = _perhaps(
    index=st.integers(0, 2),
    delta=_delta,
    message=_delta,
    finish_reason=st.sampled_from(["stop", "length", "eos", ""]),
    logprobs=_perhaps(content=st.lists(_junk, max_size=2)),
    error=st.none(),
)
_chunk = _perhaps(
    id=st.just("i"),
    model=st.just("m"),
    created=st.just(1),
    choices=st.lists(_choice, max_size=2),
    usage=_perhaps(prompt_tokens=st.integers(0, 9), cost=st.just(0.5)),
    error=st.none() | st.fixed_dictionaries({"message": st.text(max_size=3), "code": _junk}),
    x_groq=_perhaps(usage=st.just({"prompt_tokens": 1})),
    moderation=st.just({}),
)
_json = _chunk.map(lambda value: json.dumps(value).encode())
_text = st.text(max_size=4).map(
    lambda text: b'{"choices":[{"index":0,"delta":{"content":%b}}]}' % json.dumps(text).encode()
)
_record = (
    _text
    | _json
    | st.sampled_from([b"[DONE]", b"{", b"", b"\xff", b'{"choices":[{"finish_reason":"stop"}]}', b"[" * 20])
)
_line = st.one_of(
    _record.map(lambda record: b"data: %b\n\n" % record),
    _text.map(lambda record: b"data: %b\n\n" % record),
    _record.map(lambda record: b"error: %b\n" % record),
    _record.map(lambda record: b"%b\n" % record),
    st.sampled_from([b": ping\n\n", b"event: x\n", b"\r\n", b"\r", b"\n", b" ", b"data: [DONE]", b"\xef\xbb\xbf"]),
)
_plain = st.lists(_line, max_size=8).map(b"".join) | _json | st.binary(max_size=40)
_body = _plain | _plain.map(gzip.compress) | _plain.map(zlib.compress) | _plain.map(lambda b: gzip.compress(b)[:-3])
_header = st.tuples(
    st.sampled_from(["Content-Type", "content-encoding", "retry-after", "Date", "location", "x-should-retry"]),
    st.sampled_from(["text/event-stream", "application/json", "br", "gzip", "5", "Thu, 01 Jan 1970 00:01:00 GMT", ""]),
)
_status = st.sampled_from([200, 200, 200, 201, 204, 302, 400, 401, 413, 429, 500, 503, 529]) | st.integers(101, 999)


def _run(
    status: int, headers: list[tuple[str, str]], pieces: list[bytes], *, stream: bool, clean: bool
) -> list[Event[ChatResponse]]:
    exchange = Exchange(_PROVIDER, ChatRequest(model="m", messages="hi"), stream=stream, limits=_LIMITS)
    exchange.receive_head(status, headers)
    for piece in pieces:
        exchange.receive_data(piece)
    if clean:
        exchange.receive_eof()
    else:
        exchange.receive_broken("reset")
    return exchange.take_events()


def _cut(body: bytes, cuts: list[int]) -> list[bytes]:
    inside = sorted(cut % (len(body) + 1) for cut in cuts)
    return [body[start:end] for start, end in pairwise([0, *inside, len(body)])]


@given(
    status=_status,
    headers=st.lists(_header, max_size=3),
    body=_body,
    cuts=st.lists(st.integers(0, 2000), max_size=6),
    stream=st.booleans(),
    clean=st.booleans(),
)
@example(status=102, headers=[], body=b"a body where none can be", cuts=[3], stream=False, clean=False)
@example(
    status=200,
    headers=[],
    body=b'error: {"message":"m"}\ndata: {"choices":[{}]}\n\ndata: [DONE]\n\n',
    cuts=[23],
    stream=True,
    clean=True,
)
def test_one_end_however_it_is_cut(
    *, status: int, headers: list[tuple[str, str]], body: bytes, cuts: list[int], stream: bool, clean: bool
) -> None:
    """The whole body, random pieces and single bytes give the same events, of which exactly the last is an end."""
    whole = _run(status, headers, [body], stream=stream, clean=clean)
    *deltas, end = whole
    assert isinstance(end, Completed | Failed)
    assert not any(isinstance(event, Completed | Failed) for event in deltas)
    if isinstance(end, Failed):
        assert end.failure.kind in EXCEPTIONS
        assert end.failure.message or end.failure.body
    else:
        assert 200 <= status < 300
    assert _run(status, headers, _cut(body, cuts), stream=stream, clean=clean) == whole
    assert _run(status, headers, _cut(body, list(range(len(body)))), stream=stream, clean=clean) == whole


def _stamped(response: ChatResponse | None) -> ChatResponse | None:
    return response and msgspec.structs.replace(response, provider="openai_compatible")


@given(records=st.lists(_text | _json, max_size=6), marker=st.booleans())
def test_the_response_is_the_fold_of_its_events(records: list[bytes], marker: bool) -> None:
    """Also of one that did not finish."""
    body = b"".join(b"data: %b\n\n" % record for record in [*records, *([b"[DONE]"] if marker else [])])
    events = _run(200, [], [body], stream=True, clean=True)
    deltas: list[Delta] = [event for event in events if not isinstance(event, Completed | Failed)]
    fold = Fold()
    fold.extend(deltas)
    match events[-1]:
        case Completed(response):
            assert _stamped(fold.response()) == response
        case Failed(_, partial):
            assert _stamped(fold.partial()) == partial
        case _:
            raise AssertionError(events[-1])


@given(
    texts=st.lists(st.text(max_size=5), max_size=5),
    calls=st.lists(
        st.tuples(st.sampled_from(["f", "g"]), st.lists(st.sampled_from(["{", "}", '"a"']), max_size=3)), max_size=3
    ),
    reason=st.sampled_from(["stop", "length", "tool_calls", "eos"]),
    usage=st.none() | st.just({"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}),
)
def test_streamed_or_not_it_is_the_same_response(
    texts: list[str], calls: list[tuple[str, list[str]]], reason: str, usage: dict[str, int] | None
) -> None:
    """The same answer, whole and as a stream of chunks, folds to the same response."""
    names = {"id": "i", "created": 1, "model": "m"}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, *({"content": text} for text in texts)]
    for index, (name, pieces) in enumerate(calls):
        first = {"index": index, "id": f"c{index}", "type": "function", "function": {"name": name, "arguments": ""}}
        fragments = [first, *({"index": index, "function": {"arguments": piece}} for piece in pieces)]
        deltas += ({"tool_calls": [fragment]} for fragment in fragments)
    chunks: list[dict[str, Any]] = [{**names, "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    chunks.append({**names, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    chunks.append({**names, "choices": [], "usage": usage})
    stream = b"".join(b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks) + b"data: [DONE]\n\n"
    message = {
        "content": "".join(texts) or None,
        "tool_calls": [
            {"id": f"c{index}", "type": "function", "function": {"name": name, "arguments": "".join(pieces)}}
            for index, (name, pieces) in enumerate(calls)
        ],
    }
    choice = {"index": 0, "message": message, "finish_reason": reason}
    document = json.dumps({**names, "choices": [choice], "usage": usage}).encode()
    streamed = _completed(stream, stream=True)
    assert streamed == _completed(document, stream=False)
    assert streamed.text == "".join(texts)


def _completed(body: bytes, *, stream: bool) -> ChatResponse:
    exchange = Exchange(_PROVIDER, ChatRequest(model="m", messages="hi"), stream=stream)
    exchange.receive_head(200, [])
    exchange.receive_data(body)
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    return exchange.outcome.response


@given(pieces=st.lists(st.text(min_size=1, max_size=2), min_size=1, max_size=300))
def test_a_fold_by_ones_or_by_many_is_the_same(pieces: list[str]) -> None:
    """Pieces are joined now and then; the text does not show it."""
    by_one, by_many = Fold(), Fold()
    by_many.extend([TextDelta(piece) for piece in pieces])
    for piece in pieces:
        by_one.receive(TextDelta(piece))
    assert by_one.response() == by_many.response()
    assert by_one.response().text == "".join(pieces)
