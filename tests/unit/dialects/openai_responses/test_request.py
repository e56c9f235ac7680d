"""A ChatRequest as the body of `POST /responses`."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio.dialects.codec import Encoded, Terms
from sansio.dialects.openai_responses import CODEC
from sansio.http import Limits
from sansio.types import (
    ApproximateLocation,
    ChatRequest,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    ModelRule,
    Opaque,
    Provider,
    Quirks,
    ReasoningPart,
    StreamOptions,
    TextFormat,
    Thinking,
    UserLocation,
    WebSearchOptions,
)

_PROVIDER = Provider(name="p", base_url="http://p/v1", dialect="openai_responses", keyless=True)


def _encoded(request: ChatRequest, *, stream: bool = False, provider: Provider = _PROVIDER) -> Encoded:
    return CODEC.encode(request, Terms(provider=provider, stream=stream, limits=Limits()))


def _body(*, stream: bool = False, provider: Provider = _PROVIDER, **parameters: Any) -> dict[str, object]:
    """The body of a request that loses nothing, without what every body has."""
    encoded = _encoded(_asked(**parameters), stream=stream, provider=provider)
    assert encoded.losses == ()
    assert isinstance(encoded.body, bytes)
    body = cast("dict[str, object]", msgspec.json.decode(encoded.body))
    return {name: value for name, value in body.items() if name not in {"model", "input"}}


def _asked(**parameters: object) -> ChatRequest:
    return msgspec.structs.replace(ChatRequest(model="p/m", messages="hi"), **parameters)


def _lost(**parameters: object) -> list[str]:
    return [loss.path for loss in _encoded(_asked(**parameters)).losses]


def test_a_text_is_the_input() -> None:
    encoded = _encoded(_asked())
    assert (encoded.method, encoded.path) == ("POST", "/responses")
    assert encoded.body == b'{"model":"m","input":"hi"}'


def test_the_path_may_be_the_providers_own() -> None:
    provider = msgspec.structs.replace(_PROVIDER, paths={"responses": "/v9/{model}/responses"})
    assert _encoded(_asked(), provider=provider).path == "/v9/m/responses"


def test_parameters_of_the_same_name_go_as_they_are() -> None:
    given: dict[str, Any] = {
        "temperature": 0.5,
        "store": True,
        "metadata": {"a": "b"},
        "service_tier": "flex",
        "user": "u",
    }
    assert _body(**given) == given
    assert _body(temperature=None) == {}


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_the_limit_of_tokens_has_one_name(name: str) -> None:
    given: dict[str, Any] = {name: 5}
    assert _body(**given) == {"max_output_tokens": 5}
    assert _body(max_tokens=5, max_completion_tokens=5) == {"max_output_tokens": 5}


def test_two_limits_of_tokens_are_one_too_many() -> None:
    assert _lost(max_tokens=5, max_completion_tokens=6) == ["max_tokens"]


def test_the_format_of_the_text_is_flat() -> None:
    schema = JsonSchema("n", {"type": "object"}, extra={"x": Raw(b"1")})
    assert _body(response_format=JsonSchemaFormat(schema), verbosity="low") == {
        "text": {
            "format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "x": 1},
            "verbosity": "low",
        }
    }
    assert _body(response_format=JsonObjectFormat()) == {"text": {"format": {"type": "json_object"}}}
    assert _body(response_format=TextFormat()) == {"text": {"format": {"type": "text"}}}


def test_what_the_caller_adds_to_an_object_is_joined_with_ours() -> None:
    extra = {"text": Raw(b'{"x":1}'), "reasoning": Raw(b'{"summary":"auto"}'), "background": Raw(b"true")}
    assert _body(verbosity="low", extra=extra) == {
        "text": {"verbosity": "low", "x": 1},
        "reasoning": {"summary": "auto"},
        "background": True,
    }
    assert _body(verbosity="low", extra={"text": Raw(b"7"), "include": Raw(b"8")}) == {"text": 7, "include": 8}


def test_how_much_the_model_reasons_is_an_effort() -> None:
    assert _body(reasoning_effort="low") == {"reasoning": {"effort": "low"}}
    assert _body(thinking=Thinking("disabled")) == {"reasoning": {"effort": "none"}}
    assert _body(thinking=Thinking("disabled"), reasoning_effort="low") == {"reasoning": {"effort": "low"}}
    assert _body(thinking=Thinking("adaptive", display="summarized")) == {"reasoning": {"summary": "auto"}}
    assert _body(thinking=Thinking("enabled")) == {}


def test_a_budget_of_reasoning_is_lost() -> None:
    thinking = Thinking("enabled", budget_tokens=1024, extra={"x": Raw(b"1")})
    assert _lost(thinking=thinking) == ["thinking.budget_tokens", "thinking.extra"]


def test_log_probabilities_are_included() -> None:
    extra = {"include": Raw(b'["message.output_text.logprobs","x"]')}
    assert _body(logprobs=True, top_logprobs=2, extra=extra) == {
        "include": ["message.output_text.logprobs", "x"],
        "top_logprobs": 2,
    }
    assert _body(logprobs=False) == {}


def test_reasonings_that_nobody_stores_are_asked_for_whole() -> None:
    whole = {"include": ["reasoning.encrypted_content"], "store": False}
    assert _body(store=False, reasoning_effort="low") == {**whole, "reasoning": {"effort": "low"}}
    state = Opaque("openai_responses", Raw(b'{"type":"reasoning"}'))
    said = [Message("assistant", None, parts=[ReasoningPart(state=state)]), sansio.user("go on")]
    assert _body(store=False, messages=said) == whole
    assert _body(store=False) == {"store": False}
    assert _body(reasoning_effort="low") == {"reasoning": {"effort": "low"}}
    plain = [Message("assistant", "a", parts=[sansio.types.TextPart(text="a")]), sansio.user("go on")]
    assert _body(store=False, messages=plain) == {"store": False}


def test_a_search_of_the_web_is_a_tool() -> None:
    place = UserLocation(ApproximateLocation(city="Bern"))
    assert _body(web_search_options=WebSearchOptions("low", place)) == {
        "tools": [
            {
                "type": "web_search",
                "search_context_size": "low",
                "user_location": {"type": "approximate", "city": "Bern"},
            }
        ]
    }
    assert _body(web_search_options=WebSearchOptions()) == {"tools": [{"type": "web_search"}]}


def test_the_verb_decides_whether_it_streams() -> None:
    options = StreamOptions(include_usage=True, include_obfuscation=False, extra={"x": Raw(b"1")})
    assert _body(stream=True) == {"stream": True}
    assert _body(stream_options=options) == {}
    told = {"x": 1, "include_obfuscation": False}
    assert _body(stream=True, stream_options=options) == {"stream": True, "stream_options": told}
    assert _body(stream=True, stream_options=StreamOptions(include_usage=True)) == {"stream": True}


def test_parameters_that_the_api_lacks_are_losses() -> None:
    assert _lost(n=2, seed=1, stop=["x"], modalities=["audio"]) == ["n", "stop", "seed", "modalities"]
    assert _lost(n=1, frequency_penalty=0, modalities=["text"]) == []


def test_a_provider_has_rules() -> None:
    quirks = Quirks(
        members={"top_p": None, "safe": "yes"},
        roles={"system": "developer"},
        forbidden=frozenset({"instructions"}),
        models=(ModelRule(pattern="m", forbidden=frozenset({"temperature"})),),
    )
    provider = msgspec.structs.replace(_PROVIDER, quirks=quirks)
    conversation = [sansio.system("be"), sansio.user("hi")]
    encoded = _encoded(_asked(temperature=0.5, top_p=0.5, messages=conversation), provider=provider)
    assert [loss.path for loss in encoded.losses] == ["temperature"]
    assert msgspec.json.decode(bytes(cast("bytes", encoded.body))) == {
        "model": "m",
        "input": [{"role": "developer", "content": "be"}, {"role": "user", "content": "hi"}],
        "safe": "yes",
    }


def test_what_is_no_json_is_the_callers_mistake() -> None:
    with pytest.raises(sansio.LocalProtocolError, match="no JSON"):
        _encoded(_asked(metadata={"a": object()}))
