"""What proves a reasoning, and what a search found."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Raw

import sansio
from sansio import AnnotationAdded, ChatRequest, Fold, Opaque, ReasoningPart, StateAdded, TextPart
from sansio.dialects.codec import Terms
from sansio.dialects.openai_chat import CODEC
from sansio.dialects.openai_chat.encoder import Encoder
from sansio.dialects.openai_chat.server_response import encode_response
from sansio.events import Completed, Delta
from sansio.http import Limits
from sansio.types import ChatResponse, UrlCitation

_ASKED = ChatRequest(model="m", messages="hi", stream=True)
_TERMS = Terms(provider=sansio.provider("openai"), stream=True, limits=Limits())


def _chunk(delta: dict[str, Any], finish: str | None = None, **members: Any) -> bytes:
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **members}).encode()


def _read(*records: bytes) -> tuple[list[Delta], ChatResponse]:
    decoder = CODEC.reading(_ASKED, _TERMS).decoder
    events = decoder.receive([*records, b"[DONE]"])
    assert decoder.complete
    fold = Fold()
    fold.extend(events)
    return events, fold.response()


def _state(response: ChatResponse) -> Any:
    (part,) = [part for part in response.message.parts or () if isinstance(part, ReasoningPart)]
    assert part.state is not None
    assert part.state.dialect == "openai_chat"
    return json.loads(bytes(part.state.raw))


_WHOLE = {
    "reasoning_details": [
        {"type": "reasoning.text", "text": "hm, so", "signature": "sig", "index": 0, "format": None},
        {"type": "reasoning.encrypted", "data": "abcd", "index": 1},
        {"type": "reasoning.summary", "summary": "s"},
    ]
}


def test_details_come_in_fragments_and_stay_whole() -> None:
    text = {"type": "reasoning.text", "index": 0}
    encrypted = {"type": "reasoning.encrypted", "index": 1}
    _, response = _read(
        _chunk({"reasoning": "hm", "reasoning_details": [{**text, "text": "hm", "format": None}]}),
        _chunk({"reasoning": ", so", "reasoning_details": [{**text, "text": ", so", "signature": None}]}),
        _chunk({"reasoning_details": [{**text, "signature": "sig"}, {**encrypted, "data": "ab"}]}),
        _chunk({"reasoning_details": [{**text, "signature": None}]}),
        _chunk({"content": "a", "reasoning_details": []}),
        _chunk({"content": "b"}),
        _chunk({"reasoning_details": [{**encrypted, "data": "cd"}]}),
        _chunk({"reasoning_details": [{"type": "reasoning.summary", "summary": "s"}]}, "stop"),
    )
    assert response.reasoning == "hm, so"
    assert response.text == "ab"
    assert _state(response) == _WHOLE


def test_details_of_an_answer_that_is_not_streamed() -> None:
    message = {"role": "assistant", "content": "a", "reasoning": "hm, so", **_WHOLE}
    decoder = CODEC.reading(_ASKED, _TERMS).decoder
    fold = Fold()
    fold.extend(
        decoder.receive_document(json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode())
    )
    assert _state(fold.response()) == _WHOLE
    assert [type(part) for part in fold.response().message.parts or ()] == [ReasoningPart, TextPart]


def test_a_text_that_is_none_is_kept_as_it_came() -> None:
    _, response = _read(_chunk({"reasoning_details": [{"text": 5, "index": 0}]}, "stop"))
    assert _state(response) == {"reasoning_details": [{"text": 5, "index": 0}]}


def test_a_server_gives_them_on() -> None:
    """Streamed and not; what belongs to another dialect it keeps."""
    events, response = _read(_chunk({"reasoning": "hm", **_WHOLE}), _chunk({"content": "a"}, "stop"))
    message = json.loads(encode_response(response))["choices"][0]["message"]
    assert message["reasoning_details"] == _WHOLE["reasoning_details"]
    encoder = Encoder(_ASKED)
    records = b"".join([encoder.encode(event) for event in events]) + encoder.encode(Completed(response))
    assert records.count(b'"reasoning_details":[{"type":"reasoning.text"') == 1
    assert Encoder(_ASKED).encode(StateAdded(Opaque("gemini", Raw(b"{}")))) == b""
    assert Encoder(_ASKED).encode(StateAdded(Opaque("openai_chat", Raw(b"{}")), "call")) == b""


def test_state_of_a_call() -> None:
    extra = {"google": {"thought_signature": "s"}}
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}, "extra_content": extra}
    _, response = _read(_chunk({"tool_calls": [call]}, "tool_calls"))
    (made,) = response.tool_calls
    assert made.state is not None
    assert json.loads(bytes(made.state.raw)) == {"extra_content": extra}


def test_what_a_search_found_is_said_once() -> None:
    """The last list counts; results go before bare URLs."""
    result = {"title": "A", "url": "http://a", "date": "2026-01-01"}
    events, response = _read(
        _chunk({"content": "x"}, citations=["http://old"]),
        _chunk({"content": "y"}, citations=["http://a"], search_results=[result]),
        _chunk({}, "stop", citations=["http://a"], search_results=[result]),
    )
    assert sum(isinstance(event, AnnotationAdded) for event in events) == 1
    annotations = list(response.message.annotations or ())
    assert [annotation.url_citation for annotation in annotations] == [UrlCitation("http://a", "A")]
    annotation = annotations[0]
    assert annotation.extra is not None
    assert json.loads(bytes(annotation.extra["date"])) == "2026-01-01"


def test_bare_urls_are_citations() -> None:
    _, response = _read(_chunk({"content": "x"}, "stop", citations=["http://a", "http://b"]))
    assert [annotation.url_citation for annotation in response.message.annotations or ()] == [
        UrlCitation("http://a"),
        UrlCitation("http://b"),
    ]
