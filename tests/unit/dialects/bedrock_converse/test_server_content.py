"""Content blocks of a request as parts of messages."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.bedrock_converse.server_content import cache_mark, parts_of
from sansio.types import (
    AudioPart,
    CacheControl,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    InputAudio,
    Opaque,
    OrderedPart,
    ReasoningPart,
    TextPart,
)

S3 = {"s3Location": {"uri": "s3://b/a.png"}}


def raw(value: object) -> Raw:
    return Raw(msgspec.json.encode(value))


def opaque(value: object) -> Opaque:
    return Opaque("bedrock_converse", raw(value))


def parts(*blocks: object) -> list[OrderedPart]:
    return parts_of([(raw(block), f"content[{n}]") for n, block in enumerate(blocks)])


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"text": "a"}, TextPart(text="a")),
        ({"text": "a", "x": 1}, TextPart(text="a", extra={"x": raw(1)})),
        ({"json": {"a": [1]}}, TextPart(text='{"a":[1]}')),
        (
            {"image": {"format": "png", "source": {"bytes": "eA=="}, "x": 1}},
            ImagePart(image_url=ImageUrl("data:image/png;base64,eA=="), extra={"x": raw(1)}),
        ),
        ({"image": {"format": "png", "source": S3}}, ImagePart(image_url=ImageUrl("s3://b/a.png"))),
        (
            {"audio": {"format": "wav", "source": {"bytes": "eA=="}}},
            AudioPart(input_audio=InputAudio("eA==", "wav")),
        ),
        (
            {"audio": {"format": "wav", "source": {"s3Location": {"uri": "s3://b/a.wav"}}}},
            FilePart(file=FileReference(file_url="s3://b/a.wav")),
        ),
        (
            {"document": {"format": "pdf", "name": "a", "source": {"bytes": "eA=="}, "context": "c"}},
            FilePart(file=FileReference("a.pdf", "data:application/pdf;base64,eA=="), extra={"context": raw("c")}),
        ),
        (
            {"video": {"format": "mp4", "source": {"bytes": "eA=="}}},
            FilePart(file=FileReference(file_data="data:video/mp4;base64,eA==")),
        ),
        (
            {"toolUse": {"toolUseId": "t", "name": "f", "input": {"a": 1}, "type": "tool_use"}},
            FunctionToolCall(id="t", function=FunctionCall("f", '{"a":1}'), extra={"type": raw("tool_use")}),
        ),
        ({"toolUse": {"toolUseId": "t", "name": "f"}}, FunctionToolCall(id="t", function=FunctionCall("f", "{}"))),
        ({"reasoningContent": {"reasoningText": {"text": "a"}}}, ReasoningPart(text="a")),
        (
            {"reasoningContent": {"reasoningText": {"text": "a", "signature": "s"}}, "x": 1},
            ReasoningPart(text="a", state=opaque({"signature": "s"}), extra={"x": raw(1)}),
        ),
        ({"reasoningContent": {"redactedContent": "eA=="}}, ReasoningPart(state=opaque({"redactedContent": "eA=="}))),
    ],
)
def test_what_a_part_can_say(block: object, part: OrderedPart) -> None:
    assert parts(block) == [part]


@pytest.mark.parametrize(
    "block",
    [
        {"guardContent": {"text": {"text": "a"}}},
        {},
        {"json": {}, "x": 1},
        {"image": {"format": "png", "source": {"bytes": "eA=="}}, "x": 1},
        {"image": {"format": "bmp", "source": {"bytes": "eA=="}}},
        {"image": {"format": "jpeg"}},
        {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://b/a.png", "bucketOwner": "1"}}}},
        {"image": {"format": "png", "source": {"bytes": "eA==", "odd": 1}}},
        {"image": {"source": S3}},
        {"document": {"name": "a", "source": {"text": "a"}}},
        {"toolUse": {"toolUseId": "t", "name": "f", "type": "server_tool_use"}},
        {"reasoningContent": {"reasoningText": {"text": "a", "odd": 1}}},
        {"reasoningContent": {"reasoningText": {"text": "a"}, "odd": 1}},
    ],
)
def test_what_no_part_can_say_stays_as_it_came(block: object) -> None:
    assert parts(block) == [opaque(block)]


def test_a_mark_goes_to_the_part_before_it() -> None:
    point = {"cachePoint": {"type": "default", "ttl": "1h"}}
    call = {"toolUse": {"toolUseId": "t", "name": "f"}}
    assert parts(point, {"text": "a"}, point, point, call, point) == [
        opaque(point),
        TextPart(text="a", cache_control=CacheControl(ttl="1h")),
        opaque(point),
        FunctionToolCall(id="t", function=FunctionCall("f", "{}")),
        opaque(point),
    ]


@pytest.mark.parametrize(
    "block",
    [{"cachePoint": {"type": "other"}}, {"cachePoint": {"type": "default", "x": 1}}, {"cachePoint": {}, "x": 1}, {}],
)
def test_what_is_no_mark(block: object) -> None:
    assert cache_mark(raw(block)) is None
