"""The list of models: which targets ask for it, and its form."""

from __future__ import annotations

import msgspec
import pytest

from sansio.gateway.models import list_models

MODEL = {"id": "a/b", "object": "model", "created": 0, "owned_by": "sansio"}


@pytest.mark.parametrize("target", ["/v1/models", "/models/?limit=1"])
def test_the_list(target: str) -> None:
    response = list_models("GET", target, ["a/b"])
    assert response is not None
    assert msgspec.json.decode(response.body or b"") == {"object": "list", "data": [MODEL]}


@pytest.mark.parametrize("target", ["/v1/models/a%2Fb", "/v1/models/a/b"])
def test_one_model_by_its_name(target: str) -> None:
    response = list_models("GET", target, ["a/b"])
    assert response is not None
    assert msgspec.json.decode(response.body or b"") == MODEL


@pytest.mark.parametrize(("method", "target"), [("GET", "/v1/models/c"), ("GET", "/"), ("DELETE", "/v1/models/a%2Fb")])
def test_anything_else_is_not_answered_here(method: str, target: str) -> None:
    assert list_models(method, target, ["a/b"]) is None
