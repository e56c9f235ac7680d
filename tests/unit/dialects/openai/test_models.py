from __future__ import annotations

import pytest
from msgspec import Raw

from sansio.types import GetModelRequest, ListModelsRequest, Model, ModelList, Quirks
from tests.unit.dialects.openai.exchanged import answer, failure, header, other, sent

LIST = ListModelsRequest()
GET = GetModelRequest(model="openai/ft:gpt-4o:org/x")


def test_the_requests_on_the_wire() -> None:
    listing = sent(LIST)
    assert (listing.method, listing.url, listing.body) == ("GET", "https://api.openai.com/v1/models", b"")
    assert header(listing, "content-type") is None
    page = ListModelsRequest(after="m 1", limit=2)
    assert sent(page).url == "https://api.openai.com/v1/models?after=m%201&limit=2"
    assert sent(GET).url == "https://api.openai.com/v1/models/ft%3Agpt-4o%3Aorg%2Fx"
    assert sent(GET, provider=other("model", Quirks(), models="/llms")).url.endswith(
        "/llms/openai%2Fft%3Agpt-4o%3Aorg%2Fx"
    )


def test_a_list_of_models() -> None:
    body = b'{"object":"list","data":[{"id":"a","object":"model","created":1,"owned_by":"o"},{"id":"b"}]}'
    assert answer(LIST, body) == ModelList(
        data=[Model(id="a", created=1, owned_by="o"), Model(id="b")], request_id="req_1", provider="openai"
    )


def test_what_a_server_adds_is_kept() -> None:
    body = (
        b'{"id":"a","created":1.9,"display_name":"A","description":"d","context_length":9,"max_completion_tokens":"many",'
        b'"max_output_length":5,"pricing":{"prompt":"0.1"}}'
    )
    model = answer(GET, body)
    assert (model.id, model.created, model.name, model.description) == ("a", 1, "A", "d")
    assert (model.context_window, model.max_output_tokens) == (9, 5)
    assert model.extra == {
        "display_name": Raw(b'"A"'),
        "context_length": Raw(b"9"),
        "max_completion_tokens": Raw(b'"many"'),
        "max_output_length": Raw(b"5"),
        "pricing": Raw(b'{"prompt":"0.1"}'),
    }


def test_a_bare_list_and_bare_names() -> None:
    body = b' [{"name":"a"},"b",7,"",{"object":"model"},null]'
    assert [model.id for model in answer(LIST, body).data] == ["a", "b"]


def test_a_list_that_msgspec_refuses_is_read_all_the_same() -> None:
    body = b'{"data":[{"id":"a","owned_by":"\\ud800"}],"has_more":"maybe"}'
    (model,) = answer(LIST, body).data
    assert model.owned_by == "\ufffd"


@pytest.mark.parametrize(
    ("end", "after"),
    [
        (b"", None),
        (b',"has_more":false,"last_id":"b"', None),
        (b',"has_more":true,"last_id":"x"', "x"),
        (b',"has_more":true', "b"),
    ],
)
def test_pages_follow_each_other(end: bytes, after: str | None) -> None:
    assert answer(LIST, b'{"data":["a","b"]%b}' % end).next == after


def test_an_empty_page_is_the_last() -> None:
    assert answer(LIST, b'{"data":[],"has_more":true}').next is None


@pytest.mark.parametrize("body", [b"{}", b'{"data":{}}', b'{"data":[],"error":"no"}', b'"a"'])
def test_what_lists_nothing_is_no_answer(body: bytes) -> None:
    assert failure(LIST, body).kind in {"protocol", "server_error"}


def test_an_error_is_no_model() -> None:
    found = failure(GET, b'{"error":{"message":"no such model","code":"model_not_found"}}')
    assert (found.kind, found.message) == ("not_found", "no such model")
