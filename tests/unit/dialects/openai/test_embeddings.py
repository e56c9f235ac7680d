from __future__ import annotations

import base64
import struct

import pytest
from msgspec import Raw

import sansio
from sansio import Exchange, LocalProtocolError
from sansio.types import Embedding, EmbeddingRequest, EmbeddingResponse, Loss, Quirks, Usage
from tests.unit.dialects.openai.exchanged import OPENAI, answer, failure, lost, members, other, sent

PLAIN = EmbeddingRequest(model="openai/text-embedding-3-small", input=["a", "b"])


def encoded(form: str, *numbers: float) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}{form}", *numbers)).decode()


def document(*vectors: str) -> bytes:
    return b'{"object":"list","data":[%b]}' % ",".join(f'{{"embedding":{vector}}}' for vector in vectors).encode()


def test_the_request_on_the_wire() -> None:
    request = sent(PLAIN)
    assert (request.method, request.url) == ("POST", "https://api.openai.com/v1/embeddings")
    assert request.body == b'{"encoding_format":"base64","model":"text-embedding-3-small","input":["a","b"]}'
    headers = dict(request.headers)
    assert (headers["accept"], headers["content-type"]) == ("application/json", "application/json")


def test_all_parameters_have_their_names() -> None:
    request = EmbeddingRequest(model="m", input=[[1, 2], [3]], dimensions=2, encoding_format="float", user="u")
    assert members(request) == {
        "encoding_format": "float",
        "model": "m",
        "input": [[1, 2], [3]],
        "dimensions": 2,
        "user": "u",
    }


def test_a_stream_is_not_asked_for() -> None:
    """There is none, and one who reads the answer as a stream gets it all the same."""
    assert sent(PLAIN, stream=True) == sent(PLAIN)
    assert answer(PLAIN, document("[0.5]", "[1]"), stream=True).vectors == [[0.5], [1]]


def test_what_openai_lacks_is_lost() -> None:
    request = EmbeddingRequest(model="m", input="a", input_type="query", title="t", truncate="END", output_dtype="int8")
    reason = "openai does not take it"
    names = ("input_type", "title", "output_dtype", "truncate")
    assert lost(request) == [Loss(name, "dropped", reason) for name in names]


def test_a_provider_takes_what_it_has_a_name_for() -> None:
    quirks = Quirks(
        renamed={"dimensions": "output_dimension"},
        beyond=frozenset({"input_type"}),
        spelled={"input_type": {"search_query": "query"}},
        forbidden=frozenset({"user"}),
        members={"encoding_format": None, "truncation": "yes"},
    )
    provider = other("embeddings", quirks)
    request = EmbeddingRequest(model="other/m", input="a", dimensions=2, input_type="search_query")
    assert members(request, provider=provider) == {
        "truncation": "yes",
        "model": "m",
        "input": "a",
        "output_dimension": 2,
        "input_type": "query",
    }
    assert lost(EmbeddingRequest(model="m", input="a", user="u"), provider=provider) == [
        Loss("user", "dropped", "other does not take it")
    ]


def test_further_members_go_as_they_are() -> None:
    request = EmbeddingRequest(model="m", input="a", extra={"user": Raw(b"[1]")})
    assert members(request)["user"] == [1]


def test_vectors_of_numbers() -> None:
    body = (
        b'{"id":"e","object":"list","data":[{"object":"embedding","index":1,"embedding":[1,2.5]},'
        b'{"object":"embedding","index":0,"embedding":[3]}],"model":"m","usage":{"prompt_tokens":2,"total_tokens":2}}'
    )
    response = answer(PLAIN, body)
    assert response == EmbeddingResponse(
        data=[Embedding(0, [3]), Embedding(1, [1, 2.5])],  # which came the other way round
        model="m",
        usage=Usage(prompt_tokens=2, total_tokens=2),
        id="e",
        request_id="req_1",
        provider="openai",
    )
    assert response.vectors == [[3], [1, 2.5]]


def test_vectors_in_base64_are_numbers_too() -> None:
    text = encoded("f", 0.5, -0.25)
    assert answer(PLAIN, document(f'"{text}"', '"AACAPw=="')).data == [
        Embedding(0, (0.5, -0.25)),
        Embedding(1, (1.0,)),
    ]


@pytest.mark.parametrize(
    ("dtype", "form", "numbers"),
    [
        ("float", "f", (0.5,)),
        ("int8", "b", (-3, 4)),
        ("uint8", "B", (200,)),
        ("binary", "b", (-1,)),
        ("ubinary", "B", (255,)),
    ],
)
def test_quantised_vectors_in_base64(dtype: str, form: str, numbers: tuple[float, ...]) -> None:
    provider = other("embeddings", Quirks(beyond=frozenset({"output_dtype"})))
    request = EmbeddingRequest(model="m", input="a", output_dtype=dtype, encoding_format="base64")
    assert answer(request, document(f'"{encoded(form, *numbers)}"'), provider=provider).vectors == [numbers]


def test_a_format_may_name_the_numbers() -> None:
    provider = other("embeddings", Quirks(members={"encoding_format": "base64_int8"}))
    one = EmbeddingRequest(model="m", input="a")
    assert answer(one, document('"gH8="'), provider=provider).vectors == [(-128, 127)]


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"data":null}',
        document("null"),
        document('"?"'),
        document('"AAAA"'),
        document('"A"'),
        document("[]", "null"),
    ],
)
def test_what_has_no_vectors_is_no_answer(body: bytes) -> None:
    assert failure(PLAIN, body).kind == "protocol"


def test_an_error_in_a_success_is_an_error() -> None:
    body = b'{"data":[{"index":0,"embedding":[1]}],"error":{"message":"no credits","code":"insufficient_quota"}}'
    assert failure(PLAIN, body).kind == "quota_exceeded"


def test_a_refusal_is_typed() -> None:
    found = failure(PLAIN, b'{"error":{"message":"Incorrect API key","code":"invalid_api_key"}}', status=401)
    assert (found.kind, found.status, found.request_id) == ("authentication", 401, "req_1")


def test_half_an_answer_is_none() -> None:
    assert failure(PLAIN, b'{"data":[{"index":0,"embedding":[1').kind == "truncated"


def test_a_provider_without_embeddings_is_told() -> None:
    provider = sansio.types.Provider(name="p", base_url="http://h", dialect="openai_chat", api_key="k")
    with pytest.raises(LocalProtocolError, match="p takes no EmbeddingRequest"):
        Exchange(provider, PLAIN)


def test_both_of_openais_chats_have_it() -> None:
    provider = sansio.provider("openai", dialect="openai_responses", api_key="key")
    assert sent(PLAIN, provider=provider).body == sent(PLAIN, provider=OPENAI).body
