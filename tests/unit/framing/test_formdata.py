from __future__ import annotations

import tracemalloc

import pytest

from sansio.framing.formdata import (
    MAX_HEAD,
    MAX_PARTS,
    FormEvent,
    MultipartDecoder,
    PartBegin,
    PartData,
    PartEnd,
    boundary_of,
)

_NAME = b'Content-Disposition: form-data; name="n"\r\n'


def decode(data: bytes, boundary: str = "b") -> list[FormEvent]:
    decoder = MultipartDecoder(boundary)
    events = decoder.receive_data(data)
    decoder.receive_eof()
    assert decoder.failure is None
    return events


def failure(data: bytes) -> str | None:
    decoder = MultipartDecoder("b")
    decoder.receive_data(data)
    decoder.receive_eof()
    assert not decoder.done
    return decoder.failure


def begin(disposition: str, *headers: str) -> FormEvent:
    """What a part with these headers begins with."""
    head = "".join(f"{line}\r\n" for line in (f"Content-Disposition: {disposition}", *headers))
    first, *_ = decode(f"--b\r\n{head}\r\nx\r\n--b--".encode())
    return first


def refused(*headers: str) -> str | None:
    """Why a part with these headers is refused."""
    head = "".join(f"{line}\r\n" for line in headers)
    return failure(f"--b\r\n{head}\r\nx\r\n--b--".encode())


def test_parts_come_with_their_names_and_contents() -> None:
    data = (
        b"--b\r\n" + _NAME + b"\r\nvalue\r\n"
        b"--b\r\n"
        b'Content-Disposition: form-data; name="file"; filename="a.wav"\r\n'
        b"Content-Type: audio/wav\r\n\r\n"
        b"RI\r\nFF\r\n"
        b"--b--\r\n"
    )
    assert decode(data) == [
        PartBegin("n"),
        PartData(b"value"),
        PartEnd(),
        PartBegin("file", "a.wav", "audio/wav"),
        PartData(b"RI\r\nFF"),
        PartEnd(),
    ]


def test_content_comes_before_its_end_is_known() -> None:
    decoder = MultipartDecoder("b")
    assert decoder.receive_data(b"--b\r\n" + _NAME) == []
    assert decoder.receive_data(b"\r\n") == [PartBegin("n")]
    assert decoder.receive_data(b"abc\r\n--") == [PartData(b"abc")]
    assert decoder.receive_data(b"de\r\n--b-") == [PartData(b"\r\n--de")]
    assert not decoder.done
    assert decoder.receive_data(b"-") == [PartEnd()]
    assert decoder.done


def test_an_empty_content_has_no_data() -> None:
    assert decode(b"--b\r\n" + _NAME + b"\r\n\r\n--b--") == [PartBegin("n"), PartEnd()]


@pytest.mark.parametrize("data", [b"--b--", b"--b--\r\n", b"\r\n--b--"])
def test_a_form_may_be_empty(data: bytes) -> None:
    assert decode(data) == []


def test_what_surrounds_the_parts_counts_for_nothing() -> None:
    part = b"--b \t\r\n" + _NAME + b"\r\nx\r\n--b--"
    plain = [PartBegin("n"), PartData(b"x"), PartEnd()]
    assert decode(b"preamble --b\r\n" + part + b"epilogue\r\n" + part) == plain
    decoder = MultipartDecoder("b")
    assert decoder.receive_data(part) == plain
    assert decoder.receive_data(part) == []


@pytest.mark.parametrize("line", [b"--bc", b"--b-", b"--b x", b"--b\n", b"--b\r", b"-b", b"--b" + b" " * 65])
def test_a_line_that_only_begins_like_a_delimiter_is_content(line: bytes) -> None:
    events = decode(
        b"--b\r\n" + _NAME + b"\r\n\r\n" + line + b"\r\n--b" + b" " * 64 + b"\r\n" + _NAME + b"\r\n\r\n--b--"
    )
    assert events == [PartBegin("n"), PartData(b"\r\n" + line), PartEnd(), PartBegin("n"), PartEnd()]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('form-data; name="a"', PartBegin("a")),
        ("form-data; name=a", PartBegin("a")),
        ('FORM-DATA ;NAME = "a" ; FileName="f" ;', PartBegin("a", "f")),
        ('form-data; name=""', PartBegin("")),
        ('form-data; name="a"; name="b"', PartBegin("a")),
        ('form-data; name="%22%0D%0A%25%0a"', PartBegin('"\r\n%25%0a')),
        ('form-data; name="a"; filename="C:\\dir\\a;b.wav"', PartBegin("a", "C:\\dir\\a;b.wav")),
        ('form-data; name="a\\"; filename="b"', PartBegin("a\\", "b")),
        (r'form-data; name="a\"b\\%22"', PartBegin(r'a"b\%22')),
        (r'form-data; name="a\\b%22"', PartBegin(r'a\b"')),
        (r'form-data; name="a\\b\c"', PartBegin(r"a\\b\c")),
        ('form-data; name="a"b"; filename="c"', PartBegin('a"b', "c")),
        ('form-data; name="\N{SNOWMAN}"', PartBegin("\N{SNOWMAN}")),
        ("form-data; name=a; filename=x; filename*=UTF-8''%e2%98%83%20.txt", PartBegin("a", "\N{SNOWMAN} .txt")),
        ("form-data; name=a; filename=x; filename*=latin-1''%e9", PartBegin("a", "x")),
        ("form-data; name=a; filename=x; filename*=utf-8", PartBegin("a", "x")),
    ],
)
def test_names_are_read_as_clients_write_them(value: str, expected: PartBegin) -> None:
    assert begin(value) == expected


def test_bytes_that_are_not_utf_8_are_replaced() -> None:
    data = b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--b--'
    assert decode(data)[0] == PartBegin("\ufffd")


def test_headers_may_be_folded_or_there_twice_and_others_are_ignored() -> None:
    assert begin(
        "form-data;\r\n\tname=a",
        "content-disposition: form-data; name=b",
        "CONTENT-TYPE:text/plain; charset=utf-8 ",
        "Content-Type: b/c",
        "Content-Transfer-Encoding: 8BIT",
        "X-Empty:",
    ) == PartBegin("a", None, "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "header",
    [
        "Content-Type: text/plain",
        "Content-Disposition: form-data",
        'Content-Disposition: attachment; name="a"',
        'Content-Disposition: form-data; filename="a"',
        'Content-Disposition: form-data; name="a',
        'Content-Disposition: form-data; name="a"x',
        "Content-Disposition: form-data; name",
        'Content-Disposition: form-data; name=a"b',
        "Content-Disposition: form-data; =a",
    ],
)
def test_a_part_without_a_name_is_a_failure(header: str) -> None:
    assert refused(header) == "a part of the form has no name"


@pytest.mark.parametrize("header", [" Content-Type: a", "no colon", "Content Type: a", ": a", "a: b\rc", "a: b\nc"])
def test_a_malformed_head_is_a_failure(header: str) -> None:
    assert refused(header, "Content-Disposition: form-data; name=a") == "the head of a part is malformed"


def test_a_part_without_a_head_is_a_failure() -> None:
    assert failure(b"--b\r\n\r\nx\r\n--b--") == "the head of a part is malformed"


def test_a_transfer_encoding_is_a_failure() -> None:
    headers = ("Content-Disposition: form-data; name=a", "Content-Transfer-Encoding: base64")
    assert refused(*headers) == "a part of the form is in a transfer encoding"


@pytest.mark.parametrize("data", [b"", b"{}", b"--c--", b"--b\r\n" + _NAME + b"\r\nx\r\n--b", b"--b\r\n" + _NAME])
def test_a_form_that_is_cut_off_is_a_failure(data: bytes) -> None:
    assert failure(data) == "the body ended before the closing delimiter of the form"


def test_what_came_before_a_failure_counts_and_input_behind_it_is_ignored() -> None:
    decoder = MultipartDecoder("b")
    events = decoder.receive_data(b"--b\r\n" + _NAME + b"\r\nx\r\n--b\r\nbad\r\n\r\n")
    assert events == [PartBegin("n"), PartData(b"x"), PartEnd()]
    assert decoder.failure == "the head of a part is malformed"
    assert decoder.receive_data(b"\r\n--b\r\n" + _NAME + b"\r\n") == []
    decoder.receive_eof()
    assert decoder.failure == "the head of a part is malformed"


@pytest.mark.parametrize("step", [1, 1 << 30])
def test_a_head_at_its_limit_passes_and_one_above_it_fails(step: int) -> None:
    def head(size: int) -> MultipartDecoder:
        """A decoder that was given a head of this size, its line ends but the last included."""
        decoder = MultipartDecoder("b", max_head=100)
        line = _NAME + b"X: " + b"x" * (size - len(_NAME) - 5)
        data = b"--b\r\n" + line + b"\r\n\r\n\r\n--b--"
        for at in range(0, len(data), step):
            decoder.receive_data(data[at : at + step])
        return decoder

    assert head(100).done
    assert head(101).failure == "the head of a part exceeds the limit of 100 bytes"
    assert MAX_HEAD == 16 * 1024


def test_as_many_parts_as_the_limit_pass_and_one_more_fails() -> None:
    part = b"\r\n--b\r\n" + _NAME + b"\r\n"
    decoder = MultipartDecoder("b", max_parts=2)
    decoder.receive_data(2 * part + b"\r\n--b--")
    assert decoder.done
    decoder = MultipartDecoder("b", max_parts=2)
    assert len(decoder.receive_data(3 * part)) == 4
    assert decoder.failure == "a form exceeds the limit of 2 parts"
    assert MAX_PARTS == 1000


@pytest.mark.parametrize("step", [64, 64 * 1024])
@pytest.mark.parametrize("fill", [b"x", b"\r\n--bx", b"\r\n--b -", b"\r"])
def test_nothing_of_a_content_is_kept(step: int, fill: bytes) -> None:
    decoder = MultipartDecoder("b")
    decoder.receive_data(b"--b\r\n" + _NAME + b"\r\n")
    content = b"\r\n--bx" + fill * 20_000
    tracemalloc.start()
    try:
        for at in range(0, len(content), step):
            decoder.receive_data(content[at : at + step])
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert decoder.failure is None
    assert held < 4096


@pytest.mark.parametrize(
    ("value", "boundary"),
    [
        ("multipart/form-data; boundary=abc", "abc"),
        ("Multipart/Form-Data;charset=utf-8;Boundary=abc;", "abc"),
        ('multipart/form-data; boundary="a b:c"', "a b:c"),
        (
            "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
            "----WebKitFormBoundary7MA4YWxkTrZu0gW",
        ),
        ("multipart/form-data; boundary====1=2/3", "===1=2/3"),
        ("multipart/form-data", None),
        ("multipart/form-data; boundary=", None),
        ('multipart/form-data; boundary="a', None),
        ('multipart/form-data; boundary="a "', None),
        ("multipart/form-data; boundary=" + "x" * 71, None),
        ("multipart/mixed; boundary=abc", None),
        ("application/json", None),
        ("", None),
    ],
)
def test_the_boundary_stands_in_the_content_type(value: str, boundary: str | None) -> None:
    assert boundary_of(value) == boundary
