from __future__ import annotations

import pytest

from sansio import LocalProtocolError, Source
from sansio.dialects.openai.form import form
from sansio.types import ExpiresAfter, Upload
from tests.unit.dialects.openai.exchanged import BOUNDARY, SEED


def fields(value: object) -> list[tuple[str, str]]:
    """The names and contents of the form that has one member `x`."""
    body, type_ = form({"x": value}, SEED)
    assert isinstance(body, bytes)
    assert type_ == f"multipart/form-data; boundary={BOUNDARY}"
    parts = body.decode().split(f"--{BOUNDARY}")[1:-1]
    heads = [part.strip("\r\n").split("\r\n\r\n") for part in parts]
    return [(head.split('name="')[1].split('"')[0], content) for head, content in heads]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a b", [("x", "a b")]),
        (True, [("x", "true")]),
        (0.5, [("x", "0.5")]),
        (7, [("x", "7")]),
        (None, [("x", "null")]),
        (["a", 1], [("x[]", "a"), ("x[]", "1")]),
        ((), []),
        ({"a": "b", "c": [1]}, [("x[a]", "b"), ("x[c][]", "1")]),
        (ExpiresAfter(9), [("x[seconds]", "9"), ("x[anchor]", "created_at")]),
        ([Upload(b"1", "a"), Upload(b"2", "b")], [("x[]", "1"), ("x[]", "2")]),
    ],
)
def test_values_are_spelled_as_openais_own_clients_do(value: object, expected: list[tuple[str, str]]) -> None:
    assert fields(value) == expected


@pytest.mark.parametrize(
    ("upload", "kind"),
    [
        (Upload(b"x", "a.PNG"), "image/png"),
        (Upload(b"x", "a.unknown"), "application/octet-stream"),
        (Upload(b"x", "a.png", "image/webp"), "image/webp"),
        (Upload(Source("s", 1, "a.mp3")), "audio/mpeg"),
        (Upload(Source("s", 1, "a.mp3"), "b.wav"), "audio/wav"),
    ],
)
def test_a_name_tells_the_kind_of_a_file(upload: Upload, kind: str) -> None:
    body, _ = form({"x": upload}, SEED)
    head = body if isinstance(body, bytes) else body.parts[0]
    assert isinstance(head, bytes)
    assert f"Content-Type: {kind}\r\n".encode() in head


def test_no_random_bytes_make_no_boundary() -> None:
    with pytest.raises(LocalProtocolError, match="needs random bytes"):
        form({"x": "a"}, None)
    with pytest.raises(LocalProtocolError, match="12 to 31 random bytes"):
        form({"x": "a"}, b"few")


@pytest.mark.parametrize("content", [b"x", bytearray(b"x"), [b"x"]])
def test_bare_bytes_are_no_file(content: object) -> None:
    """They have no name, and would pass for a list of numbers."""
    with pytest.raises(LocalProtocolError, match="takes an Upload"):
        form({"x": content}, SEED)


def test_a_content_that_holds_the_boundary_is_refused() -> None:
    with pytest.raises(LocalProtocolError, match="the boundary is in the content"):
        form({"x": f"\r\n--{BOUNDARY}"}, SEED)
