"""Connection: HTTP/1.1 from the server's side, bytes in and bytes out."""

from __future__ import annotations

import h11
import msgspec
import pytest

from sansio.errors import Failure, LocalProtocolError
from sansio.events import Completed, Data, Failed, Started, TextDelta
from sansio.gateway import (
    Connection,
    ConnectionClosed,
    EndOfBody,
    OperationReceived,
    RawResponse,
    Received,
    RequestReceived,
    RequestRefused,
    ResponseHeaders,
)
from sansio.http import Limits
from sansio.types import ChatRequest, ChatResponse, Choice, CountTokensRequest, Message, TokenCount

BODY = b'{"model":"m","messages":[{"role":"user","content":"hi"}]}'
STREAM = b'{"model":"m","messages":[],"stream":true}'
RESPONSE = ChatResponse("c", 1, "m", [Choice(0, Message("assistant", "hi"), "stop")])


def post(body: bytes = BODY, *lines: bytes, version: bytes = b"1.1", framing: bytes | None = None) -> bytes:
    length = framing if framing is not None else b"content-length: %d" % len(body)
    head = [b"POST /v1/chat/completions HTTP/" + version, b"host: h", *lines, *([length] if length else [])]
    return b"\r\n".join([*head, b"", body])


def get(target: bytes, method: bytes = b"GET") -> bytes:
    return b"%b %b HTTP/1.1\r\nhost: h\r\n\r\n" % (method, target)


class Answered:
    """What a client makes of the bytes of one response."""

    def __init__(self, data: bytes, method: str = "POST", *, closed: bool = False) -> None:
        client = h11.Connection(h11.CLIENT)
        client.send(h11.Request(method=method, target="/", headers=[("host", "h")]))
        client.send(h11.EndOfMessage())
        client.receive_data(data)
        if closed:
            client.receive_data(b"")
        head = client.next_event()
        assert isinstance(head, h11.Response)
        self.status = head.status_code
        self.headers = {name.decode(): value.decode() for name, value in head.headers}
        self.body = b""
        while isinstance(event := client.next_event(), h11.Data):
            self.body += event.data
        self.whole = isinstance(event, h11.EndOfMessage)
        self.rest = client.trailing_data[0]

    @property
    def error(self) -> dict[str, str | None]:
        return msgspec.json.decode(self.body, type=dict[str, dict[str, str | None]])["error"]


def events(connection: Connection, data: bytes | None = None) -> list[Received]:
    if data is not None:
        connection.receive_data(data)
    return list(iter(connection.next_event, None))


def asked(body: bytes = BODY, *lines: bytes, version: bytes = b"1.1", limits: Limits | None = None) -> Connection:
    """A connection whose first request waits for its answer."""
    connection = Connection(limits=limits or Limits())
    assert [type(event) for event in events(connection, post(body, *lines, version=version))] == [RequestReceived]
    return connection


# -- requests ------------------------------------------------------------------------------------------------


def test_a_request_is_received_whole() -> None:
    (event,) = events(Connection(), post(BODY, b"Authorization: Bearer secret", b"x-a: \xe9"))
    assert isinstance(event, RequestReceived)
    assert (event.sequence, event.method, event.target, event.stream) == (0, "POST", "/v1/chat/completions", False)
    assert event.body == BODY
    assert event.request.conversation[0].content == "hi"
    assert ("x-a", "\xe9") in event.headers
    assert "secret" not in repr(event)


def test_a_request_may_come_byte_by_byte() -> None:
    connection = Connection()
    found = [event for byte in post() for event in events(connection, bytes([byte]))]
    assert [type(event) for event in found] == [RequestReceived]


def test_a_body_may_come_in_chunks() -> None:
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(STREAM), STREAM)
    (event,) = events(Connection(), post(chunked, framing=b"transfer-encoding: chunked"))
    assert isinstance(event, RequestReceived)
    assert (event.stream, event.body) == (True, STREAM)


def test_line_ends_in_front_of_a_request_are_skipped() -> None:
    connection = Connection()
    assert events(connection, b"\r\n") == []
    assert [type(event) for event in events(connection, b"\r\n" + post())] == [RequestReceived]


def test_what_no_api_understands_is_the_applications_to_refuse() -> None:
    connection = Connection()
    (event,) = events(connection, get(b"/health"))
    assert isinstance(event, RequestRefused)
    assert (event.failure.status, event.target) == (404, "/health")
    answer = Answered(connection.send(Failed(event.failure)))
    assert (answer.status, answer.error["code"]) == (404, "unknown_url")
    assert [type(event) for event in events(connection, post())] == [RequestReceived]


def counted(body: bytes = b'{"model":"m","messages":[]}') -> bytes:
    head = b"POST /v1/messages/count_tokens HTTP/1.1\r\nhost: h\r\ncontent-length: %d\r\n\r\n" % len(body)
    return head + body


def test_operations_beside_the_chat_are_typed_too() -> None:
    connection = Connection()
    (event,) = events(connection, counted())
    assert isinstance(event, OperationReceived)
    assert (event.sequence, event.method, event.dialect) == (0, "POST", "anthropic")
    assert event.request == CountTokensRequest(chat=ChatRequest(model="m", messages=[], dialect="anthropic"))
    with pytest.raises(LocalProtocolError, match="answered by a TokenCount"):
        connection.send(Completed(RESPONSE))
    answer = Answered(connection.send(Completed(TokenCount(7))))
    assert (answer.status, msgspec.json.decode(answer.body)) == (200, {"input_tokens": 7})
    assert [type(event) for event in events(connection, post())] == [RequestReceived]


def test_a_failed_operation_is_told_in_the_words_of_its_api() -> None:
    connection = Connection()
    assert [type(event) for event in events(connection, counted())] == [OperationReceived]
    answer = Answered(connection.send(Failed(Failure(kind="overloaded", message="busy"))))
    assert (answer.status, msgspec.json.decode(answer.body)["error"]["type"]) == (529, "overloaded_error")


def test_an_operation_that_cannot_be_read_is_refused() -> None:
    connection = Connection()
    (event,) = events(connection, counted(b"[]"))
    assert isinstance(event, RequestRefused)
    with pytest.raises(LocalProtocolError, match="not understood"):
        connection.send(Completed(TokenCount(7)))
    assert Answered(connection.send(Failed(event.failure))).status == 400


def test_a_stream_of_a_chat_ends_with_its_answer() -> None:
    connection = asked(STREAM)
    connection.send(TextDelta("a"))
    with pytest.raises(LocalProtocolError, match="ends with a ChatResponse"):
        connection.send(Completed(TokenCount(7)))


def test_the_models_are_listed_without_asking() -> None:
    connection = Connection(models=["m"])
    assert events(connection, get(b"/v1/models") + get(b"/v1/models/m") + post()[:-1]) == []
    listed = Answered(connection.data_to_send())
    assert msgspec.json.decode(listed.body)["data"][0]["id"] == "m"
    assert Answered(listed.rest).status == 200
    assert [type(event) for event in events(connection, post()[-1:])] == [RequestReceived]


def test_the_next_request_comes_when_the_response_has_ended() -> None:
    connection = asked()
    assert events(connection, post() + post()) == []
    connection.send(Completed(RESPONSE))
    (second,) = events(connection)
    assert isinstance(second, RequestReceived)
    connection.send(Completed(RESPONSE))
    (third,) = events(connection)
    assert isinstance(third, RequestReceived)
    assert (second.sequence, third.sequence) == (1, 2)


def test_requests_sent_ahead_are_not_read_again_for_each_one(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    receive_data = h11.Connection.receive_data

    def counted(wire: h11.Connection, data: bytes) -> None:
        read.append(len(data))
        receive_data(wire, data)

    monkeypatch.setattr(h11.Connection, "receive_data", counted)
    connection = Connection()
    connection.receive_data(post() * 3000)
    for _ in range(3000):
        assert [type(event) for event in events(connection)] == [RequestReceived]
        connection.send(Completed(RESPONSE))
    assert max(read) <= 64 * 1024
    assert len(read) < 3100


@pytest.mark.parametrize("chunked", [True, False])
def test_a_large_body_behind_another_request(chunked: bool) -> None:
    text = b"a" * 300_000
    body = BODY.replace(b"hi", text)
    wire = post(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body), framing=b"transfer-encoding: chunked")
    connection = asked()
    connection.receive_data((wire if chunked else post(body)) + post())
    connection.receive_data(b"")
    connection.send(Completed(RESPONSE))
    (large,) = events(connection)
    assert isinstance(large, RequestReceived)
    assert large.body == body
    connection.send(Completed(RESPONSE))
    assert [type(event) for event in events(connection)] == [RequestReceived, ConnectionClosed]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"GET / HTTP/1.1\r\nhost: h\r\na b: c\r\n\r\n", "illegal header line"),
        (b"GARBAGE\r\n\r\n", "illegal request line"),
        (b"GET / HTTP/1.1\r\nhost: h\r\nx: " + b"a" * 70_000, "the request head is too large"),
        (b"GET / HTTP/1.1\r\nhost: h\r\nx: " + b"a" * 65_536 + b"\r\n\r\n", "the request head is too large"),
        (b"GET / HTTP/1.1\r\n\r\n", "Missing mandatory Host: header"),
    ],
)
def test_a_refusal_shows_nothing_of_python(head: bytes, message: str) -> None:
    connection = Connection()
    events(connection, head)
    assert Answered(connection.data_to_send()).error["message"] == message


def test_100_continue_is_sent_to_who_waits_for_it() -> None:
    connection = Connection()
    whole = post(BODY, b"expect: 100-continue")
    assert events(connection, whole[: -len(BODY)]) == []
    assert connection.data_to_send() == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert connection.data_to_send() == b""
    assert [type(event) for event in events(connection, BODY)] == [RequestReceived]


def test_100_continue_is_not_sent_to_who_did_not_wait() -> None:
    connection = Connection()
    events(connection, post(BODY, b"expect: 100-continue"))
    assert connection.data_to_send() == b""


def test_an_unsent_100_continue_goes_before_the_response() -> None:
    connection = Connection()
    whole = post(BODY, b"expect: 100-continue")
    events(connection, whole[: -len(BODY)])
    events(connection, BODY)
    assert connection.send(Completed(RESPONSE)).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")


# -- what cannot be a request --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (post(BODY, b"content-length: 1", b"content-length: 2"), 400),
        (post(BODY, framing=b"transfer-encoding: gzip"), 501),
        (post(BODY, b"transfer-encoding: chunked"), 400),
        (post(b"zz\r\n", framing=b"transfer-encoding: chunked"), 400),
        (b"GET / HTTP/1.1\r\nhost: h\r\nx: " + b"a" * 70_000, 431),
        (post(b"", framing=b"content-length: %d" % (128 * 2**20 + 1)), 413),
    ],
)
def test_it_is_refused_and_the_connection_ends(data: bytes, status: int) -> None:
    connection = Connection()
    assert events(connection, data) == []
    answer = Answered(connection.data_to_send())
    assert (answer.status, answer.headers["connection"], answer.whole) == (status, "close", True)
    assert connection.should_close
    assert events(connection, post()) == []
    assert connection.data_to_send() == b""


@pytest.mark.parametrize(("size", "refused"), [(100, False), (101, True)])
def test_a_head_may_be_so_long_and_no_longer(size: int, refused: bool) -> None:
    head = b"GET / HTTP/1.1\r\nhost: h\r\nx: "
    head += b"a" * (size - len(head) - 4)
    for data in (head + b"aaaa", head + b"\r\n\r\n", head + b"\r\n\r\n" + head):
        connection = Connection(limits=Limits(head=100))
        events(connection, data)
        assert connection.should_close is refused


@pytest.mark.parametrize(("limit", "status"), [(len(BODY), 200), (len(BODY) - 1, 413)])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_may_be_so_long_and_no_longer(limit: int, status: int, chunked: bool) -> None:
    connection = Connection(limits=Limits(body=limit))
    wire = post(b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY), framing=b"transfer-encoding: chunked")
    for event in events(connection, wire if chunked else post()):
        assert isinstance(event, RequestReceived)
        assert connection.send(Completed(RESPONSE)).startswith(b"HTTP/1.1 200")
        return
    assert Answered(connection.data_to_send()).status == status


def test_a_body_that_is_cut_off_is_refused() -> None:
    connection = Connection()
    events(connection, post()[:-1])
    assert [type(event) for event in events(connection, b"")] == [ConnectionClosed]
    assert Answered(connection.data_to_send()).status == 400
    assert connection.should_close


def test_a_head_that_is_cut_off_is_refused() -> None:
    connection = Connection()
    events(connection, post()[:9])
    assert [type(event) for event in events(connection, b"")] == [ConnectionClosed]
    assert connection.should_close


def test_a_client_that_sends_more_than_a_body_ahead_is_no_longer_heard() -> None:
    connection = asked(limits=Limits(body=100))
    assert events(connection, b"x" * 100) == []
    connection.receive_data(b"x")
    connection.receive_data(b"x")
    assert connection.send(Completed(RESPONSE)).startswith(b"HTTP/1.1 200")
    assert connection.should_close
    assert events(connection) == []


# -- the end of the connection -------------------------------------------------------------------------------


def test_a_close_between_requests_is_told_once() -> None:
    connection = Connection()
    assert events(connection, b"") == [ConnectionClosed()]
    assert connection.should_close
    assert events(connection, post()) == []


def test_a_close_behind_requests_is_told_behind_them() -> None:
    connection = Connection()
    connection.receive_data(post() + post())
    connection.receive_data(b"")
    assert [type(event) for event in events(connection)] == [RequestReceived]
    connection.send(Completed(RESPONSE))
    assert [type(event) for event in events(connection)] == [RequestReceived, ConnectionClosed]
    assert not connection.should_close
    connection.send(Completed(RESPONSE))
    assert connection.should_close


def test_a_close_during_the_response_is_told_at_once() -> None:
    connection = asked(STREAM)
    connection.send(TextDelta("a"))
    assert events(connection, b"") == [ConnectionClosed()]
    assert not connection.should_close
    assert connection.send(Completed(RESPONSE)).endswith(b"0\r\n\r\n")
    assert connection.should_close


@pytest.mark.parametrize(("lines", "version"), [((b"connection: close",), b"1.1"), ((), b"1.0")])
def test_a_client_that_wants_no_second_request_is_let_go(lines: tuple[bytes, ...], version: bytes) -> None:
    connection = asked(BODY, *lines, version=version)
    answer = Answered(connection.send(Completed(RESPONSE)))
    assert (answer.whole, answer.headers["connection"]) == (True, "close")
    assert connection.should_close


def test_the_server_may_let_go_too() -> None:
    connection = asked()
    connection.send(ResponseHeaders((("connection", "close"),)))
    connection.send(Completed(RESPONSE))
    assert connection.should_close


# -- responses -----------------------------------------------------------------------------------------------


def test_without_a_stream_the_response_is_one_document() -> None:
    connection = asked()
    assert connection.send(Started("c", 1, "m")) == connection.send(TextDelta("hi")) == b""
    answer = Answered(connection.send(Completed(RESPONSE)))
    assert (answer.status, answer.headers["content-type"], answer.whole) == (200, "application/json", True)
    assert msgspec.json.decode(answer.body)["choices"][0]["message"]["content"] == "hi"
    assert answer.rest == b""


def test_a_stream_begins_with_its_first_output_and_ends_with_its_marker() -> None:
    connection = asked(STREAM)
    assert connection.send(Started("c", 1, "m")) == b""
    first = connection.send(TextDelta("hi"))
    last = connection.send(Completed(RESPONSE))
    assert last.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
    answer = Answered(first + last)
    assert (answer.status, answer.whole) == (200, True)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.body.startswith(b"data: {")
    assert answer.body.endswith(b"data: [DONE]\n\n")


def test_a_stream_to_an_old_client_ends_with_the_connection() -> None:
    connection = asked(STREAM, version=b"1.0")
    data = connection.send(TextDelta("hi")) + connection.send(Completed(RESPONSE))
    assert Answered(data, closed=True).body.endswith(b"data: [DONE]\n\n")
    assert connection.should_close


@pytest.mark.parametrize("body", [BODY, STREAM])
def test_a_failure_before_any_output_has_its_status(body: bytes) -> None:
    connection = asked(body)
    connection.send(Started("c", 1, "m"))
    answer = Answered(connection.send(Failed(Failure(kind="overloaded", message="busy", retry_after=3.0))))
    assert (answer.status, answer.headers["retry-after"], answer.error["message"]) == (503, "3", "busy")
    assert not connection.should_close


def test_a_failure_after_output_is_a_record() -> None:
    connection = asked(STREAM)
    data = connection.send(TextDelta("hi")) + connection.send(Failed(Failure(kind="truncated", message="cut")))
    answer = Answered(data)
    assert (answer.status, answer.whole) == (200, True)
    assert b'data: {"error":{"message":"cut"' in answer.body


def test_headers_are_added_to_the_head() -> None:
    connection = asked()
    assert connection.send(ResponseHeaders((("x-request-id", "req_1"),))) == b""
    assert Answered(connection.send(Completed(RESPONSE))).headers["x-request-id"] == "req_1"


def test_headers_behind_the_head_are_misuse() -> None:
    connection = asked(STREAM)
    connection.send(TextDelta("hi"))
    with pytest.raises(LocalProtocolError, match="head has been written"):
        connection.send(ResponseHeaders((("x-a", "b"),)))


def test_a_raw_response_is_sent_as_it_is() -> None:
    answer = Answered(asked().send(RawResponse(502, (("content-type", "text/html"),), b"<html>")))
    assert (answer.status, answer.headers["content-type"], answer.body) == (502, "text/html", b"<html>")


def test_a_raw_response_without_content() -> None:
    answer = Answered(asked().send(RawResponse(204)))
    assert (answer.status, answer.body, answer.whole) == (204, b"", True)
    assert "content-length" not in answer.headers


def test_a_raw_response_may_come_in_pieces() -> None:
    connection = asked()
    data = connection.send(RawResponse(200, (("x-a", "b"),), None))
    data += connection.send(Data(b"ab")) + connection.send(Data(b"")) + connection.send(Data(b"c"))
    answer = Answered(data + connection.send(EndOfBody()))
    assert (answer.body, answer.whole, answer.headers["transfer-encoding"]) == (b"abc", True, "chunked")


def test_pieces_of_an_announced_length_are_not_chunked() -> None:
    connection = asked()
    data = connection.send(RawResponse(200, (("Content-Length", "2"),), None)) + connection.send(Data(b"ab"))
    assert not Answered(data).whole or data.endswith(b"ab")
    answer = Answered(data + connection.send(EndOfBody()))
    assert (answer.body, answer.whole) == (b"ab", True)


def test_raw_data_stands_in_a_stream() -> None:
    connection = asked(STREAM)
    data = connection.send(Data(b": ping\n\n")) + connection.send(EndOfBody())
    answer = Answered(data)
    assert (answer.headers["content-type"], answer.body) == ("text/event-stream; charset=utf-8", b": ping\n\n")


def test_a_head_request_gets_no_body() -> None:
    connection = Connection(models=["m"])
    events(connection, get(b"/v1/models", b"HEAD"))
    answer = Answered(connection.data_to_send(), "HEAD")
    assert (answer.status, answer.body, answer.rest) == (200, b"", b"")
    assert int(answer.headers["content-length"]) > 0


# -- misuse --------------------------------------------------------------------------------------------------


def test_sending_without_a_request_is_misuse() -> None:
    with pytest.raises(LocalProtocolError, match="no request"):
        Connection().send(TextDelta("hi"))
    connection = asked()
    connection.send(Completed(RESPONSE))
    with pytest.raises(LocalProtocolError, match="no request"):
        connection.send(TextDelta("hi"))


def test_a_piece_before_the_head_is_misuse() -> None:
    with pytest.raises(LocalProtocolError, match="before the response's head"):
        asked().send(Data(b"a"))


@pytest.mark.parametrize(
    "response", [RawResponse(200, (("x\n", "a"),)), RawResponse(200, (("x", "\u20ac"),)), RawResponse(99)]
)
def test_an_invalid_head_is_misuse(response: RawResponse) -> None:
    with pytest.raises(LocalProtocolError, match="not a valid response"):
        asked().send(response)


def test_a_body_shorter_than_announced_is_misuse() -> None:
    connection = asked()
    connection.send(RawResponse(200, (("content-length", "2"),), None))
    with pytest.raises(LocalProtocolError, match="Too little data"):
        connection.send(EndOfBody())
