"""Parts as content blocks, and what is lost of them."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.anthropic.blocks import FILES_BETA, BlockWriter
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

PDF = "data:application/pdf;base64,JVBE"


def own(json: bytes) -> Opaque:
    return Opaque("anthropic", Raw(json))


def written(*parts: OrderedPart, lacks: frozenset[str] = frozenset()) -> tuple[object, list[str], set[str]]:
    """The blocks as JSON values, the losses, and the beta features."""
    losses = Losses("anthropic")
    writer = BlockWriter(losses, lacks)
    blocks = writer.blocks((f"content[{place}]", part) for place, part in enumerate(parts))
    said = [f"{loss.path} {loss.action}" for loss in losses.found]
    return msgspec.json.decode(msgspec.json.encode(blocks)), said, writer.betas


def test_text_with_its_mark_its_citations_and_what_else_it_has() -> None:
    part = TextPart(
        text="hi", cache_control=CacheControl(ttl="1h"), state=own(b'{"citations":[1]}'), extra={"x": Raw(b"2")}
    )
    block = {
        "type": "text",
        "text": "hi",
        "citations": [1],
        "cache_control": {"type": "ephemeral", "ttl": "1h"},
        "x": 2,
    }
    assert written(part) == ([block], [], set())


def test_an_empty_text_says_nothing_and_carries_no_mark() -> None:
    assert written(TextPart(text="")) == ([], [], set())
    marked = TextPart(text="", cache_control=CacheControl())
    assert written(marked) == ([], ["content[0].cache_control omitted"], set())
    kept = TextPart(text="", extra={"x": Raw(b"1")})
    assert written(kept)[0] == [{"type": "text", "text": "", "x": 1}]


def test_the_mark_of_another_api_is_a_loss() -> None:
    part = TextPart(text="hi", prompt_cache_breakpoint=CacheBreakpoint())
    assert written(part)[1] == ["content[0].prompt_cache_breakpoint omitted"]


def test_images_by_url_and_as_data() -> None:
    url, data = ImageUrl("https://x/y", "auto"), ImageUrl("data:image/png;base64,aGk=", "low")
    blocks, said, _ = written(ImagePart(image_url=url), ImagePart(image_url=data))
    assert blocks == [
        {"type": "image", "source": {"type": "url", "url": "https://x/y"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
    ]
    assert said == ["content[1].image_url.detail dropped"]


def test_a_host_that_fetches_nothing_takes_no_urls() -> None:
    parts = ImagePart(image_url=ImageUrl("https://x/y")), FilePart(file=FileReference(file_url="https://x/z"))
    blocks, said, _ = written(*parts, lacks=frozenset({"url_sources"}))
    assert blocks == []
    assert said == ["content[0].image_url.url dropped", "content[1].file.file_url dropped"]


@pytest.mark.parametrize(
    ("file", "block"),
    [
        (
            FileReference(filename="a.pdf", file_data=PDF),
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}}
            | {"title": "a.pdf"},
        ),
        (
            FileReference(file_data="data:text/plain;base64,aGk="),
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hi"}},
        ),
        (FileReference(file_url="https://x"), {"type": "document", "source": {"type": "url", "url": "https://x"}}),
        (FileReference(file_id="file_1"), {"type": "document", "source": {"type": "file", "file_id": "file_1"}}),
        (
            FileReference("a.PNG", file_id="file_1"),
            {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
        ),
        (
            FileReference(file_data="data:image/gif;base64,aGk="),
            {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": "aGk="}},
        ),
        (
            FileReference(file_data="data:image/jpg;base64,aGk="),
            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "aGk="}},
        ),
    ],
)
def test_files(file: FileReference, block: object) -> None:
    blocks, said, betas = written(FilePart(file=file))
    assert (blocks, said) == ([block], [])
    assert betas == ({FILES_BETA} if file.file_id else set())


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (FileReference(filename="a.pdf"), "content[0].file dropped"),
        (FileReference(file_data="data:text/plain;base64,/w=="), "content[0].file.file_data dropped"),
        (FileReference(file_data="data:text/plain;base64,a"), "content[0].file.file_data dropped"),
        (FileReference(file_data="data:application/zip;base64,aGk="), "content[0].file.file_data dropped"),
        (FileReference(file_data="data:text/csv;base64,aGk="), "content[0].file.file_data approximated"),
    ],
)
def test_files_that_the_api_does_not_take_as_they_are(file: FileReference, said: str) -> None:
    blocks, losses, _ = written(FilePart(file=file))
    assert losses == [said]
    assert bool(blocks) == said.endswith("approximated")


def test_thoughts_go_back_with_their_signature_only() -> None:
    signed = ReasoningPart(text="why", state=own(b'{"type":"thinking","signature":"s"}'))
    foreign = ReasoningPart(text="why", state=Opaque("gemini", Raw(b"{}")))
    blocks, said, _ = written(signed, ReasoningPart(text="why"), ReasoningPart(), foreign)
    assert blocks == [{"type": "thinking", "thinking": "why", "signature": "s"}]
    assert said == ["content[1] omitted", "content[3] omitted"]


def test_calls_have_an_object_as_input() -> None:
    call = FunctionToolCall(
        id="a1",
        function=FunctionCall("f", '{"x": 1}', {"y": Raw(b"2")}),
        state=own(b'{"toolset_name":"t"}'),
        extra={"cache_control": Raw(b"3")},
    )
    block = {"type": "tool_use", "id": "a1", "name": "f", "input": {"x": 1}}
    assert written(call) == ([block | {"toolset_name": "t", "y": 2, "cache_control": 3}], [], set())
    assert written(FunctionToolCall(id="a", function=FunctionCall("f", "")))[0] == [
        {"type": "tool_use", "id": "a", "name": "f", "input": {}}
    ]


def test_arguments_that_are_no_object_are_a_member_of_one() -> None:
    blocks, said, _ = written(FunctionToolCall(id="a", function=FunctionCall("f", "[1")))
    assert blocks == [{"type": "tool_use", "id": "a", "name": "f", "input": {"input": "[1"}}]
    assert said == ["content[0].arguments approximated"]


def test_the_text_of_a_custom_tool_is_a_member_of_its_input() -> None:
    blocks, said, _ = written(CustomToolCall(id="a", custom=CustomCall("f", "text", {"y": Raw(b"2")})))
    assert blocks == [{"type": "tool_use", "id": "a", "name": "f", "input": {"input": "text"}, "y": 2}]
    assert said == ["content[0] approximated"]


def test_own_items_go_back_and_others_are_lost() -> None:
    blocks, said, _ = written(own(b'{"type":"redacted_thinking","data":"x"}'), Opaque("gemini", Raw(b"{}")))
    assert blocks == [{"type": "redacted_thinking", "data": "x"}]
    assert said == ["content[1] dropped"]


def test_refusals_are_text_and_audio_is_lost() -> None:
    audio = AudioPart(input_audio=InputAudio("aGk=", "wav"))
    blocks, said, _ = written(RefusalPart(refusal="no"), audio)
    assert blocks == [{"type": "text", "text": "no"}]
    assert said == ["content[0] approximated", "content[1] dropped"]


def test_a_result_names_its_call() -> None:
    writer = BlockWriter(Losses("anthropic"), frozenset())
    assert writer.result("a", "42") == {"type": "tool_result", "tool_use_id": "a", "content": "42"}
