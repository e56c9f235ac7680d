"""The pure core, without sockets: parsing through `Exchange`, encoding, and what hostile input costs."""

from __future__ import annotations

import tracemalloc
from time import process_time

import msgspec

from sansio import ChatRequest, ChatResponse, Completed, Exchange, Failed, TextDelta, provider
from sansio.http import Limits
from tests.bench import payloads
from tests.bench.contenders.rounds import Result, run

_OPENAI = provider("openai", api_key="key")
_REQUEST = ChatRequest(model="gpt-4o", messages="hi")
_MIB = 1024 * 1024


def _exchange(limits: Limits = Limits()) -> Exchange[ChatResponse]:
    exchange = Exchange(_OPENAI, _REQUEST, stream=True, limits=limits)
    exchange.receive_head(200, [("content-type", "text/event-stream")])
    return exchange


def _parse(pieces: list[bytes]) -> Result:
    exchange = _exchange()
    length = 0
    for piece in pieces:
        exchange.receive_data(piece)
        while (event := exchange.next_event()) is not None:
            if isinstance(event, TextDelta):
                length += len(event.text)
    return {"count": payloads.PARSED_EVENTS, "length": length}


_EVENTS = payloads.events(payloads.PARSED_EVENTS)
_BODY = b"".join(_EVENTS)
_READS = [_BODY[start : start + 65536] for start in range(0, len(_BODY), 65536)]


def parse_single(_url: str) -> Result:
    """One event a read."""
    return _parse(_EVENTS)


def parse_reads(_url: str) -> Result:
    """Reads of 64 KiB."""
    return _parse(_READS)


_LONG = msgspec.convert(
    {"model": "gpt-4o", "messages": payloads.conversation(), "tools": payloads.tools()}, type=ChatRequest
)


def encode(_url: str) -> Result:
    """A request with a long conversation, from the typed value to the bytes of its body."""
    for _ in range(100):
        body = Exchange(_OPENAI, _LONG).request.body
        if not isinstance(body, bytes) or len(body) < 30_000:
            raise ValueError("the body is not the conversation")
    return {"count": 100, "length": 0}


def _many(size: int) -> bytes:
    event = payloads.events(1)[1]
    return event * (size // len(event))


def _one(size: int) -> bytes:
    head, _, tail = payloads.events(1)[1].partition(payloads.text(0).encode())
    return head + b"x" * (size - len(head) - len(tail)) + tail


def _fed(body: bytes, step: int, limits: Limits = Limits()) -> tuple[float, int]:
    """CPU seconds for *body* in pieces of *step* bytes, and the length of the text that came out."""
    pieces = [body[start : start + step] for start in range(0, len(body), step)]
    exchange = _exchange(limits)
    start = process_time()
    for piece in pieces:
        exchange.receive_data(piece)
    cpu = process_time() - start
    length = 0
    while (event := exchange.next_event()) is not None:
        if isinstance(event, TextDelta):
            length += len(event.text)
    return cpu, length


def _ratio(small: bytes, large: bytes, step: int, limits: Limits = Limits()) -> Result:
    """How many times as much *large* costs: of three turns the cheapest each, since a fresh page may cost any time."""
    turns = [(_fed(small, step, limits)[0], *_fed(large, step, limits)) for _ in range(3)]
    short, long = min([turn[0] for turn in turns]), min([turn[1] for turn in turns])
    return {"cpu": long / short, "count": 1, "length": turns[0][2]}


def linear_one(_url: str) -> Result:
    """How many times 1 MiB in 1-byte pieces 4 MiB cost, as one event."""
    return _ratio(_one(_MIB), _one(4 * _MIB), 1)


def linear_many(_url: str) -> Result:
    """The same as many events."""
    return _ratio(_many(_MIB), _many(4 * _MIB), 1)


def linear_large(_url: str) -> Result:
    """How many times an event of 32 MiB one of 128 MiB costs, in 64 KiB reads, with the limit raised.

    Both are above the size from which the C library maps memory afresh, which by itself doubles the cost of a byte.
    """
    limits = Limits(event=256 * _MIB, body=512 * _MIB)
    return _ratio(_one(32 * _MIB), _one(128 * _MIB), 65536, limits)


def peak(size: int, step: int, limits: Limits) -> tuple[float, Completed[ChatResponse] | Failed | None]:
    """The peak of traced memory above the state before the first byte; pieces are made as they are fed."""
    exchange = _exchange(limits)
    head = payloads.events(1)[1].partition(payloads.text(0).encode())[0]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    exchange.receive_data(head)
    for _ in range(size // step):
        exchange.receive_data(b"x" * step)  # a new object each time, as a socket gives
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    return peak, exchange.outcome


def memory_hostile(_url: str) -> Result:
    """Peak memory of one 64 MiB event with the default limits, as a share of the limit; it ends in `limit_exceeded`."""
    most, outcome = peak(64 * _MIB, 65536, Limits())
    if not isinstance(outcome, Failed) or outcome.failure.kind != "limit_exceeded":
        raise ValueError(f"the event ended in {outcome!r}")
    return {"cpu": most / Limits().event, "count": 1, "length": 0}


def memory_pieces(_url: str) -> Result:
    """Peak memory of a limit's worth in 2-byte pieces, as a share of the limit."""
    limits = Limits(event=4 * _MIB)
    most, outcome = peak(4 * _MIB - 1024, 2, limits)
    if outcome is not None:
        raise ValueError(f"the event ended in {outcome!r}")
    return {"cpu": most / limits.event, "count": 1, "length": 0}


if __name__ == "__main__":
    run(
        {
            "parse_single": parse_single,
            "parse_reads": parse_reads,
            "encode": encode,
            "linear_one": linear_one,
            "linear_many": linear_many,
            "linear_large": linear_large,
            "memory_hostile": memory_hostile,
            "memory_pieces": memory_pieces,
        },
        "sansio-llm",
        "msgspec",
    )
