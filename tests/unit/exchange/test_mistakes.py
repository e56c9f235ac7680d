"""What a caller got wrong in a request is told in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest, Exchange, LocalProtocolError
from sansio.dialects.openai_chat import ChatCodec
from sansio.types import (
    FunctionDefinition,
    FunctionTool,
    JsonSchema,
    JsonSchemaFormat,
    Message,
)

_OPENAI = sansio.provider("openai", api_key="key")
_NAN, _INF = float("nan"), float("inf")
_NULLABLE = {"type": ["string", "null"]}


def exchange(**members: Any) -> Exchange[Any]:
    """An exchange of a request in which some members are what no type checker lets through."""
    whole: dict[str, Any] = {"model": "gpt-4o", "messages": "hi", **members}
    return Exchange(_OPENAI, ChatRequest(**whole), on_loss="drop")


def body(**members: Any) -> bytes:
    """What is sent."""
    encoded = exchange(**members).request.body
    assert isinstance(encoded, bytes)
    return encoded


def tool(**parameters: object) -> FunctionTool:
    """A tool with a schema."""
    return FunctionTool(FunctionDefinition("f", parameters=parameters))


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (
            {"messages": [{"role": "user", "content": "x"}]},
            "messages[0] takes Message, not dict; sansio.user(...) and the like make one",
        ),
        (
            {"messages": ["x"]},
            "messages[0] takes Message, not str; sansio.user(...) and the like make one",
        ),
        ({"messages": None}, "messages takes str or a list of Message, not None"),
        ({"messages": sansio.user("x")}, "messages takes str or a list of Message, not Message"),
        ({"messages": b"x"}, "messages takes str or a list of Message, not bytes"),
        ({"model": None}, "model takes str, not None"),
        ({"tools": [{"type": "function"}]}, "tools[0] takes FunctionTool or CustomTool or Opaque, not dict"),
        ({"tools": 5}, "tools takes a list of FunctionTool or CustomTool or Opaque or None, not int"),
    ],
)
def test_a_member_of_another_type_is_named(members: dict[str, Any], said: str) -> None:
    with pytest.raises(LocalProtocolError) as caught:
        exchange(**members)
    assert str(caught.value) == said


def test_what_stands_in_a_message_is_named_too() -> None:
    with pytest.raises(
        LocalProtocolError, match=r"messages\[1\].tool_calls\[0\] takes FunctionToolCall or .*, not dict"
    ):
        exchange(messages=[sansio.user("x"), sansio.assistant(tool_calls=[{"id": "1"}])])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    with pytest.raises(LocalProtocolError, match=r"messages\[0\].content\[0\] takes TextPart or .*, not dict"):
        exchange(messages=[sansio.user([{"type": "text", "text": "x"}])])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


def test_mappings_are_looked_into() -> None:
    with pytest.raises(LocalProtocolError, match=r"^logit_bias\['2'\] takes float, not str$"):
        exchange(logit_bias={"1": 1, "2": "x"}, tools=5)


@pytest.mark.parametrize("raised", [AttributeError, KeyError, TypeError, ValueError])
def test_a_fault_of_ours_is_no_mistake_of_the_caller_s(
    raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise raised("ours")

    monkeypatch.setattr(ChatCodec, "encode", broken)
    with pytest.raises(raised, match="ours"):
        exchange(metadata={"a": "b"}, stop=["x"], tools=[tool(a=[1])], extra={"a": Raw(b"1")})


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"temperature": _NAN}, "temperature is nan, which JSON cannot say"),
        ({"top_p": _INF}, "top_p is inf, which JSON cannot say"),
        ({"temperature": -_INF}, "temperature is -inf, which JSON cannot say"),
        ({"logit_bias": {"1": 0.5, "2": _NAN}}, "logit_bias['2'] is nan, which JSON cannot say"),
        (
            {"tools": [tool(), tool(a=_NULLABLE, b=[1.5, {"maximum": _INF}])]},
            "tools[1].function.parameters['b'][1]['maximum'] is inf, which JSON cannot say",
        ),
        (
            {"response_format": JsonSchemaFormat(JsonSchema("j", {"maximum": _NAN}))},
            "response_format.json_schema.schema['maximum'] is nan, which JSON cannot say",
        ),
        ({"extra": {"a": 1.5, "b": _NAN}}, "extra['b'] is nan, which JSON cannot say"),
    ],
)
def test_a_float_that_json_cannot_say_is_refused(members: dict[str, Any], said: str) -> None:
    """It would be encoded as null, which is another request."""
    with pytest.raises(LocalProtocolError) as caught:
        exchange(**members)
    assert str(caught.value) == said


def test_a_null_that_is_meant_is_sent() -> None:
    assert b'"temperature":null' in body(temperature=None, top_p=0.5)
    assert b'["string","null"]' in body(tools=[tool(a=_NULLABLE)])
    assert b'"default":null' in body(tools=[tool(a={"default": None, "maximum": 1.5})])
    assert b'"content":null' in body(messages=[Message("assistant")])


def test_what_is_dropped_needs_to_be_no_json() -> None:
    members: dict[str, Any] = {"model": "o3", "logit_bias": {object(): 0.5}, "messages": [Message("assistant")]}
    assert b"logit_bias" not in body(**members)


@pytest.mark.parametrize("raw", [b"not json", b"", b"1,2", b'"\xff"', b"[" * 100_000, b'1,"model":"x"'])
def test_a_raw_that_is_not_json_is_refused(raw: bytes) -> None:
    """It would be copied into the body as it is."""
    with pytest.raises(LocalProtocolError, match=r"^extra\['foo'\] is not JSON: "):
        exchange(extra={"bar": Raw(b"1"), "foo": Raw(raw)})


def test_a_raw_is_sent_as_it_is() -> None:
    assert b'"foo":{ "a" : null }' in body(extra={"foo": Raw(b'{ "a" : null }'), "bar": ("x",)})
