"""Content blocks as parts."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.anthropic.fields import Misfit
from sansio.dialects.anthropic.server_blocks import assistant_parts, type_of, user_parts
from sansio.types import (
    CacheControl,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Opaque,
    OrderedPart,
    TextPart,
)

MARK = {"cache_control": {"type": "ephemeral"}}


def raw(value: object) -> Raw:
    return Raw(msgspec.json.encode(value))


def part(block: object) -> OrderedPart:
    """The part of a block, which is the same for either side."""
    (found,) = assistant_parts([raw(block)], "content")
    return found


def test_text() -> None:
    block = {"type": "text", "text": "a", "citations": [1], "x": 2, **MARK}
    state = Opaque("anthropic", Raw(b'{"citations":[1]}'))
    assert part(block) == TextPart(text="a", state=state, cache_control=CacheControl(), extra={"x": Raw(b"2")})
    assert part({"type": "text", "text": "a", "citations": None}) == TextPart(text="a")


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ({"type": "url", "url": "https://x"}, "https://x"),
        ({"type": "base64", "media_type": "image/png", "data": "aGk="}, "data:image/png;base64,aGk="),
    ],
)
def test_images(source: object, url: str) -> None:
    assert part({"type": "image", "source": source, **MARK}) == ImagePart(
        image_url=ImageUrl(url), cache_control=CacheControl()
    )


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ({"type": "url", "url": "https://x"}, FileReference(file_url="https://x")),
        ({"type": "file", "file_id": "file_1"}, FileReference(file_id="file_1")),
        (
            {"type": "base64", "media_type": "application/pdf", "data": "JVBE"},
            FileReference(file_data="data:application/pdf;base64,JVBE"),
        ),
        (
            {"type": "text", "media_type": "text/plain", "data": "hi"},
            FileReference(file_data="data:text/plain;base64,aGk="),
        ),
    ],
)
def test_documents(source: object, file: FileReference) -> None:
    block = {"type": "document", "source": source, "title": "a.pdf", "citations": {"enabled": True}}
    named = msgspec.structs.replace(file, filename="a.pdf")
    assert part(block) == FilePart(file=named, extra={"citations": Raw(b'{"enabled":true}')})


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
        {"type": "image", "source": {"type": "url", "url": "https://x", "x": 1}},
        {"type": "document", "source": {"type": "content", "content": []}},
        {"type": "document", "source": {"type": "file", "file_id": "f", "x": 1}},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "unheard_of"},
    ],
)
def test_what_no_part_can_hold_is_opaque(block: object) -> None:
    assert part(block) == Opaque("anthropic", raw(block))


def test_calls() -> None:
    block = {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}, **MARK, "caller": {"type": "direct"}}
    extra = {"caller": Raw(b'{"type":"direct"}'), "cache_control": Raw(b'{"type":"ephemeral"}')}
    call = FunctionToolCall(id="t", function=FunctionCall("f", '{"a":1}'))
    assert part(block) == msgspec.structs.replace(call, extra=extra)
    state = Opaque("anthropic", Raw(b'{"caller":{"type":"code"},"toolset_name":"s"}'))
    foreign = block | {"caller": {"type": "code"}, "toolset_name": "s"}
    del foreign["cache_control"]
    assert part(foreign) == msgspec.structs.replace(call, state=state)


def test_the_input_of_a_call_is_an_object() -> None:
    with pytest.raises(Misfit, match=r"content\.0\.input"):
        part({"type": "tool_use", "id": "t", "name": "f", "input": [1]})


def test_a_user_makes_no_calls() -> None:
    block = raw({"type": "tool_use", "id": "t", "name": "f", "input": {}})
    assert user_parts([block], "content") == [Opaque("anthropic", block)]


def test_the_type_of_a_block() -> None:
    assert type_of(raw({"type": "text"}), "content.0") == "text"
