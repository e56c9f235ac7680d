"""The body of generateContent as a whole."""

from __future__ import annotations

import pytest
from msgspec import Raw

from sansio import system
from sansio.errors import LocalProtocolError
from tests.unit.dialects.gemini.by_hand import GEMINI, VERTEX, chat, encoded, lost, sent


def test_a_plain_request() -> None:
    exchange = encoded(chat())
    assert (
        exchange.request.url
        == "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent"
    )
    assert dict(exchange.request.headers)["x-goog-api-key"] == "key"
    assert exchange.request.body == b'{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}'


def test_instructions_alone_are_no_request() -> None:
    with pytest.raises(LocalProtocolError, match="needs one that says something"):
        encoded(chat(messages=[system("be brief")]))
    assert sent(chat(messages=[], extra={"contents": Raw(b"[1]")})) == {"contents": [1]}


def test_a_stream_has_one_answer() -> None:
    exchange = encoded(chat(n=2), stream=True)
    assert [(loss.path, loss.action) for loss in exchange.losses] == [("n", "dropped")]
    assert b"candidateCount" not in bytes(exchange.request.body)  # type: ignore[arg-type]
    assert encoded(chat(n=1), stream=True).losses == ()


def test_a_stream_is_asked_for_by_the_path() -> None:
    exchange = encoded(chat(stream=False), stream=True)
    assert exchange.request.url.endswith("/gemini-2.5-flash:streamGenerateContent?alt=sse")
    assert b"stream" not in bytes(exchange.request.body)  # type: ignore[arg-type]


def test_extra_goes_into_the_body_and_into_objects_that_are_there() -> None:
    extra = {
        "cachedContent": Raw(b'"cachedContents/x"'),
        "generationConfig": Raw(b'{"topP":0.5,"speechConfig":{"languageCode":"de"}}'),
        "contents": Raw(b"[]"),
        "toolConfig": Raw(b"null"),
    }
    body = sent(chat(temperature=0.1, extra=extra))
    assert body == {
        "contents": [],
        "cachedContent": "cachedContents/x",
        "generationConfig": {"temperature": 0.1, "topP": 0.5, "speechConfig": {"languageCode": "de"}},
        "toolConfig": None,
    }


def test_what_is_no_object_replaces_an_object() -> None:
    assert sent(chat(temperature=0.1, extra={"generationConfig": Raw(b"7")}))["generationConfig"] == 7


@pytest.mark.parametrize(
    ("tier", "body"), [("auto", None), ("default", "standard"), ("flex", "flex"), ("priority", "priority")]
)
def test_a_tier_is_a_member(tier: str, body: str | None) -> None:
    assert sent(chat(service_tier=tier)).get("serviceTier") == body


@pytest.mark.parametrize(
    ("tier", "header"), [("auto", None), ("default", None), ("flex", "flex"), ("priority", "priority")]
)
def test_at_vertex_ai_a_tier_is_a_header(tier: str, header: str | None) -> None:
    exchange = encoded(chat(service_tier=tier), VERTEX)
    assert dict(exchange.request.headers).get("x-vertex-ai-llm-shared-request-type") == header
    assert b"serviceTier" not in bytes(exchange.request.body)  # type: ignore[arg-type]


def test_an_unknown_tier_is_lost() -> None:
    assert lost(chat(service_tier="scale")) == [("service_tier", "dropped")]


def test_what_the_api_lacks_is_lost() -> None:
    parameters = {
        "logit_bias": {"1": 1.0},
        "user": "u",
        "metadata": {"a": "b"},
        "parallel_tool_calls": False,
        "verbosity": "low",
        "min_p": 0.1,
    }
    assert sorted(lost(chat(**parameters))) == sorted((name, "dropped") for name in parameters)


def test_values_that_change_nothing_are_no_loss() -> None:
    assert lost(chat(parallel_tool_calls=True, presence_penalty=0)) == []


def test_store_is_of_the_gemini_api_only() -> None:
    assert sent(chat(store=True))["store"] is True
    assert lost(chat(store=True), VERTEX) == [("store", "dropped")]


def test_penalties_are_refused_by_2_5_at_the_gemini_api() -> None:
    assert lost(chat(presence_penalty=1.0)) == [("presence_penalty", "dropped")]
    assert lost(chat("gemini-3-flash", presence_penalty=1.0)) == []
    assert lost(chat(presence_penalty=1.0), VERTEX) == []


def test_what_is_no_json_is_a_mistake() -> None:
    with pytest.raises(LocalProtocolError, match="JSON"):
        encoded(chat(temperature=object()), GEMINI)
