"""Forms: decode undoes encode, cuts do not matter, the standard library agrees, no bytes make it raise, time is linear."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sansio.framing.multipart import (
    MAX_HEAD,
    Field,
    FormEvent,
    MultipartDecoder,
    PartBegin,
    PartData,
    PartEnd,
    content_type,
    encode,
)
from sansio.http import Source

Part = tuple[str, str | None, str | None, bytes]

BOUNDARY = "b:y"  # no random one is so short, nor made to be confused

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_characters = st.sampled_from(['"', "\\", ";", "\r", "\n", " ", "=", "a"])
# A name that holds what is written for a quote, a line end or a backslash is read as that: the escapes are not one to one.
_ambiguous = re.compile(r"%22|%0[AD]|\\\\")
_names = st.one_of(_text, st.lists(_characters, max_size=6).map("".join)).filter(
    lambda name: _ambiguous.search(name) is None
)
_contents = st.one_of(
    st.binary(max_size=20),
    st.lists(st.sampled_from([b"\r", b"\n", b"-", b"--b:", b"\r\n--", b"\r\n--b", b"x"]), max_size=8).map(b"".join),
)
_types = st.none() | st.sampled_from(["text/plain", "audio/wav", "text/plain; charset=utf-8"])
fields = st.lists(
    st.builds(Field[Source], _names, _contents, st.none() | _names, _types),
    max_size=5,
)
cuts = st.lists(st.integers(0, 60), max_size=12)
_TOKENS = [
    b"\r\n--b:y\r\n",
    b"\r\n--b:y--",
    b"--b:y",
    b"\r\n",
    b"\r\n\r\n",
    b"\r",
    b"\n",
    b"-",
    b" ",
    b'Content-Disposition: form-data; name="n"\r\n\r\n',
    b"Content-Disposition: form-data; name=",
    b'; filename="',
    b'"',
    b";",
    b"x",
    b"\xff",
]
noise = st.lists(st.one_of(st.sampled_from(_TOKENS), st.binary(max_size=3)), max_size=30).map(b"".join)


def cut(stream: bytes, lengths: list[int]) -> list[bytes]:
    """The stream in pieces of these lengths, then the rest."""
    pieces: list[bytes] = []
    for length in lengths:
        pieces.append(stream[:length])
        stream = stream[length:]
    return [*pieces, stream]


def single(stream: bytes) -> list[bytes]:
    return [stream[i : i + 1] for i in range(len(stream))]


def form(sent: list[Field[Source]]) -> bytes:
    parts, _ = encode(sent, BOUNDARY)
    return b"".join(part for part in parts if isinstance(part, bytes))


def wanted(field: Field[Source]) -> Part:
    """What a field is after its journey."""
    kind = field.content_type
    if field.filename is not None:
        kind = kind or "application/octet-stream"
    content = field.content
    assert isinstance(content, bytes)
    return field.name, field.filename, kind, content


def gather(events: list[FormEvent]) -> list[Part]:
    """The parts that ended; what an event may not follow fails here."""
    parts: list[Part] = []
    head: PartBegin | None = None
    content: list[bytes] = []
    for event in events:
        match event:
            case PartBegin():
                assert head is None
                head, content = event, []
            case PartData():
                assert head is not None
                assert event.data
                content.append(event.data)
            case PartEnd():
                assert head is not None
                parts.append((head.name, head.filename, head.content_type, b"".join(content)))
                head = None
    return parts


def decode(decoder: MultipartDecoder, pieces: list[bytes]) -> list[FormEvent]:
    return [event for piece in pieces for event in decoder.receive_data(piece)]


def joined(events: list[FormEvent]) -> list[FormEvent]:
    """The same events with neighbouring data in one."""
    result: list[FormEvent] = []
    for event in events:
        if isinstance(event, PartData) and result and isinstance(last := result[-1], PartData):
            result[-1] = PartData(last.data + event.data)
        else:
            result.append(event)
    return result


@given(fields, cuts)
def test_decoding_gives_back_what_was_encoded_however_it_is_cut(sent: list[Field[Source]], lengths: list[int]) -> None:
    stream = form(sent)
    for pieces in ([stream], cut(stream, lengths), single(stream)):
        decoder = MultipartDecoder(BOUNDARY)
        assert gather(decode(decoder, pieces)) == list(map(wanted, sent))
        assert decoder.done
        assert decoder.failure is None


@given(fields, st.data())
def test_a_form_that_is_cut_off_is_never_complete(sent: list[Field[Source]], data: st.DataObject) -> None:
    stream = form(sent)
    length = data.draw(st.integers(0, len(stream) - len("--\r\n")))
    decoder = MultipartDecoder(BOUNDARY)
    parts = gather(decoder.receive_data(stream[:length]))
    decoder.receive_eof()
    assert not decoder.done
    assert decoder.failure is not None
    assert parts == list(map(wanted, sent))[: len(parts)]


@given(noise, cuts, st.integers(0, 80), st.integers(0, 3))
def test_any_bytes_give_the_same_events_and_failure_however_they_are_cut(
    stream: bytes, lengths: list[int], max_head: int, max_parts: int
) -> None:
    whole = MultipartDecoder(BOUNDARY, max_head=max_head, max_parts=max_parts)
    events = whole.receive_data(stream)
    gather(events)
    for pieces in (cut(stream, lengths), single(stream)):
        decoder = MultipartDecoder(BOUNDARY, max_head=max_head, max_parts=max_parts)
        assert joined(decode(decoder, pieces)) == joined(events)
        assert (decoder.failure, decoder.done) == (whole.failure, whole.done)


def _parsed(stream: bytes) -> list[Part]:
    """What the standard library makes of the form."""
    message = BytesParser().parsebytes(f"Content-Type: {content_type(BOUNDARY)}\r\n\r\n".encode() + stream)
    parts: list[Part] = []
    for part in message.walk():
        if part is not message:
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            assert isinstance(name, str)
            assert isinstance(content, bytes)
            parts.append((name, part.get_filename(), _type(part), content))
    return parts


def _type(part: Message) -> str | None:
    return part["content-type"]


_simple_names = st.text("abz019._- ", min_size=1, max_size=8).filter(lambda text: text == text.strip())
_simple_contents = st.text("abz -\r\n\t:", max_size=20).filter(lambda text: not re.search("\r(?!\n)|(?<!\r)\n", text))
_simple = st.lists(
    st.builds(Field[Source], _simple_names, _simple_contents.map(str.encode), st.none() | _simple_names, st.none()),
    min_size=1,
    max_size=4,
)


@given(_simple)
def test_the_standard_library_reads_the_same_from_a_simple_form(sent: list[Field[Source]]) -> None:
    stream = form(sent)
    assert _parsed(stream) == gather(MultipartDecoder(BOUNDARY).receive_data(stream)) == list(map(wanted, sent))


_PART = b'--b:y\r\nContent-Disposition: form-data; name="n"\r\n\r\n'
_SHAPES: dict[str, Callable[[int], bytes]] = {
    "one content": lambda size: _PART + b"x" * size,
    "a long preamble": lambda size: b"\r\n--b:x" * (size // 7),
    "lines that begin like a delimiter": lambda size: _PART + b"\r\n--b:yx" * (size // 8),
    "delimiters that are padded too much": lambda size: _PART + (b"\r\n--b:y" + b" " * 65) * (size // 72),
    "carriage returns": lambda size: _PART + b"\r" * size,
    "small parts": lambda size: (_PART + b"x\r\n") * (size // 55),
    "long heads": lambda size: (_PART[:-4] + b"\r\nX: " + b"x" * 8000 + b"\r\n\r\n\r\n") * (size // 8060),
    "quotes": lambda size: _PART[:-5] + b'" ' * size,
    "parameters": lambda size: _PART[:-5] + b'";x="' * (size // 5),
}


@pytest.mark.parametrize("shape", _SHAPES)
@pytest.mark.parametrize(("step", "size"), [(1, 8 * 1024), (4096, 128 * 1024), (1 << 30, 128 * 1024)])
def test_four_times_the_bytes_take_about_four_times_the_work(shape: str, step: int, size: int) -> None:
    """Quadratic work would take sixteen times as long; the bound of eight leaves room for a busy machine.

    A head that comes in pieces is searched again with each: there, its limit is what keeps the work linear.
    """
    max_head = MAX_HEAD if step < size else 4 * size

    def work(stream: bytes) -> float:
        times: list[float] = []
        for _ in range(2):
            decoder = MultipartDecoder(BOUNDARY, max_parts=size, max_head=max_head)
            started = time.process_time()
            for start in range(0, len(stream), step):
                decoder.receive_data(stream[start : start + step])
            times.append(time.process_time() - started)
        return min(times)

    small, large = _SHAPES[shape](size), _SHAPES[shape](4 * size)
    assert work(large) < 8 * work(small) + 0.02
