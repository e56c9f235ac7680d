"""Properties of a parser that does no I/O, found out by hypothesis: no sockets, no mocks, thousands of cases a second."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sansio import ChatRequest, Completed, Exchange, Failed, provider
from sansio.framing.sse import ServerSentEvent, SseDecoder, encode

OPENAI = provider("openai", api_key="key")
REQUEST = ChatRequest(model="gpt-4o", messages="hi")

TEXT = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]))
EVENTS = st.lists(st.builds(ServerSentEvent, data=TEXT))
# Bytes that look enough like an answer to get somewhere.
WORDS = st.sampled_from(
    [
        b"data: ",
        b"event: ",
        b"\n",
        b"\r\n",
        b"[DONE]",
        b'{"choices": [{"index": 0, "delta": {"content": "a"}}]}',
        b'{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}',
        b'{"error": {"message": "no"}}',
        b"{",
        b"\xff",
        b"null",
    ]
)
BODY = st.lists(WORDS | st.binary(max_size=8), max_size=40)
STATUS = st.sampled_from([200, 204, 302, 400, 401, 429, 500, 529]) | st.integers(200, 599)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(EVENTS, st.data())
def pieces_do_not_matter(events: list[ServerSentEvent], data: st.DataObject) -> None:
    """However a stream is cut, the same events come out of it, and they are those that were written."""
    stream = b"".join([encode(event) for event in events])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    decoder = SseDecoder()
    decoded: list[ServerSentEvent] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        decoded += decoder.receive_data(stream[start:end])
    assert [event.data for event in decoded] == [event.data for event in events]


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(STATUS, BODY, st.booleans(), st.booleans())
def every_exchange_ends_once(status: int, body: list[bytes], stream: bool, clean: bool) -> None:
    """Whatever comes, nothing is raised, and the last event is the only end."""
    exchange = Exchange(OPENAI, REQUEST, stream=stream)
    exchange.receive_head(status, [("content-type", "text/event-stream")])
    for piece in body:
        exchange.receive_data(piece)
    exchange.receive_eof() if clean else exchange.receive_broken("reset")
    events = exchange.take_events()
    assert [isinstance(event, Completed | Failed) for event in events] == [False] * (len(events) - 1) + [True]


def main() -> None:
    """Run both."""
    for check in (pieces_do_not_matter, every_exchange_ends_once):
        check()
        print(f"{check.__name__}: holds in 500 cases")


if __name__ == "__main__":
    main()
