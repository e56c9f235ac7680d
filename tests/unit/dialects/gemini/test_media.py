"""Media as blobs and references."""

from __future__ import annotations

import pytest
from msgspec import Raw

from sansio import AudioPart, FilePart, FileReference, ImagePart, ImageUrl, InputAudio
from sansio.types import user
from tests.unit.dialects.gemini.by_hand import chat, lost, said, sent


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("data:image/webp;base64,AA==", {"inlineData": {"mimeType": "image/webp", "data": "AA=="}}),
        ("https://a/b.PNG?x=.gif", {"fileData": {"mimeType": "image/png", "fileUri": "https://a/b.PNG?x=.gif"}}),
        ("gs://bucket/b.jpg#x", {"fileData": {"mimeType": "image/jpeg", "fileUri": "gs://bucket/b.jpg#x"}}),
        ("https://a/b", {"fileData": {"fileUri": "https://a/b"}}),
    ],
)
def test_images(url: str, expected: object) -> None:
    assert said(user([ImagePart(image_url=ImageUrl(url))]))[0]["parts"] == [expected]


@pytest.mark.parametrize(
    ("format_", "type_"), [("mp3", "audio/mp3"), ("audio/ogg;codecs=opus", "audio/ogg;codecs=opus")]
)
def test_audio(format_: str, type_: str) -> None:
    parts = said(user([AudioPart(input_audio=InputAudio("AA==", format_))]))[0]["parts"]
    assert parts == [{"inlineData": {"mimeType": type_, "data": "AA=="}}]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            FileReference(file_data="data:application/pdf;base64,AA=="),
            {"inlineData": {"mimeType": "application/pdf", "data": "AA=="}},
        ),
        (
            FileReference(file_url="https://a/b.mp4"),
            {"fileData": {"mimeType": "video/mp4", "fileUri": "https://a/b.mp4"}},
        ),
        (
            FileReference(filename="a.txt", file_id="files/x"),
            {
                "fileData": {
                    "mimeType": "text/plain",
                    "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/x",
                }
            },
        ),
        (FileReference(file_id="https://a/files/x"), {"fileData": {"fileUri": "https://a/files/x"}}),
    ],
)
def test_files(file: FileReference, expected: object) -> None:
    part = FilePart(file=file, extra={"videoMetadata": Raw(b'{"fps":2}')})
    assert said(user([part]))[0]["parts"] == [expected | {"videoMetadata": {"fps": 2}}]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("details", "resolution", "exact"),
    [
        (["auto", None], None, True),
        (["low"], "MEDIA_RESOLUTION_LOW", True),
        (["high", "auto"], "MEDIA_RESOLUTION_HIGH", True),
        (["low", "high"], "MEDIA_RESOLUTION_HIGH", False),
        (["original"], "MEDIA_RESOLUTION_HIGH", False),
    ],
)
def test_images_ask_for_one_resolution(details: list[str | None], resolution: str | None, exact: bool) -> None:
    parts = [ImagePart(image_url=ImageUrl("https://a/b.png", detail)) for detail in details]
    request = chat(messages=[user(parts)])
    assert sent(request).get("generationConfig", {}).get("mediaResolution") == resolution
    assert (lost(request) == []) == exact
