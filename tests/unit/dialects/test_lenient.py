"""JSON that msgspec refuses."""

from __future__ import annotations

import msgspec
import pytest

from sansio.dialects.lenient import UnreadableError, check_depth, is_json, loads, read, value


class Inner(msgspec.Struct):
    count: int | None = None
    name: str | None = None


class Outer(msgspec.Struct):
    inner: Inner | None = None
    items: list[Inner] | None = None
    text: str = ""


class Strict(msgspec.Struct):
    needed: int


class Holder(msgspec.Struct):
    strict: Strict | None = None


_outer = msgspec.json.Decoder(Outer).decode


def _read(data: bytes, depth: int = 256) -> tuple[Outer, list[str]]:
    notes: list[str] = []
    return read(data, _outer, Outer, depth, notes), notes


def test_what_fits_is_read_at_once() -> None:
    assert _read(b'{"text":"a","inner":{"count":1}}') == (Outer(Inner(1), text="a"), [])


def test_a_misfit_field_costs_only_itself() -> None:
    data = b'{"text":"a","inner":{"count":[],"name":"n"},"items":[{"count":"2"},7,{"name":[]}]}'
    assert _read(data) == (
        Outer(Inner(name="n"), [Inner(2), Inner()], "a"),
        ["$.inner.count", "$.items[1]", "$.items[2].name"],
    )


def test_a_struct_without_what_it_needs_is_a_misfit() -> None:
    notes: list[str] = []
    holder = read(b'{"strict":{"needed":[]}}', msgspec.json.Decoder(Holder).decode, Holder, 256, notes)
    assert holder == Holder()
    assert notes == ["$.strict.needed", "$.strict"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'{"text":"\\ud800x"}', "\ufffdx"),
        (b'{"text":"\\ud83d\\ude00"}', "\U0001f600"),
        (b'{"text":"a\nb"}', "a\nb"),
        (b'{"text":"\xff"}', "\ufffd"),
        (b'\xef\xbb\xbf{"text":"bom"}', "bom"),
        (b'[{"text":"one"}]', "one"),
        (b'{"text":"n","inner":{"count":NaN}}', "n"),
    ],
)
def test_strings_of_any_kind(data: bytes, text: str) -> None:
    """Lone surrogates, control characters, bad UTF-8, a byte order mark and a list of one are read."""
    assert _read(data)[0].text == text


def test_numbers_of_any_length() -> None:
    assert loads(b"[" + b"1" * 5000 + b"]") == [float("inf")]
    assert loads(b"[12, 1.5, null, true]") == [12, 1.5, None, True]


@pytest.mark.parametrize("data", [b"[1,2]", b"7", b'"text"'])
def test_json_of_another_kind_is_unexpected(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="unexpected JSON") as caught:
        _read(data)
    assert caught.value.kind == "protocol"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "truncated"),
        (b'{"text":"a', "truncated"),
        (b"<html>", "protocol"),
        (b'{"text":"a"} x', "protocol"),
        (b'{"a":"\\q"}', "protocol"),
        (b'{"text":"\xff" x', "protocol"),
    ],
)
def test_what_is_not_json(data: bytes, kind: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        _read(data)
    assert caught.value.kind == kind
    assert value(data) is None


@pytest.mark.parametrize("depth", [3, 256])
def test_depth_at_the_limit_and_one_beyond(depth: int) -> None:
    def nested(n: int) -> bytes:
        return b"[" * n + b'"]]]\\"["' + b"]" * n + b" " * 600

    check_depth(nested(depth), depth)
    with pytest.raises(UnreadableError) as caught:
        check_depth(nested(depth + 1), depth)
    assert caught.value.kind == "limit_exceeded"


def test_depth_beyond_the_stack_is_refused_without_a_limit() -> None:
    deep = b'{"other":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    with pytest.raises(UnreadableError, match="recursion"):
        _read(deep, depth=100_000)
    assert not is_json(deep)


@pytest.mark.parametrize("depth", [600, 990])
def test_depth_that_msgspec_reads_and_python_does_not(depth: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        loads(b"[" * depth + b"]" * depth)
    assert caught.value.kind == "protocol"


def test_many_brackets_side_by_side_are_shallow() -> None:
    check_depth(b"[" + b'[],{"a":"]"},' * 100_000 + b"0]", 2)


def test_is_json() -> None:
    assert is_json(b' {"a": [1]} ')
    assert not is_json(b'{"a": [1]')


def test_a_string_without_an_end_is_scanned_once() -> None:
    """Quadratic time would pass the suite's limit many times over."""
    check_depth(b'["' + b'\\"' * 1_000_000 + b"[" * 300, 256)
