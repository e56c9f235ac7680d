"""Double: a provider that replies as scripted, bytes in and actions out."""

from __future__ import annotations

import h11
import msgspec
import pytest

from sansio.dialects.served import Served
from sansio.errors import Failure
from sansio.events import Data, Failed
from sansio.gateway import Action, Close, EndOfBody, Pause, Reset, Step, Write
from sansio.http import Limits
from sansio.testing import Call, Double, Reply, answer, error, raw
from sansio.types import (
    ChatRequest,
    ChatResponse,
    Embedding,
    EmbeddingRequest,
    EmbeddingResponse,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    Opaque,
    assistant,
    user,
)

HELLO = answer("hello there", pieces=2)
HI = ChatRequest(model="m", messages=[user("hi there")])


def post(request: ChatRequest) -> bytes:
    body = msgspec.json.encode(request)
    return b"POST /v1/chat/completions HTTP/1.1\r\nhost: h\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def ask(double: Double, request: ChatRequest = HI, *, stream: bool = False) -> list[Action]:
    """What the double does about the request on a connection of its own."""
    connection = double.connect()
    connection.receive_data(post(msgspec.structs.replace(request, stream=stream)))
    return list(iter(connection.next_action, None))


def written(actions: list[Action]) -> tuple[int, bytes, bool]:
    """Status and body as far as they were written, and whether the body is whole."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="POST", target="/", headers=[("host", "h")]))
    client.send(h11.EndOfMessage())
    client.receive_data(b"".join(action.data for action in actions if isinstance(action, Write)))
    head = client.next_event()
    assert isinstance(head, h11.Response)
    body = b""
    while isinstance(event := client.next_event(), h11.Data):
        body += event.data
    return head.status_code, body, isinstance(event, h11.EndOfMessage)


def said(double: Double, request: ChatRequest = HI) -> ChatResponse:
    status, body, whole = written(ask(double, request))
    assert (status, whole) == (200, True)
    return msgspec.json.decode(body, type=ChatResponse)


def test_without_a_script_it_echoes() -> None:
    response = said(Double())
    assert (response.text, response.model, response.finish_reason) == ("hi there", "m", "stop")
    assert response.usage is not None
    assert response.usage.total_tokens == 4
    _, body, _ = written(ask(Double(), stream=True))
    assert body.count(b'{"content":') == 2
    assert body.endswith(b"data: [DONE]\n\n")


def test_an_echo_of_nothing_is_empty() -> None:
    assert said(Double(), ChatRequest(model="m", messages=[])).text == ""
    assert said(Double(), ChatRequest(model="m", messages=[assistant()])).text == ""


def test_a_tool_that_must_be_called_is_called() -> None:
    tools = [Opaque("openai_chat", msgspec.Raw(b'{"type":"web"}')), FunctionTool(FunctionDefinition("f"))]
    request = msgspec.structs.replace(HI, tools=tools, tool_choice="required")
    assert [call.name for call in said(Double(), request).tool_calls] == ["f"]
    request = msgspec.structs.replace(HI, tools=tools, tool_choice=FunctionChoice.of("g"))
    assert [call.name for call in said(Double(), request).tool_calls] == ["g"]
    assert said(Double(), msgspec.structs.replace(HI, tool_choice="required")).text == "hi there"


def test_one_reply_is_given_always() -> None:
    double = Double(answer("yes"))
    assert [said(double).text, said(double).text] == ["yes", "yes"]


def test_replies_are_given_in_order_until_none_is_left() -> None:
    double = Double([answer("a"), answer("b")])
    assert [said(double).text, said(double).text] == ["a", "b"]
    status, body, _ = written(ask(double))
    assert (status, b"no reply left" in body) == (500, True)


def test_a_function_chooses_the_reply() -> None:
    assert said(Double(lambda request: answer(request.model))).text == "m"


def test_the_requests_are_recorded() -> None:
    double = Double()
    ask(double)
    (received,) = double.received
    assert received.target == "/v1/chat/completions"
    assert [request.conversation for request in double.requests] == [HI.conversation]


def test_answers_have_an_id_of_their_own() -> None:
    double = Double(HELLO)
    writes = [action.data for _ in range(2) for action in ask(double) if isinstance(action, Write)]
    assert [b"x-request-id: req_1" in data for data in writes] == [True, False]
    assert [b'"id":"chatcmpl-2"' in data for data in writes] == [False, True]


def test_a_whole_answer_is_the_same_streamed_or_not() -> None:
    reply = answer("so", reasoning="hm", calls=[Call("f", '{"a":1}')], pieces=2)
    response = said(Double(reply))
    assert (response.text, response.reasoning) == ("so", "hm")
    assert [call.arguments for call in response.tool_calls] == ['{"a":1}']
    _, body, whole = written(ask(Double(reply), stream=True))
    assert whole
    assert body.count(b"data: ") == 1 + 2 + 2 + 2 + 1 + 1


def test_an_error_is_the_response() -> None:
    status, body, whole = written(ask(Double(error(429, "slow")), stream=True))
    assert (status, b'"message":"slow"' in body, whole) == (429, True, True)
    raw_error = error(500, body=b"<html>")
    assert not any(isinstance(action, Write) and b"x-request-id" in action.data for action in ask(Double(raw_error)))
    own = error(500, headers=(("X-Request-Id", "mine"),))
    assert any(isinstance(action, Write) and b"X-Request-Id: mine" in action.data for action in ask(Double(own)))
    assert not any(isinstance(action, Write) and b"req_1" in action.data for action in ask(Double(own)))


def test_a_stall_before_the_head() -> None:
    pause, *rest = ask(Double(HELLO.before(0, Pause(5))), stream=True)
    assert pause == Pause(5)
    assert written(rest)[2]


def test_a_stall_in_the_middle() -> None:
    first, pause, *_ = ask(Double(HELLO.before(1, Pause(5))), stream=True)
    assert isinstance(first, Write)
    assert pause == Pause(5)


def test_raw_bytes_in_a_stream_and_on_the_wire() -> None:
    _, body, _ = written(ask(Double(HELLO.before(0, Data(b"data: {oops\n\n"))), stream=True))
    assert body.startswith(b"data: {oops\n\n")
    assert ask(Double(raw(b"garbage"))) == [Write(b"garbage"), Close()]
    assert written(ask(Double(HELLO.before(0, Data(b"in a stream only")))))[2]


@pytest.mark.parametrize(
    ("end", "whole", "last"),
    [(EndOfBody(), True, Write), (Close(), False, Close), (Reset(), False, Reset)],
)
@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_that_breaks_off(end: Step, whole: bool, last: type[Action], stream: bool) -> None:
    actions = ask(Double(HELLO.until(1, end)), stream=stream)
    status, body, complete = written(actions)
    assert (status, complete, type(actions[-1])) == (200, whole, last)
    assert body.startswith(b"data: {" if stream else b'{"id"')
    assert b"there" not in body
    assert not body.endswith((b"[DONE]\n\n", b"}}"))


def test_a_connection_that_breaks_off_before_any_output() -> None:
    assert ask(Double(HELLO.until(0, Close()))) == [Close()]


@pytest.mark.parametrize(("stream", "status"), [(True, 200), (False, 503)])
def test_a_failure_in_the_middle(stream: bool, status: int) -> None:
    reply = HELLO.until(1, Failed(Failure(kind="overloaded", message="busy")))
    told, body, whole = written(ask(Double(reply), stream=stream))
    assert (told, whole, b"busy" in body) == (status, True, True)


@pytest.mark.parametrize("models", [("m",), None])
def test_models_are_listed_if_there_are_any(models: tuple[str, ...] | None) -> None:
    connection = Double(models=models).connect()
    connection.receive_data(b"GET /v1/models HTTP/1.1\r\nhost: h\r\n\r\n")
    assert written(list(iter(connection.next_action, None)))[0] == (404 if models is None else 200)


def test_its_limits_are_those_of_its_connections() -> None:
    double = Double(limits=Limits(body=10))
    refusal, close = ask(double)
    assert written([refusal])[0] == 413
    assert close == Close()
    assert double.received == []


def test_a_connection_serves_many_requests() -> None:
    connection = Double(HELLO).connect()
    connection.receive_data(post(HI) + post(HI))
    assert len(list(iter(connection.next_action, None))) == 2


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_of_nothing_is_an_answer(stream: bool) -> None:
    status, body, whole = written(ask(Double(Reply((), whole=True)), stream=stream))
    assert (status, whole) == (200, True)
    assert (b"[DONE]" in body) is stream


EMBED = b'POST /v1/embeddings HTTP/1.1\r\nhost: h\r\ncontent-length: 26\r\n\r\n{"model":"m","input":"hi"}'


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (EmbeddingResponse(data=[Embedding(0, (1.0,))], model="m"), 200),
        (Failure(kind="rate_limited", message="no"), 429),
    ],
)
def test_operations_beside_the_chat(found: EmbeddingResponse | Failure, status: int) -> None:
    asked: list[Served] = []

    def answer(request: Served) -> EmbeddingResponse | Failure:
        asked.append(request)
        return found

    double = Double(operations=answer)
    for double_, expected in ((double, status), (Double(), 404)):
        connection = double_.connect()
        connection.receive_data(EMBED)
        assert written(list(iter(connection.next_action, None)))[::2] == (expected, True)
    assert asked == [EmbeddingRequest(model="m", input="hi")]
    assert double.received == []
