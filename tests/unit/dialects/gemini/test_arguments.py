"""Arguments that arrive value by value (Vertex AI)."""

from __future__ import annotations

from typing import Any

import pytest

from sansio import ToolCallDelta, ToolCallStarted
from tests.unit.dialects.gemini.by_hand import candidate, events, streamed


def call(*partial: dict[str, Any], more: bool = True, **members: Any) -> dict[str, object]:
    return candidate({"functionCall": {"partialArgs": list(partial), "willContinue": more, **members}})


def written(*calls: dict[str, object]) -> list[str]:
    chunks = (*calls, candidate(finishReason="STOP"))
    assert streamed(*chunks).finish_reason == "tool_calls"
    return [event.arguments for event in events(*chunks) if isinstance(event, ToolCallDelta)]


def at(path: str, **value: Any) -> dict[str, Any]:
    return {"jsonPath": path, **value}


def test_a_text_grows() -> None:
    pieces = written(
        call(name="f", id="1"),
        call(at("$.city", stringValue="Bos", willContinue=True)),
        call(at("$.city", stringValue='t"n', willContinue=True)),
        call(at("$.city", stringValue="")),
        call(at("$.n", numberValue=2)),
        call(more=False),
    )
    assert pieces == ['{"city":"Bos', 't\\"n', '"', ',"n":2', "}"]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([], "{}"),
        (
            [at("$.a", boolValue=True), at("$.b", boolValue=False), at("$.c", nullValue="NULL_VALUE")],
            '{"a":true,"b":false,"c":null}',
        ),
        ([at("$.a[0]", numberValue=1), at("$.a[1]", numberValue=2.5)], '{"a":[1,2.5]}'),
        (
            [at("$.a[0].b", numberValue=1), at("$.a[1].b", numberValue=2), at("$.c", numberValue=3)],
            '{"a":[{"b":1},{"b":2}],"c":3}',
        ),
        ([at("$.a.b.c", stringValue="x"), at("$.a.d", stringValue="y")], '{"a":{"b":{"c":"x"},"d":"y"}}'),
        ([at("$['a b']", numberValue=1), at('$["c\\"d"]', numberValue=2)], '{"a b":1,"c\\"d":2}'),
        ([at("$.a", stringValue="x", willContinue=True), at("$.b", numberValue=1)], '{"a":"x","b":1}'),
        ([at("$.a", stringValue="x", willContinue=True)], '{"a":"x"}'),
        ([at("$.a.b", numberValue=1), at("$.a[0]", numberValue=2)], '{"a":{"b":1},"a":[2]}'),
        ([at("$", numberValue=1)], '{"":1}'),
        ([at("$.a", numberValue=1), at("$.a", numberValue=2)], '{"a":1,"a":2}'),
    ],
)
def test_values_at_paths(pieces: list[dict[str, Any]], expected: str) -> None:
    assert "".join(written(call(*pieces, name="f", more=False))) == expected


def test_a_new_name_is_a_new_call() -> None:
    chunks = [call(name="f"), call(at("$.a", numberValue=1), name="g"), call(more=False)]
    *deltas, end = events(*chunks, candidate({"text": "a"}, finishReason="STOP"))
    assert [event.name for event in deltas if isinstance(event, ToolCallStarted)] == ["f", "g"]
    assert [call.arguments for call in end.response.tool_calls] == ["{}", '{"a":1}']


def test_a_call_that_never_ends_is_ended_with_the_answer() -> None:
    end = events(call(at("$.a", stringValue="x", willContinue=True), name="f"), candidate(finishReason="STOP"))[-1]
    assert end.response.tool_calls[0].arguments == '{"a":"x"}'
    assert end.response.finish_reason == "tool_calls"
