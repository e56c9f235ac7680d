from __future__ import annotations

import pytest

from sansio.framing.multipart import Field, MultipartDecoder, boundary_from, boundary_of, content_type, encode
from sansio.http import Body, Source

Fields = list[Field[Source]]


def form(fields: Fields, boundary: str = "b") -> bytes:
    """A form without sources, in one."""
    parts, length = encode(fields, boundary)
    whole = b"".join(part for part in parts if isinstance(part, bytes))
    assert len(whole) == length
    return whole


def disposition(field: Field[Source]) -> str:
    """The line that names the field."""
    return form([field]).split(b"\r\n")[1].decode()


def test_text_and_bytes_are_plain_fields() -> None:
    assert form([Field("model", "whisper-1"), Field("data", b"\0\xff")]) == (
        b"--b\r\n"
        b'Content-Disposition: form-data; name="model"\r\n'
        b"\r\n"
        b"whisper-1\r\n"
        b"--b\r\n"
        b'Content-Disposition: form-data; name="data"\r\n'
        b"\r\n"
        b"\0\xff\r\n"
        b"--b--\r\n"
    )


def test_a_file_has_a_name_and_a_type() -> None:
    assert form([Field("file", b"RIFF", "a.wav", "audio/wav"), Field("file", "x", "a.bin")]) == (
        b"--b\r\n"
        b'Content-Disposition: form-data; name="file"; filename="a.wav"\r\n'
        b"Content-Type: audio/wav\r\n"
        b"\r\n"
        b"RIFF\r\n"
        b"--b\r\n"
        b'Content-Disposition: form-data; name="file"; filename="a.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n"
        b"\r\n"
        b"x\r\n"
        b"--b--\r\n"
    )


def test_a_field_that_is_no_file_may_have_a_type() -> None:
    assert form([Field("options", "{}", content_type="application/json")]) == (
        b'--b\r\nContent-Disposition: form-data; name="options"\r\nContent-Type: application/json\r\n\r\n{}\r\n--b--\r\n'
    )


def test_a_form_without_fields_is_its_closing_delimiter() -> None:
    assert form([]) == b"--b--\r\n"


def test_sources_stay_where_they_are_and_count_with_their_size() -> None:
    first, second = Source("1", 1 << 40, "big.bin"), Source("2", 0)
    fields: Fields = [Field("n", "v"), Field("file", first), Field("other", second)]
    body = Body(*encode(fields, "b"))
    assert body.parts == (
        (
            b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\nv\r\n'
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n"
        ),
        first,
        b'\r\n--b\r\nContent-Disposition: form-data; name="other"\r\n\r\n',
        second,
        b"\r\n--b--\r\n",
    )
    assert body.length == (1 << 40) + sum(len(part) for part in body.parts if isinstance(part, bytes))


def test_a_given_file_name_counts_before_that_of_the_source() -> None:
    fields = [Field("file", Source("1", 1, "a.wav"), "b.wav", "audio/wav")]
    parts, _ = encode(fields, "b")
    assert parts[0] == (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="b.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    )


@pytest.mark.parametrize(("size", "shared"), [(64 * 1024 - 1, False), (64 * 1024, True)])
def test_large_bytes_are_not_copied(size: int, *, shared: bool) -> None:
    content = bytes(size)
    fields: Fields = [Field("a", "1"), Field("file", content), Field("b", content)]
    parts, length = encode(fields, "b")
    assert length == len(form(fields))
    assert [part is content for part in parts] == ([False, True, False, True, False] if shared else [False])


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('a"b', "a%22b"),
        ("a\r\nb", "a%0D%0Ab"),
        ("a\nb", "a%0Ab"),
        ("%22", "%22"),
        ("a\\b;c", "a\\b;c"),
        ("\N{SNOWMAN}", "\N{SNOWMAN}"),
        ("", ""),
    ],
)
def test_names_are_escaped_as_the_html_standard_says(name: str, written: str) -> None:
    assert disposition(Field(name, "")) == f'Content-Disposition: form-data; name="{written}"'
    assert disposition(Field("f", "", name)) == f'Content-Disposition: form-data; name="f"; filename="{written}"'


@pytest.mark.parametrize("boundary", ["", "b ", "b" * 71, "b\r\n", "b\u00e9", 'b"', "b\n"])
def test_refuses_a_boundary_that_cannot_be(boundary: str) -> None:
    with pytest.raises(ValueError, match="not a boundary"):
        form([], boundary)
    with pytest.raises(ValueError, match="not a boundary"):
        MultipartDecoder(boundary)


@pytest.mark.parametrize("content", ["--b", b"x\r\n--b--\r\n", "a--bc"])
def test_refuses_content_that_holds_the_boundary(content: str | bytes) -> None:
    with pytest.raises(ValueError, match="the boundary is in the content of 'n'"):
        form([Field("n", content)])


@pytest.mark.parametrize("kind", ["", "a/b\r\nX: y", "a/b ", "a/\N{SNOWMAN}", "a\0"])
def test_refuses_a_content_type_that_fits_no_header(kind: str) -> None:
    with pytest.raises(ValueError, match="not a content type"):
        form([Field("n", "", content_type=kind)])


@pytest.mark.parametrize(
    ("name", "content", "filename"), [("\udc80", "", "f"), ("n", "\udc80", "f"), ("n", "", "\udc80")]
)
def test_refuses_a_lone_surrogate(name: str, content: str, filename: str) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        form([Field(name, content, filename)])


@pytest.mark.parametrize("size", [12, 31])
def test_a_boundary_is_made_of_random_bytes(size: int) -> None:
    boundary = boundary_from(bytes(range(size)))
    assert boundary.startswith("sansio-000102030405060708090a0b")
    assert boundary_of(content_type(boundary)) == boundary
    assert form([], boundary) == b"--" + boundary.encode() + b"--\r\n"


@pytest.mark.parametrize("size", [0, 11, 32])
def test_a_boundary_is_made_of_no_fewer_and_no_more_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="12 to 31"):
        boundary_from(bytes(size))


def test_the_content_type_quotes_a_boundary_where_it_must() -> None:
    assert content_type("a-b_c") == "multipart/form-data; boundary=a-b_c"
    assert content_type("a:b c") == 'multipart/form-data; boundary="a:b c"'
