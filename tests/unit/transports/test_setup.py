"""From a request to a call: who is asked, and with which options."""

from __future__ import annotations

import msgspec
import pytest

import sansio
from sansio import ChatRequest, LocalProtocolError
from sansio.commands import Ask, Broken, Done, Leased
from sansio.models import ModelInfo, Registry
from sansio.types import CountTokensRequest, CreateBatchRequest, ListModelsRequest, Request
from sansio.wire.verbs import Connect, Send
from sansio_transports._setup import Configuration, Options, Setup

ONE = sansio.provider("openai_compatible", name="one", api_key="k1", base_url="http://one.test/v1")
TWO = sansio.provider("openai_compatible", name="two", api_key="k2", base_url="http://two.test/v1")
WITH_ALL = msgspec.structs.replace(ONE, operations=sansio.provider("openai").operations)


def sent(setup: Setup, request: Request[object]) -> tuple[str, bytes]:
    """The host that is asked, and the bytes that it is sent first."""
    call = setup.call(request, stream=False, name="1", now=0.0)
    (ask,) = call.verbs
    assert isinstance(ask, Ask)
    answer = setup.shared.ask(ask.question, 0.0).answer
    assert isinstance(answer, Leased | Done | Broken)
    call.resume(ask, answer)
    (connect,) = call.verbs
    assert isinstance(connect, Connect)
    call.resume(connect, Done(0.0))
    (send,) = call.verbs
    assert isinstance(send, Send)
    return connect.host, send.data


def body(data: bytes) -> dict[str, object]:
    return msgspec.json.decode(data.partition(b"\r\n\r\n")[2], type=dict[str, object])


@pytest.mark.parametrize(
    ("model", "host", "native"),
    [
        ("one/m", "one.test", "m"),
        ("two/org/m:latest", "two.test", "org/m:latest"),
        ("one/one/m", "one.test", "one/m"),
        ("two:m", "two.test", "m"),
        ("two:m:latest", "two.test", "m:latest"),
    ],
)
def test_the_first_word_of_the_model_names_the_provider(model: str, host: str, native: str) -> None:
    asked, data = sent(Setup(providers=[ONE, TWO]), ChatRequest(model=model, messages="hi"))
    assert (asked, body(data)["model"]) == (host, native)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("m", "names no configured provider; configured: one, two"),
        ("three/m", "names no configured provider"),
        ("org/one:m", "names no configured provider"),
        ("one/", "names a provider, and no model"),
        ("one:", "names a provider, and no model"),
    ],
)
def test_a_model_that_names_none_is_refused(model: str, message: str) -> None:
    with pytest.raises(LocalProtocolError, match=message):
        Setup(providers=[ONE, TWO]).call(ChatRequest(model=model, messages="hi"), stream=False, name="1", now=0.0)


def test_what_names_no_model_has_no_provider() -> None:
    with pytest.raises(LocalProtocolError, match="names no model"):
        Setup(providers=[ONE]).call(Request[object](), stream=False, name="1", now=0.0)


def test_a_request_without_a_model_names_its_provider() -> None:
    setup = Setup(providers=[WITH_ALL, TWO])
    host, data = sent(setup, ListModelsRequest(provider="one"))
    assert (host, data.partition(b"\r\n")[0]) == ("one.test", b"GET /v1/models HTTP/1.1")


def test_a_provider_goes_before_a_model() -> None:
    request = CreateBatchRequest(provider="one", model="two/m", input_file_id="f", endpoint="e")
    setup = Setup(providers=[WITH_ALL, TWO], on_loss="drop")
    assert sent(setup, request)[0] == "one.test"


def test_a_provider_that_is_not_configured_is_refused() -> None:
    for name, message in (
        ("three", "provider 'three' names no configured provider; configured: one, two"),
        ("", "names no"),
    ):
        with pytest.raises(LocalProtocolError, match=message):
            Setup(providers=[ONE, TWO]).call(ListModelsRequest(provider=name), stream=False, name="1", now=0.0)


@pytest.mark.parametrize("model", ["one/gpt-4o", "one:gpt-4o"])
def test_a_model_may_stand_in_the_chat_that_is_asked_about(model: str) -> None:
    request = CountTokensRequest(ChatRequest(model=model, messages="hi"))
    assert body(sent(Setup(providers=[WITH_ALL]), request)[1])["model"] == "gpt-4o"


def test_two_providers_of_one_name_are_refused() -> None:
    with pytest.raises(LocalProtocolError, match="one name"):
        Setup(providers=[ONE, ONE])


def test_headers_query_and_fields_of_a_call_are_added_to_the_clients() -> None:
    setup = Setup(providers=[ONE], headers={"X-A": "1", "x-b": "1"}, query={"q": "1"}, extra={"f": 1, "g": 1})
    call = setup.having({"headers": {"x-a": "2"}, "query": {"r": "2"}, "extra": {"g": 2}})
    _, data = sent(call, ChatRequest(model="one/m", messages="hi"))
    head = data.partition(b"\r\n\r\n")[0]
    assert head.startswith(b"POST /v1/chat/completions?q=1&r=2 HTTP/1.1\r\n")
    assert b"\r\nx-a: 2\r\n" in head + b"\r\n"
    assert b"\r\nx-b: 1\r\n" in head + b"\r\n"
    assert {name: body(data)[name] for name in ("f", "g")} == {"f": 1, "g": 2}


def test_an_unknown_option_is_a_type_error() -> None:
    unknown: Configuration = {"patience": 5}  # type: ignore[typeddict-unknown-key]  # pyright: ignore[reportAssignmentType]
    with pytest.raises(TypeError):
        Options().having(unknown)


@pytest.mark.parametrize("value", [float("nan"), msgspec.Raw(b"{"), object()])
def test_a_further_field_that_is_no_json_is_refused(value: object) -> None:
    setup = Setup(providers=[ONE], extra={"f": value})
    with pytest.raises(LocalProtocolError, match="f"):
        setup.call(ChatRequest(model="one/m", messages="hi"), stream=False, name="1", now=0.0)


def test_a_registry_of_the_client_s_own_knows_the_models() -> None:
    """As the limit shows that Claude's API requires."""
    mine = Registry([ModelInfo(provider="anthropic", id="claude-opus-4-6", max_output_tokens=77)])
    claude = sansio.provider("anthropic", api_key="k", base_url="http://one.test")
    _, data = sent(
        Setup(providers=[claude], registry=mine), ChatRequest(model="anthropic/claude-opus-4-6", messages="hi")
    )
    assert body(data)["max_tokens"] == 77
