from __future__ import annotations

import pytest

from sansio import Completed, Failed
from sansio.events import ImageAdded, UsageReported
from sansio.types import (
    CompletionTokensDetails,
    Image,
    ImageEditRequest,
    ImagePart,
    ImageRequest,
    ImageResponse,
    ImageUrl,
    Loss,
    PromptTokensDetails,
    Quirks,
    Upload,
    Usage,
)
from tests.unit.dialects.openai.exchanged import (
    answer,
    events,
    failure,
    header,
    lost,
    members,
    other,
    priceless,
    sent,
    sse,
)

PLAIN = ImageRequest(model="openai/gpt-image-1", prompt="a cat")
EDIT = ImageEditRequest(model="openai/gpt-image-1", prompt="a hat", images=[Upload(b"1", "a.png")])
LAST = (
    '{"type":"image_generation.completed","b64_json":"QQ==","created_at":9,"size":"1x1","quality":"low",'
    '"background":"opaque","output_format":"webp","usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}'
)
DRAFT = '{"type":"image_generation.partial_image","b64_json":"QUE=","partial_image_index":0}'


def added(url: str, choice: int = 0) -> ImageAdded:
    return ImageAdded(ImagePart(image_url=ImageUrl(url)), choice)


def test_the_request_on_the_wire() -> None:
    request = sent(ImageRequest(model="openai/gpt-image-1", prompt="a cat", n=2, size="auto", output_compression=42))
    assert (request.method, request.url) == ("POST", "https://api.openai.com/v1/images/generations")
    assert request.body == b'{"model":"gpt-image-1","prompt":"a cat","n":2,"size":"auto","output_compression":42}'
    assert header(request, "accept") == "application/json"


def test_a_stream_is_asked_for() -> None:
    drafts = ImageRequest(model="m", prompt="a cat", partial_images=2)
    assert members(drafts, stream=True) == {"model": "m", "prompt": "a cat", "partial_images": 2, "stream": True}
    assert header(sent(drafts, stream=True), "accept") == "text/event-stream"
    assert lost(drafts) == [Loss("partial_images", "dropped", "it is for streams")]


def test_providers_differ() -> None:
    quirks = Quirks(
        renamed={"model": "model_name"},
        beyond=frozenset({"aspect_ratio"}),
        spelled={"response_format": {"b64_json": "base64"}},
        forbidden=frozenset({"size"}),
    )
    provider = other("images", quirks, images="/{model}/images")
    request = ImageRequest(model="other/m", prompt="p", aspect_ratio="16:9", response_format="b64_json")
    assert sent(request, provider=provider).url == "https://api.openai.com/v1/m/images"
    expected = {"model_name": "m", "prompt": "p", "aspect_ratio": "16:9", "response_format": "base64"}
    assert members(request, provider=provider) == expected
    several = ImageRequest(model="m", prompt="p", size="1x1", seed=1, negative_prompt="n", resolution="2k")
    reason = "other does not take it"
    names = ["size", "resolution", "negative_prompt", "seed"]
    assert lost(several, provider=provider) == [Loss(name, "dropped", reason) for name in names]


def form_names(request: ImageEditRequest, *, stream: bool = False) -> list[str]:
    body = sent(request, stream=stream).body
    assert isinstance(body, bytes)
    return [line.split('"')[1] for line in body.decode().split("\r\n") if line.startswith("Content-Disposition")]


def test_an_edit_is_a_form() -> None:
    assert sent(EDIT).url == "https://api.openai.com/v1/images/edits"
    assert form_names(EDIT) == ["model", "prompt", "image"]
    several = ImageEditRequest(
        model="m", prompt="p", images=[Upload(b"1", "a.png"), Upload(b"2", "b.png")], mask=Upload(b"3", "m.png"), n=2
    )
    assert form_names(several) == ["model", "prompt", "mask", "n", "image[]", "image[]"]
    assert form_names(EDIT, stream=True) == ["model", "prompt", "stream", "image"]


def test_an_answer_with_images() -> None:
    body = (
        b'{"created":9,"background":"opaque","output_format":"png","quality":"high","size":"1x1","data":['
        b'{"b64_json":"QQ=="},{"url":"https://h/a","revised_prompt":"r","mime_type":"image/jpeg"}],'
        b'"usage":{"input_tokens":5,"input_tokens_details":{"image_tokens":2,"text_tokens":3},"output_tokens":7,"output_tokens_details":{"image_tokens":7}}}'
    )
    details = PromptTokensDetails(text_tokens=3, image_tokens=2)
    expected = ImageResponse(
        data=[
            Image(b64_json="QQ=="),
            Image(url="https://h/a", revised_prompt="r", media_type="image/jpeg"),
        ],
        created=9,
        background="opaque",
        output_format="png",
        quality="high",
        size="1x1",
        usage=Usage(
            prompt_tokens=5,
            completion_tokens=7,
            prompt_tokens_details=details,
            completion_tokens_details=CompletionTokensDetails(image_tokens=7),
        ),
        request_id="req_1",
        provider="openai",
    )
    assert answer(PLAIN, body) == expected
    assert answer(EDIT, body) == expected
    assert answer(PLAIN, body, stream=True) == expected


def test_hyperbolics_images() -> None:
    assert answer(PLAIN, b'{"images":[{"index":0,"image":"QQ=="}]}').data == [Image(b64_json="QQ==")]


def test_output_whose_tokens_are_not_told_apart_is_images() -> None:
    end = answer(PLAIN, b'{"data":[{"b64_json":"QQ=="}],"usage":{"input_tokens":10,"output_tokens":100}}')
    assert end.usage == Usage(10, 100, completion_tokens_details=CompletionTokensDetails(image_tokens=100))
    end = answer(PLAIN, b'{"data":[{"b64_json":"QQ=="}],"usage":{"input_tokens":10}}')
    assert end.usage == Usage(10)


def test_a_stream_shows_drafts_and_ends_with_the_last_image() -> None:
    deltas, end = events(PLAIN, sse(DRAFT, LAST, "ignored"), stream=True)
    assert deltas[:2] == [added("data:image/png;base64,QUE="), added("data:image/webp;base64,QQ==")]
    assert isinstance(end, Completed)
    (reported,) = deltas[2:]
    assert isinstance(reported, UsageReported)
    assert reported.usage == end.response.usage
    assert priceless(end.response) == ImageResponse(
        data=[Image(b64_json="QQ==")],
        created=9,
        background="opaque",
        output_format="webp",
        quality="low",
        size="1x1",
        usage=Usage(1, 2, 3, None, CompletionTokensDetails(image_tokens=2)),
        request_id="req_1",
        provider="openai",
    )


def test_a_stream_of_several_images_ends_with_as_many() -> None:
    two = ImageRequest(model="m", prompt="p", n=2)
    edited = '{"type":"image_edit.completed","b64_json":"Qg=="}'
    both = [Image(b64_json="QQ=="), Image(b64_json="Qg==")]
    assert answer(two, sse(LAST, edited, "ignored"), stream=True).data == both
    assert answer(two, sse(LAST, "[DONE]"), stream=True).data == both[:1]  # the marker tells that there is no other


def test_a_stream_with_fewer_images_cannot_be_known_to_be_whole() -> None:
    """No event is the last one of a stream; what came is kept."""
    _, end = events(ImageRequest(model="m", prompt="p", n=2), sse(LAST), stream=True)
    assert isinstance(end, Failed)
    assert end.failure.kind == "truncated"
    assert end.partial is not None
    (part,) = end.partial.message.ordered
    assert isinstance(part, ImagePart)
    assert part.image_url.url == "data:image/webp;base64,QQ=="
    assert end.partial.usage is not None
    assert end.partial.usage.total_tokens == 3


def test_the_type_of_a_drawing_has_another_name() -> None:
    body = sse('{"type":"image_generation.completed","b64_json":"QQ==","output_format":"svg"}')
    deltas, _ = events(PLAIN, body, stream=True)
    assert deltas == [added("data:image/svg+xml;base64,QQ==")]


def test_an_event_of_another_kind_says_nothing() -> None:
    deltas, end = events(PLAIN, sse('{"type":"image_generation.in_progress"}', LAST), stream=True)
    assert [type(delta) for delta in deltas] == [ImageAdded, UsageReported]
    assert isinstance(end, Completed)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (sse(DRAFT), "truncated"),
        (sse("[DONE]"), "protocol"),
        (sse(DRAFT, '{"type":"error","error":{"code":"moderation_blocked","message":"no"}}'), "content_policy"),
        (sse('{"error":{"code":"rate_limit_exceeded","message":"slow"}}', "[DONE]"), "rate_limited"),
        (sse('{"type":"error"}'), "protocol"),
        (sse("{}"), "truncated"),
        (b"{}", "protocol"),
        (b'{"data":[],"error":{"message":"no"}}', "server_error"),
    ],
)
def test_what_has_no_last_image_is_no_answer(body: bytes, kind: str) -> None:
    assert failure(PLAIN, body, stream=True).kind == kind


def test_drafts_of_a_stream_commit_it() -> None:
    deltas, end = events(PLAIN, sse(DRAFT), stream=True)
    assert (len(deltas), isinstance(end, Failed)) == (1, True)
