"""Parts of messages as content blocks, and what they lose."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.bedrock_converse.content import BlockWriter
from sansio.dialects.losses import Losses
from sansio.types import (
    AudioPart,
    CacheBreakpoint,
    CacheControl,
    CustomCall,
    CustomToolCall,
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
    RefusalPart,
    TextPart,
)

PNG = "data:image/png;base64,eA=="
PDF = "data:application/pdf;base64,eA=="
NO_MEMBERS: dict[str, object] = {}
NO_BLOCKS: list[object] = []
IMAGE = {"image": {"format": "png", "source": {"bytes": "eA=="}}}


def opaque(value: object, dialect: str = "bedrock_converse") -> Opaque:
    return Opaque(dialect, Raw(msgspec.json.encode(value)))


def written(*parts: OrderedPart, lacks: frozenset[str] = frozenset()) -> tuple[object, list[tuple[str, str]]]:
    """The blocks as JSON says them, and what was lost where."""
    losses = Losses("bedrock_converse")
    writer = BlockWriter(losses, lacks)
    blocks = [block for n, part in enumerate(parts) for block in writer.of(part, f"p[{n}]")]
    return msgspec.json.decode(msgspec.json.encode(blocks)), [(loss.path, loss.action) for loss in losses.found]


def file(**members: str) -> FilePart:
    return FilePart(file=FileReference(**members))


def function(arguments: str) -> FunctionToolCall:
    return FunctionToolCall(id="t1", function=FunctionCall("f", arguments))


@pytest.mark.parametrize(
    ("part", "blocks"),
    [
        (TextPart(text="a"), [{"text": "a"}]),
        (TextPart(text="", extra={"x": Raw(b"1")}), [{"text": "", "x": 1}]),
        (ImagePart(image_url=ImageUrl(PNG, "auto")), [IMAGE]),
        (ImagePart(image_url=ImageUrl(PNG), extra={"x": Raw(b"1")}), [{"image": {**IMAGE["image"], "x": 1}}]),
        (
            AudioPart(input_audio=InputAudio("eA==", "mp3")),
            [{"audio": {"format": "mp3", "source": {"bytes": "eA=="}}}],
        ),
        (
            file(file_data=PDF, filename="a.pdf"),
            [{"document": {"format": "pdf", "source": {"bytes": "eA=="}, "name": "a"}}],
        ),
        (
            file(file_url="s3://b/a.mp4"),
            [{"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://b/a.mp4"}}}}],
        ),
        (function('{"a":1}'), [{"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1}}}]),
        (function(""), [{"toolUse": {"toolUseId": "t1", "name": "f", "input": NO_MEMBERS}}]),
        (ReasoningPart(), NO_BLOCKS),
        (ReasoningPart(text="a"), [{"reasoningContent": {"reasoningText": {"text": "a"}}}]),
        (
            ReasoningPart(text="a", state=opaque({"signature": "s"})),
            [{"reasoningContent": {"reasoningText": {"text": "a", "signature": "s"}}}],
        ),
        (
            ReasoningPart(state=opaque({"redactedContent": "eA=="}), extra={"x": Raw(b"1")}),
            [{"reasoningContent": {"redactedContent": "eA=="}, "x": 1}],
        ),
        (opaque({"guardContent": NO_MEMBERS}), [{"guardContent": NO_MEMBERS}]),
        (opaque({"additionalModelResponseFields": NO_MEMBERS}), NO_BLOCKS),
    ],
)
def test_parts_that_lose_nothing(part: OrderedPart, blocks: object) -> None:
    assert written(part) == (blocks, [])


@pytest.mark.parametrize(
    ("part", "blocks", "losses"),
    [
        (opaque({}, "other"), [], [("p[0]", "dropped")]),
        (TextPart(text="a", state=opaque({}, "gemini")), [{"text": "a"}], [("p[0].state", "omitted")]),
        (RefusalPart(refusal="no"), [{"text": "no"}], [("p[0]", "approximated")]),
        (
            ReasoningPart(text="a", state=opaque({}, "anthropic")),
            [{"reasoningContent": {"reasoningText": {"text": "a"}}}],
            [("p[0].state", "omitted")],
        ),
        (ImagePart(image_url=ImageUrl(PNG, "low")), [IMAGE], [("p[0].image_url.detail", "dropped")]),
        (ImagePart(image_url=ImageUrl("https://x/a.png")), [], [("p[0]", "dropped")]),
        (ImagePart(image_url=ImageUrl("data:image/bmp;base64,eA==")), [], [("p[0]", "dropped")]),
        (file(file_url="https://x/a.pdf"), [], [("p[0]", "dropped")]),
        (file(file_data="data:application/zip;base64,eA=="), [], [("p[0]", "dropped")]),
        (file(file_id="file-1"), [], [("p[0].file.file_id", "dropped")]),
        (
            file(file_data="data:video/mp4;base64,eA==", filename="a.mp4"),
            [{"video": {"format": "mp4", "source": {"bytes": "eA=="}}}],
            [("p[0].file.filename", "dropped")],
        ),
        (
            CustomToolCall(id="t1", custom=CustomCall("f", "text", {"x": Raw(b"1")}), state=opaque({}, "gemini")),
            [{"toolUse": {"toolUseId": "t1", "name": "f", "input": {"input": "text"}, "x": 1}}],
            [("p[0].state", "omitted"), ("p[0]", "approximated")],
        ),
        (
            FunctionToolCall(id="t1", function=FunctionCall("f", "[1")),
            [{"toolUse": {"toolUseId": "t1", "name": "f", "input": {"input": "[1"}}}],
            [("p[0].function.arguments", "approximated")],
        ),
    ],
)
def test_parts_that_lose_something(part: OrderedPart, blocks: object, losses: object) -> None:
    assert written(part) == (blocks, losses)


@pytest.mark.parametrize("text", ["", " \n"])
def test_white_space_says_nothing(text: str) -> None:
    omitted = [("p[0]", "omitted")] if text else []
    said = TextPart(text=text), RefusalPart(refusal="no")
    assert written(*said) == ([{"text": "no"}], [*omitted, ("p[1]", "approximated")])


def test_a_mark_of_the_cache_is_a_block_behind_the_part() -> None:
    text = TextPart(text="a", cache_control=CacheControl(ttl="1h"))
    assert written(text) == ([{"text": "a"}, {"cachePoint": {"type": "default", "ttl": "1h"}}], [])
    plain = TextPart(text="", cache_control=CacheControl())
    assert written(plain) == ([{"cachePoint": {"type": "default"}}], [])


def test_openais_mark_is_one_too() -> None:
    point = [{"text": "a"}, {"cachePoint": {"type": "default"}}]
    assert written(TextPart(text="a", prompt_cache_breakpoint=CacheBreakpoint())) == (point, [])
    timed = TextPart(text="a", prompt_cache_breakpoint=CacheBreakpoint(ttl="30m"))
    assert written(timed) == (point, [("p[0].prompt_cache_breakpoint", "approximated")])


def test_a_model_without_a_cache_takes_no_marks() -> None:
    text = TextPart(text="a", cache_control=CacheControl())
    lost = [("p[0].cache_control", "omitted")]
    assert written(text, lacks=frozenset({"caching"})) == ([{"text": "a"}], lost)


def test_reasoning_goes_back_only_to_who_takes_it() -> None:
    signed = ReasoningPart(text="a", state=opaque({"signature": "s"}))
    plain = ReasoningPart(text="a")
    lost = [("p[0]", "omitted")]
    assert written(signed, lacks=frozenset({"reasoning_back"})) == ([], lost)
    assert written(plain, lacks=frozenset({"unsigned_reasoning"})) == ([], lost)
    assert written(signed, lacks=frozenset({"unsigned_reasoning"}))[1] == []


def test_each_document_has_a_name_of_its_own() -> None:
    names = [FilePart(file=FileReference(name, PDF)) for name in (None, "a.pdf", "a.pdf", "b+1.pdf")]
    blocks, losses = written(*names)
    assert [block["document"]["name"] for block in msgspec.convert(blocks, list[dict[str, dict[str, object]]])] == [
        "document 1",
        "a",
        "a (2)",
        "b 1",
    ]
    assert losses == [(f"p[{n}].file.filename", "filled") for n in (0, 2, 3)]
