"""The media type beside a URL: said to the APIs that ask for it, and to nobody else."""

from __future__ import annotations

import json

import pytest

from sansio import ChatRequest, Exchange, FilePart, FileReference, ImagePart, ImageUrl, Provider, TextPart, dialects
from sansio.types import ContentPart, user

_URL = "https://double/seen"
_OBJECT = "s3://bucket/seen"


def _image(url: str) -> ImagePart:
    return ImagePart(image_url=ImageUrl(url, format="image/webp"))


def _file(url: str) -> FilePart:
    return FilePart(file=FileReference(file_url=url, format="application/pdf"))


def _sent(dialect: str, *parts: ContentPart) -> str:
    provider = Provider(name="double", base_url="http://double", dialect=dialect, keyless=True)
    request = ChatRequest(model="m", messages=[user(parts)], max_completion_tokens=9)
    sent = Exchange(provider, request, on_loss="drop").request.body
    assert isinstance(sent, bytes)
    return str(json.loads(sent))


@pytest.mark.parametrize("dialect", ["anthropic", "cohere", "openai_chat", "openai_responses"])
def test_who_finds_it_out_is_not_told(dialect: str) -> None:
    told = _sent(dialect, _image(_URL), _file(_URL))
    assert _URL in told
    assert "webp" not in told
    assert "format" not in told


@pytest.mark.parametrize(
    ("dialect", "url", "words"),
    [("gemini", _URL, ("image/webp", "application/pdf")), ("bedrock_converse", _OBJECT, ("webp", "pdf"))],
)
def test_who_asks_is_told(dialect: str, url: str, words: tuple[str, str]) -> None:
    told = _sent(dialect, TextPart(text="a"), _image(url), _file(url))
    assert all(f"'{word}'" in told for word in words)


@pytest.mark.parametrize(
    ("dialect", "path", "part"),
    [
        ("gemini", "/v1/models/m:generateContent", {"fileData": {"fileUri": _URL, "mimeType": "image/webp"}}),
        ("gemini", "/v1/models/m:generateContent", {"fileData": {"fileUri": _URL, "mimeType": "application/pdf"}}),
        (
            "bedrock_converse",
            "/model/m/converse",
            {"image": {"format": "webp", "source": {"s3Location": {"uri": _OBJECT}}}},
        ),
        (
            "bedrock_converse",
            "/model/m/converse",
            {"video": {"format": "mp4", "source": {"s3Location": {"uri": _OBJECT}}}},
        ),
    ],
)
def test_a_server_keeps_what_it_is_told(dialect: str, path: str, part: object) -> None:
    name, inner = ("contents", "parts") if dialect == "gemini" else ("messages", "content")
    body = json.dumps({name: [{"role": "user", inner: [part]}]}).encode()
    request = dialects.server(dialect).decode_request("POST", path, (), body)
    assert isinstance(request, ChatRequest)
    content = request.conversation[0].content
    assert isinstance(content, list)
    assert isinstance(content[0], ImagePart | FilePart)
    provider = Provider(name="double", base_url="http://double", dialect=dialect, keyless=True)
    sent = Exchange(provider, request).request.body
    assert isinstance(sent, bytes)
    assert json.loads(sent)[name][0][inner] == [part]


def test_chat_completions_may_say_it() -> None:
    body = json.dumps(
        {
            "model": "m",
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": _URL, "format": "image/webp"}},
                        {"type": "file", "file": {"file_url": _URL, "format": "application/pdf"}},
                    ],
                }
            ],
        }
    ).encode()
    request = dialects.server("openai_chat").decode_request("POST", "/v1/chat/completions", (), body)
    assert isinstance(request, ChatRequest)
    assert request.conversation[0].content == [_image(_URL), _file(_URL)]
