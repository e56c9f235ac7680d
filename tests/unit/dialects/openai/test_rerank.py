from __future__ import annotations

import pytest

from sansio.types import Loss, Quirks, RerankRequest, RerankResponse, RerankResult, Usage
from tests.unit.dialects.openai.exchanged import answer, failure, lost, members, other, sent

OTHER = other("rerank", Quirks())
PLAIN = RerankRequest(model="other/m", query="q", documents=["a", {"text": "b"}], top_n=1, return_documents=True)


def test_the_request_on_the_wire() -> None:
    request = sent(PLAIN, provider=OTHER)
    assert (request.method, request.url) == ("POST", "https://api.openai.com/v1/rerank")
    assert request.body == (
        b'{"model":"m","query":"q","documents":["a",{"text":"b"}],"top_n":1,"return_documents":true}'
    )


def test_what_few_have_goes_to_those_that_have_it() -> None:
    request = RerankRequest(
        model="m", query="q", documents=["a"], top_n=2, truncation=True, max_tokens_per_doc=9, rank_fields=["t"]
    )
    reason = "other does not take it"
    names = ("max_tokens_per_doc", "rank_fields", "truncation")
    assert lost(request, provider=OTHER) == [Loss(name, "dropped", reason) for name in names]
    voyage = other("rerank", Quirks(renamed={"top_n": "top_k", "truncation": "cut"}), rerank="/v2/rank")
    plain = RerankRequest(model="m", query="q", documents=["a"], top_n=2, truncation=True)
    expected = {"model": "m", "query": "q", "documents": ["a"], "top_k": 2, "cut": True}
    assert members(plain, provider=voyage) == expected
    assert sent(plain, provider=voyage).url.endswith("/v2/rank")


def test_results_with_documents() -> None:
    body = (
        b'{"id":"r","model":"m","results":[{"index":1,"relevance_score":0.75,"document":{"text":"b"}},'
        b'{"index":0,"score":0.5,"document":{"text":"a","n":1}},{"index":2,"relevance_score":0,"document":"c"},'
        b'{"index":3,"relevance_score":-1,"document":{"text":["d"]}}],'
        b'"usage":{"total_tokens":7},"meta":{"billed_units":{"search_units":1}}}'
    )
    assert answer(PLAIN, body, provider=OTHER) == RerankResponse(
        results=[
            RerankResult(1, 0.75, "b"),
            RerankResult(0, 0.5, {"text": "a", "n": 1}),
            RerankResult(2, 0.0, "c"),
            RerankResult(3, -1.0, {"text": ["d"]}),
        ],
        id="r",
        model="m",
        usage=Usage(total_tokens=7),
        search_units=1,
        request_id="req_1",
        provider="other",
    )


@pytest.mark.parametrize("meta", [b"", b',"meta":{}', b',"usage":{"units":1}'])
def test_results_that_are_called_data(meta: bytes) -> None:
    response = answer(PLAIN, b'{"data":[{"relevance_score":-2.5,"index":0}]%b}' % meta, provider=OTHER)
    assert (response.results, response.usage, response.search_units) == ([RerankResult(0, -2.5)], None, None)


@pytest.mark.parametrize("body", [b"{}", b'{"results":[{"index":0}]}', b'{"data":[{"relevance_score":1}]}'])
def test_what_ranks_nothing_is_no_answer(body: bytes) -> None:
    assert failure(PLAIN, body, provider=OTHER).kind == "protocol"
