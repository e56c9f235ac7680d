"""Conversation: a handler's steps become the actions of a driver."""

from __future__ import annotations

from collections.abc import Iterator

from sansio.events import Completed, Started, TextDelta
from sansio.gateway import Action, Close, Connection, Conversation, Handler, Pause, RequestReceived, Reset, Step, Write
from sansio.types import ChatResponse, Choice, Message, TokenCount

BODY = b'{"model":"m","messages":[],"stream":true}'
POST = b"POST /v1/chat/completions HTTP/1.1\r\nhost: h\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)
GET = b"GET /nowhere HTTP/1.1\r\nhost: h\r\n\r\n"
DONE = Completed(ChatResponse("c", 1, "m", [Choice(0, Message("assistant", ""), "stop")]))


def conversation(*steps: Step, handler: Handler | None = None) -> Conversation:
    return Conversation(Connection(models=["m"]), handler or (lambda _: steps))


def actions(machine: Conversation, data: bytes | None = None) -> list[Action]:
    if data is not None:
        machine.receive_data(data)
    return list(iter(machine.next_action, None))


def test_events_become_writes_and_silent_ones_nothing() -> None:
    head, end = actions(conversation(Started("c", 1, "m"), TextDelta("a"), DONE), POST)
    assert isinstance(head, Write)
    assert isinstance(end, Write)
    assert head.data.startswith(b"HTTP/1.1 200")
    assert end.data.endswith(b"0\r\n\r\n")


def test_steps_are_taken_one_by_one() -> None:
    taken: list[str] = []

    def handler(received: RequestReceived) -> Iterator[Step]:
        taken.append(received.request.model)
        yield Pause(1)
        taken.append("later")
        yield DONE

    machine = conversation(handler=handler)
    machine.receive_data(POST)
    assert machine.next_action() == Pause(1)
    assert taken == ["m"]
    assert isinstance(machine.next_action(), Write)
    assert taken == ["m", "later"]


COUNT = (
    b"POST /v1/messages/count_tokens HTTP/1.1\r\nhost: h\r\ncontent-length: 27\r\n\r\n" + b'{"model":"m","messages":[]}'
)


def test_operations_have_a_handler_of_their_own() -> None:
    machine = Conversation(Connection(), lambda _: (), lambda _: (Pause(1), Completed(TokenCount(7))))
    pause, write = actions(machine, COUNT)
    assert pause == Pause(1)
    assert isinstance(write, Write)
    assert write.data.endswith(b'{"input_tokens":7}')


def test_operations_without_a_handler_are_refused() -> None:
    (write,) = actions(conversation(), COUNT)
    assert isinstance(write, Write)
    assert write.data.startswith(b"HTTP/1.1 404")
    assert b"/v1/messages/count_tokens is not served here" in write.data


def test_raw_writes_go_past_the_framing() -> None:
    assert actions(conversation(Write(b"garbage"), Close(notify=False)), POST) == [
        Write(b"garbage"),
        Close(notify=False),
    ]


def test_nothing_follows_a_reset() -> None:
    machine = conversation(Reset(), DONE)
    assert actions(machine, POST) == [Reset()]
    assert actions(machine, POST) == []


def test_what_no_api_understands_is_refused_without_the_handler() -> None:
    (refusal,) = actions(conversation(Reset()), GET)
    assert isinstance(refusal, Write)
    assert refusal.data.startswith(b"HTTP/1.1 404")


def test_what_is_answered_without_asking_is_written_first() -> None:
    listed, *_ = actions(conversation(DONE), b"GET /models HTTP/1.1\r\nhost: h\r\n\r\n" + POST)
    assert isinstance(listed, Write)
    assert b'"object":"list"' in listed.data


def test_100_continue_is_written_while_the_body_is_awaited() -> None:
    head = POST.removesuffix(BODY).replace(b"host: h", b"host: h\r\nexpect: 100-continue")
    machine = conversation(DONE)
    assert actions(machine, head) == [Write(b"HTTP/1.1 100 Continue\r\n\r\n")]
    assert actions(machine) == []
    assert len(actions(machine, BODY)) == 1


def test_requests_follow_each_other() -> None:
    machine = conversation(DONE)
    assert len(actions(machine, POST + POST)) == 2
    assert len(actions(machine, POST)) == 1


def test_malformed_http_is_refused_and_the_connection_closed() -> None:
    refusal, close = actions(conversation(DONE), b"what?\r\n\r\n")
    assert isinstance(refusal, Write)
    assert close == Close()


def test_the_connection_is_closed_behind_its_last_response() -> None:
    write, close = actions(conversation(DONE), POST.replace(b"host: h", b"host: h\r\nconnection: close"))
    assert isinstance(write, Write)
    assert close == Close()


def test_a_clients_close_is_answered_by_one() -> None:
    machine = conversation(DONE)
    actions(machine, POST)
    assert actions(machine, b"") == [Close()]
    assert actions(machine) == []


def test_a_handler_that_stops_early_leaves_the_client_waiting() -> None:
    machine = conversation(TextDelta("a"))
    assert len(actions(machine, POST)) == 1
    assert actions(machine) == []
    assert actions(machine, b"") == [Close()]


def test_a_handler_is_closed_when_its_client_is_abandoned() -> None:
    closed: list[bool] = []

    def handler(_: RequestReceived) -> Iterator[Step]:
        try:
            yield Pause(1)
        finally:
            closed.append(True)

    machine = conversation(handler=handler)
    machine.receive_data(POST)
    assert machine.next_action() == Pause(1)
    machine.abandon()
    assert closed == [True]
    assert machine.next_action() is None


def test_abandoning_what_has_not_begun_ends_it() -> None:
    machine = conversation(DONE)
    machine.abandon()
    assert actions(machine, POST) == []
