from __future__ import annotations

import pytest
from msgspec import Raw

from sansio.types import ImagePart, ImageUrl, ModerationRequest, ModerationResponse, ModerationResult, TextPart, Usage
from tests.unit.dialects.openai.exchanged import answer, failure, members, sent

TEXT = ModerationRequest(model="openai/omni-moderation-latest", input="hi")


def test_the_request_on_the_wire() -> None:
    request = sent(TEXT)
    assert (request.method, request.url) == ("POST", "https://api.openai.com/v1/moderations")
    assert request.body == b'{"model":"omni-moderation-latest","input":"hi"}'


def test_texts_and_parts_are_a_list() -> None:
    image = ImagePart(image_url=ImageUrl("https://h/a.png"))
    request = ModerationRequest(model="m", input=["a", TextPart(text="b", extra={"x": Raw(b"1")}), image])
    assert members(request)["input"] == [
        "a",
        {"type": "text", "text": "b", "x": 1},
        {"type": "image_url", "image_url": {"url": "https://h/a.png"}},
    ]


def test_the_results_by_input() -> None:
    body = (
        b'{"id":"modr-1","model":"m","results":[{"flagged":true,"categories":{"hate/threatening":true,"illicit":null},'
        b'"category_scores":{"hate/threatening":0.9,"illicit":null},'
        b'"category_applied_input_types":{"hate/threatening":["text"]}},{"flagged":false}],"usage":{"prompt_tokens":3}}'
    )
    response = answer(TEXT, body)
    assert response == ModerationResponse(
        results=[
            ModerationResult(
                {"hate/threatening": True, "illicit": None},
                {"hate/threatening": 0.9},
                flagged=True,
                category_applied_input_types={"hate/threatening": ["text"]},
            ),
            ModerationResult({}, {}, flagged=False),
        ],
        id="modr-1",
        model="m",
        usage=Usage(prompt_tokens=3),
        request_id="req_1",
        provider="openai",
    )
    assert response.flagged


def test_no_verdict_is_none() -> None:
    """Mistral gives categories only."""
    assert not answer(TEXT, b'{"results":[{"categories":{"sexual":false}}]}').flagged


@pytest.mark.parametrize(
    "body", [b"{}", b'{"results":null}', b'{"results":[{}]}', b'{"results":[{"flagged":true},{"said":1}]}', b"[]"]
)
def test_what_has_no_results_is_no_answer(body: bytes) -> None:
    assert failure(TEXT, body).kind == "protocol"
