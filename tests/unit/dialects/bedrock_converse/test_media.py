"""Formats, media types and sources."""

from __future__ import annotations

import pytest

from sansio.dialects.bedrock_converse.media import block, document_name, media_type


@pytest.mark.parametrize(
    ("address", "kind", "format_"),
    [
        ("data:image/png;base64,eA==", "image", "png"),
        ("data:image/jpg;base64,eA==", "image", "jpeg"),
        ("data:application/pdf;base64,eA==", "document", "pdf"),
        ("data:text/plain;base64,eA==", "document", "txt"),
        ("data:audio/x-wav;base64,eA==", "audio", "wav"),
        ("data:video/quicktime;base64,eA==", "video", "mov"),
    ],
)
def test_data_says_its_format(address: str, kind: str, format_: str) -> None:
    assert block(address) == (kind, {"format": format_, "source": {"bytes": "eA=="}})


@pytest.mark.parametrize(
    ("address", "kind", "format_"),
    [
        ("s3://bucket/a.PNG", "image", "png"),
        ("s3://bucket/a.jpg", "image", "jpeg"),
        ("s3://bucket/a.pdf", "document", "pdf"),
        ("s3://bucket/a.3gp", "video", "three_gp"),
    ],
)
def test_an_objects_name_in_s3_says_its_format(address: str, kind: str, format_: str) -> None:
    assert block(address) == (kind, {"format": format_, "source": {"s3Location": {"uri": address}}})


@pytest.mark.parametrize(
    "address",
    ["https://x/a.png", "data:image/bmp;base64,eA==", "data:image/png,x", "s3://bucket/a", "s3://bucket/a.zip", ""],
)
def test_what_converse_does_not_take(address: str) -> None:
    assert block(address) is None


def test_another_kind_than_the_wanted_one_is_none() -> None:
    assert block("data:application/pdf;base64,eA==", "image") is None


def test_the_media_type_says_the_format_where_a_name_does_not() -> None:
    found = block("s3://bucket/a", type_="video/mp4")
    assert found == ("video", {"format": "mp4", "source": {"s3Location": {"uri": "s3://bucket/a"}}})
    assert block("s3://bucket/a.png", "image", "image/webp") == (
        "image",
        {"format": "webp", "source": {"s3Location": {"uri": "s3://bucket/a.png"}}},
    )
    assert block("s3://bucket/a", type_="video/mp7") is None


def test_formats_have_media_types() -> None:
    assert media_type("document", "pdf") == "application/pdf"
    assert media_type("audio", "pcm") is None


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("report.pdf", "report"),
        ("my_last  report (2).v1.pdf", "my_last report (2) v1"),
        ("noending", "noending"),
        ("\N{SNOWMAN}.pdf", ""),
        ("a" * 300, "a" * 200),
    ],
)
def test_the_name_of_a_document(filename: str, name: str) -> None:
    assert document_name(filename) == name
