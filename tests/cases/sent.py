"""Request cases: what LiteLLM sends or refuses, and what this library does, on the same terms.

Gemini's members may be spelled in camel or in snake case, which the API takes as the same.  What LiteLLM refuses as a bad
request before it sends anything, this library may refuse as a loss: that is the same answer, and tells more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import msgspec

from sansio import ChatRequest, Exchange, HttpRequest, LocalProtocolError, UnsupportedParameterError, dialects
from sansio.errors import Failure
from sansio.types import EmbeddingRequest, ImageRequest, RerankRequest
from tests.cases.litellm import Case, exchange_of, native_model, provider_of

Outcome = tuple[object, ...]


def agrees(case: Case) -> bool:
    """Whether both do the same."""
    ours, theirs = request_outcome(case), expected_request(case)
    return ours == theirs or (theirs == ("refused",) and ours == ("unsupported",))


def request_outcome(case: Case) -> Outcome:
    """What this library makes of a request case."""
    try:
        request = _ENDPOINTS[case["input"]["endpoint"]](case)
    except UnsupportedParameterError:
        return ("unsupported",)
    except LocalProtocolError:
        return ("refused",)
    body = request.body if isinstance(request.body, bytes) else b""
    return sent(case, request.method, request.url, json.loads(body or b"null"))


def expected_request(case: Case) -> Outcome:
    """What LiteLLM makes of it."""
    expected = case["expected"]
    if "exception" in expected:
        return ("unsupported",) if expected["exception"]["type"] == "UnsupportedParamsError" else ("refused",)
    request = expected["request"]
    return sent(case, request["method"], request["url"], request["body"])


def sent(case: Case, method: str, url: str, body: object) -> Outcome:
    """An HTTP request as it is compared."""
    parts = urlsplit(url)
    body = plain(body)
    if case["provider"] in {"gemini", "vertex_ai"}:
        body = _camel(body)
    return method, f"{parts.scheme}://{parts.netloc}{parts.path}", frozenset(parse_qsl(parts.query)), body


def plain(value: object) -> object:
    """JSON without what is null or empty, which is the same as absent."""
    if isinstance(value, dict):
        members = {name: plain(member) for name, member in cast("Case", value).items()}
        return {name: member for name, member in members.items() if member not in (None, "", [], {})}
    return [plain(item) for item in cast("list[object]", value)] if isinstance(value, list) else value


def _camel(value: object) -> object:
    if isinstance(value, dict):
        return {
            re.sub(r"_([a-z])", lambda found: found[1].upper(), name): _camel(member)
            for name, member in cast("Case", value).items()
        }
    return [_camel(item) for item in cast("list[object]", value)] if isinstance(value, list) else value


def _chat(case: Case) -> HttpRequest:
    return exchange_of(case).request


def _typed(type_: type[Any]) -> Callable[[Case], HttpRequest]:
    """The parameters of an endpoint are the fields of a request of this library's."""

    def request(case: Case) -> HttpRequest:
        asked = msgspec.convert({**case["input"]["params"], "model": native_model(case)}, type_)
        return Exchange(provider_of(case), asked).request

    return request


def _read_as(dialect: str, path: str) -> Callable[[Case], HttpRequest]:
    """The parameters are the body that another dialect's server reads; OpenAI has the Responses API for what is its own."""

    def request(case: Case) -> HttpRequest:
        body = json.dumps({**case["input"]["params"], "model": native_model(case)}).encode()
        asked = dialects.server(dialect).decode_request("POST", path, (), body)
        if isinstance(asked, Failure):
            raise LocalProtocolError(asked.message)
        spoken = dialect if case["provider"] == "openai" and dialect.startswith("openai") else None
        return _sent_chat(case, asked, spoken)

    return request


def _sent_chat(case: Case, asked: ChatRequest, dialect: str | None) -> HttpRequest:
    return Exchange(provider_of(case, dialect=dialect), asked, unix=1_700_000_000.0).request


def _none(case: Case) -> HttpRequest:
    raise LocalProtocolError(f"no request of this library's is a {case['input']['endpoint']}")


_ENDPOINTS: dict[str, Callable[[Case], HttpRequest]] = {
    "anthropic_messages": _read_as("anthropic", "/v1/messages"),
    "completion": _chat,
    "embedding": _typed(EmbeddingRequest),
    "image_generation": _typed(ImageRequest),
    "rerank": _typed(RerankRequest),
    "responses": _read_as("openai_responses", "/v1/responses"),
    "text_completion": _none,
}
