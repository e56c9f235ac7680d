"""Counting tokens: by a tokenizer that is handed in, or by an estimate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest, Message
from sansio.models import Counters, count, estimate, estimate_text, from_tiktoken, from_tokenizers
from sansio.types import (
    AudioPart,
    CustomCall,
    CustomToolCall,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    InputAudio,
    Opaque,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCall,
)
from sansio.types.content import ContentPart

# Texts with their number of tokens in GPT-4o's vocabulary.
PROSE = (
    "The call finished or you get a typed reason, on any event loop, for any bytes, in bounded memory. Pure state machines "
    "turn typed requests into bytes and parse response bytes into typed structs and errors, without doing any input or "
    "output of their own. Thin drivers perform it instead."
)
SCHEMA = (
    '{"type": "object", "properties": {"city": {"type": "string", "description": "The city, such as Paris"}, "unit": '
    '{"type": "string", "enum": ["celsius", "fahrenheit"]}}, "required": ["city"]}'
)
GERMAN = (
    "Die Sonne scheint auf die alten Dächer der Stadt, während die Menschen langsam aus ihren Häusern kommen und sich auf "
    "dem Marktplatz versammeln. Niemand weiß genau, warum der Bürgermeister heute sprechen will, aber alle erwarten eine "
    "wichtige Ankündigung über die Zukunft der Gemeinde."
)
RUSSIAN = (
    "Солнце медленно поднимается над крышами старого города, и жители выходят из своих домов, чтобы собраться на рыночной "
    "площади. Никто точно не знает, почему мэр хочет выступить сегодня."
)
CHINESE = "太阳慢慢地升到老城的屋顶上，居民们走出家门，聚集在市场广场上。没有人确切知道市长今天为什么要讲话，但大家都期待着一个重要的宣布。"  # noqa: RUF001  # Chinese commas
KOREAN = (
    "태양이 오래된 도시의 지붕 위로 천천히 떠오르고 주민들은 집에서 나와 시장 광장에 모입니다. 시장이 왜 오늘 말하고 "
    "싶어하는지 정확히 아는 사람은 아무도 없습니다."
)


def letters(text: str) -> int:
    """A counter that is easy to follow."""
    return len(text)


@pytest.mark.parametrize(
    ("text", "tokens", "error"),
    [
        (PROSE, 57, 0.15),
        (SCHEMA, 57, 0.15),
        (GERMAN, 56, 0.4),
        (RUSSIAN, 46, 0.4),
        (CHINESE, 49, 0.4),
        (KOREAN, 51, 0.4),
    ],
)
def test_the_estimate_keeps_the_error_that_it_names(text: str, tokens: int, error: float) -> None:
    assert estimate_text(text) == pytest.approx(tokens, rel=error)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), (" ", 0), ("hello", 1), ("1234", 2), ("USA", 1), ("  \n" * 8, 2), ("🎉🎉", 2), ("...", 1)],
)
def test_short_texts_are_counted_by_their_runs(text: str, tokens: int) -> None:
    assert estimate_text(text) == tokens


def _request(*parts: ContentPart) -> ChatRequest:
    return ChatRequest(model="m", messages=[sansio.user(list(parts))])


def test_a_message_has_three_tokens_around_it_and_the_answer_begins_with_three() -> None:
    assert count(ChatRequest(model="m", messages="hello"), letters) == 3 + 3 + 5
    assert count(ChatRequest(model="m", messages=[]), letters) == 3
    named = sansio.user("hello", name="ann")
    assert count(ChatRequest(model="m", messages=[named, named]), letters) == 3 + 2 * (3 + 5 + 1 + 3)
    assert estimate(ChatRequest(model="m", messages="hello world")) == 3 + 3 + 2


@pytest.mark.parametrize(
    ("part", "tokens"),
    [
        (TextPart(text="four"), 4),
        (ReasoningPart(text="think"), 5),
        (RefusalPart(refusal="no"), 2),
        (ImagePart(image_url=ImageUrl("https://x/y.png")), 765),
        (ImagePart(image_url=ImageUrl("https://x/y.png", "low")), 85),
        (AudioPart(input_audio=InputAudio("A" * 64_000, "mp3")), 31),
        (FilePart(file=FileReference(file_id="f")), 2000),
        (FilePart(file=FileReference(file_data="A" * 1000)), 31),
        (Opaque("anthropic", Raw(b'{"type":"x"}')), 12),
    ],
)
def test_each_kind_of_part_has_its_tokens(part: ContentPart, tokens: int) -> None:
    assert count(_request(part), letters) == 6 + tokens


def test_calls_and_everything_in_order_are_counted_once() -> None:
    calls: list[ToolCall] = [
        FunctionToolCall(id="1", function=FunctionCall("f", '{"a":1}')),
        CustomToolCall(id="2", custom=CustomCall("g", "text")),
    ]
    message = Message("assistant", "hello", tool_calls=calls, reasoning_content="hm")
    assert count(ChatRequest(model="m", messages=[message]), letters) == 3 + 3 + 5 + 2 + 8 + 5


def test_tools_and_the_schema_of_the_answer_are_counted_as_json() -> None:
    base = count(ChatRequest(model="m", messages=""), letters)
    definition = FunctionDefinition("f", parameters={"type": "object"})
    bare = '{"name":"f","parameters":{"type":"object"}}'
    assert count(ChatRequest(model="m", messages="", functions=[definition]), letters) == base + len(bare)
    assert count(ChatRequest(model="m", messages="", tools=[FunctionTool(definition)]), letters) > base + len(bare)
    schema = sansio.json_schema(dict[str, int])
    assert count(ChatRequest(model="m", messages="", response_format=schema), letters) > base
    assert count(ChatRequest(model="m", messages="", response_format=None, tools=None), letters) == base


def test_a_counter_is_chosen_by_the_longest_name_that_fits() -> None:
    def fixed(tokens: int) -> sansio.models.Counter:
        return lambda _: tokens

    counters = Counters({"*": fixed(1), "openai/*": fixed(2), "openai/gpt-4*": fixed(3), "openai/gpt-4o": fixed(4)})
    models = ["groq/m", "openai/o3", "openai/gpt-4o-mini", "openai/gpt-4o"]
    assert [counters.of(model)("text") for model in models] == [1, 2, 3, 4]
    assert Counters({"openai/gpt-4o": fixed(4)}).of("openai/gpt-4") is estimate_text


class _Encoding:
    """The part of tiktoken's class that counts."""

    def encode_ordinary(self, text: str) -> Sequence[int]:
        return list(text.encode())


class _Encoded:
    ids = (1, 2, 3)


class _Tokenizer:
    def encode(self, sequence: str, *, add_special_tokens: bool) -> _Encoded:
        assert sequence
        assert not add_special_tokens
        return _Encoded()


def test_a_tokenizer_that_is_handed_in_counts() -> None:
    assert from_tiktoken(_Encoding())("<|é") == 4
    assert from_tokenizers(_Tokenizer())("text") == 3


def test_tiktokens_own_encoding_counts() -> None:
    tiktoken: Any = pytest.importorskip("tiktoken", reason="the extra `tokens` is not installed")
    ranks = {bytes([byte]): byte for byte in range(256)} | {b"he": 256}
    encoding = tiktoken.Encoding("tiny", pat_str=r"\S+|\s+", mergeable_ranks=ranks, special_tokens={"<|end|>": 257})
    assert from_tiktoken(encoding)("hehe <|end|>") == 2 + 1 + 7


def test_tokenizers_own_tokenizer_counts() -> None:
    tokenizers: Any = pytest.importorskip("tokenizers", reason="the extra `tokens` is not installed")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    assert from_tokenizers(tokenizer)("a b a") == 3
