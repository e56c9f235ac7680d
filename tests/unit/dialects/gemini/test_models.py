"""Lists of models, and one of them."""

from __future__ import annotations

from msgspec import Raw

from sansio.types import GetModelRequest, ListModelsRequest, Model, ModelList
from tests.unit.dialects.gemini.by_hand import GEMINI, VERTEX, encoded, read

ONE = {
    "name": "models/gemini-x",
    "displayName": "Gemini X",
    "description": "d",
    "inputTokenLimit": 10,
    "outputTokenLimit": 5,
    "thinking": True,
}
KNOWN = Model(
    id="gemini-x",
    name="Gemini X",
    description="d",
    context_window=10,
    max_output_tokens=5,
    extra={"thinking": Raw(b"true")},
)


def test_pages() -> None:
    exchange = encoded(ListModelsRequest(limit=2, after="t"))
    assert exchange.request.url.endswith("/v1beta/models?pageSize=2&pageToken=t")
    page = read(exchange, {"models": [ONE, {"name": 7}, {}], "nextPageToken": "u"})
    assert isinstance(page, ModelList)
    assert (page.data, page.next) == ([KNOWN], "u")
    assert read(encoded(ListModelsRequest()), {"models": []}).next is None
    assert read(encoded(ListModelsRequest()), {}).kind == "protocol"


def test_models_that_google_publishes_at_vertex_ai() -> None:
    exchange = encoded(ListModelsRequest(), VERTEX)
    assert exchange.request.url == "https://us-central1-aiplatform.googleapis.com/v1beta1/publishers/google/models"
    page = read(exchange, {"publisherModels": [{"name": "publishers/google/models/x"}]})
    assert [model.id for model in page.data] == ["x"]


def test_one() -> None:
    exchange = encoded(GetModelRequest(model="gemini/gemini-x"), GEMINI)
    assert exchange.request.url.endswith("/v1beta/models/gemini-x")
    found = read(exchange, ONE)
    assert isinstance(found, Model)
    assert (found.id, found.context_window) == ("gemini-x", 10)
    published = encoded(GetModelRequest(model="x"), VERTEX).request.url
    assert published.endswith("/v1beta1/publishers/google/models/x")
    assert encoded(GetModelRequest(model="endpoints/1"), VERTEX).request.url.endswith("/us-central1/endpoints/1")
