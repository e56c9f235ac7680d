"""Names of models in paths."""

from __future__ import annotations

import pytest

from sansio.errors import LocalProtocolError
from tests.unit.dialects.gemini.by_hand import GEMINI, VERTEX, chat, encoded

HERE = "/v1beta1/projects/p/locations/us-central1"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-x", "/v1beta/models/gemini-x:generateContent"),
        ("gemini/gemini-x", "/v1beta/models/gemini-x:generateContent"),
        ("models/gemini-x", "/v1beta/models/gemini-x:generateContent"),
        ("tunedModels/x", "/v1beta/tunedModels/x:generateContent"),
        ("a/b", "/v1beta/models/a%2Fb:generateContent"),
    ],
)
def test_the_gemini_api(model: str, path: str) -> None:
    assert encoded(chat(model)).request.url == f"https://generativelanguage.googleapis.com{path}"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-x", f"{HERE}/publishers/google/models/gemini-x:generateContent"),
        ("google/gemini-x@001", f"{HERE}/publishers/google/models/gemini-x@001:generateContent"),
        ("publishers/google/models/x;y", f"{HERE}/publishers/google/models/x%3By:generateContent"),
        ("endpoints/123", f"{HERE}/endpoints/123:generateContent"),
        ("projects/p/locations/us-central1/endpoints/123", f"{HERE}/endpoints/123:generateContent"),
    ],
)
def test_vertex_ai(model: str, path: str) -> None:
    assert encoded(chat(model), VERTEX).request.url == f"https://us-central1-aiplatform.googleapis.com{path}"


@pytest.mark.parametrize("model", ["", "a/../b", "..", "a?b", "a&b", "a//b", "models/", "a#b"])
def test_what_is_no_name(model: str) -> None:
    with pytest.raises(LocalProtocolError, match="no name of a model"):
        encoded(chat(model))


@pytest.mark.parametrize("provider", [GEMINI, VERTEX])
def test_another_project_is_another_provider(provider: object) -> None:
    with pytest.raises(LocalProtocolError, match="not in the project and location"):
        encoded(chat("projects/q/locations/us-central1/endpoints/1"), provider)  # type: ignore[arg-type]
