"""The requests beside chat, and their answers: what they say of themselves."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

import sansio.types
from sansio import ChatRequest, ChatResponse, Source
from sansio.types import (
    Batch,
    BatchResult,
    BatchResults,
    CountTokensRequest,
    Embedding,
    EmbeddingRequest,
    EmbeddingResponse,
    FileDeleted,
    ListModelsRequest,
    ModerationResponse,
    ModerationResult,
    Request,
    TokenCount,
    Upload,
)

_KINDS: list[type[Request[object]]] = [
    kind
    for name in sansio.types.__all__
    if isinstance(kind := getattr(sansio.types, name), type) and issubclass(kind, Request) and kind is not Request
]


def test_each_kind_of_request_has_an_operation_of_its_own() -> None:
    operations = [kind.operation for kind in _KINDS]
    assert len(set(operations)) == len(_KINDS) > 20


@pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_of_request_can_be_looked_into(kind: type[Request[object]]) -> None:
    """Of which the search for what a caller got wrong is made."""
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)


def test_a_lazy_name_is_the_one_that_type_checkers_see() -> None:
    path = sansio.types.__file__
    assert path is not None
    tree = ast.parse(Path(path).read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    seen = {alias.name: f"sansio.types.{node.module}" for node in imports for alias in node.names}
    assert len(seen) > 40
    for name, home in seen.items():
        assert getattr(sansio.types, name) is getattr(import_module(home), name)
        assert name in dir(sansio.types)
        assert name in sansio.types.__all__


def test_a_name_that_is_not_there_is_none() -> None:
    name = "nothing"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(sansio.types, name)


@pytest.mark.parametrize(
    ("given", "texts"),
    [("a", ["a"]), (["a", "b"], ["a", "b"]), ([], []), ([1, 2], None), ([[1], [2]], None), (["a", [1]], None)],
)
def test_the_texts_of_an_embedding_request(given: sansio.types.EmbeddingInput, texts: list[str] | None) -> None:
    assert EmbeddingRequest(model="m", input=given).texts == texts


def test_vectors_are_by_the_index_of_their_text() -> None:
    response = EmbeddingResponse(data=[Embedding(1, [1.0]), Embedding(0, [0.0])])
    assert response.vectors == [[0.0], [1.0]]


def test_answers_as_json_are_openais() -> None:
    response = EmbeddingResponse(data=[Embedding(0, (0.5,))], model="m")
    assert msgspec.json.encode(response) == (
        b'{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"model":"m"}'
    )
    assert msgspec.json.encode(FileDeleted(id="a")) == b'{"object":"file","id":"a","deleted":true}'
    assert msgspec.json.encode(TokenCount(input_tokens=1)) == b'{"input_tokens":1}'


@pytest.mark.parametrize(
    ("upload", "name"),
    [
        (Upload(b"x"), None),
        (Upload(b"x", "a"), "a"),
        (Upload(Source("s", 1)), None),
        (Upload(Source("s", 1, "b")), "b"),
        (Upload(Source("s", 1, "b"), "a"), "a"),
    ],
)
def test_an_upload_has_the_name_of_its_source(upload: Upload, name: str | None) -> None:
    assert upload.name == name


@pytest.mark.parametrize(
    ("status", "ended"), [("in_progress", False), ("cancelling", False), ("completed", True), ("expired", True)]
)
def test_whether_a_batch_has_ended(status: str, ended: bool) -> None:
    assert Batch(id="1", status=status).ended is ended


def test_the_result_of_a_batch_is_found_by_its_name() -> None:
    one = BatchResult("a", ChatResponse(id="1", created=0, model="m", choices=[]))
    results = BatchResults(results=[one])
    assert results["a"] is one
    with pytest.raises(KeyError, match="b"):
        results["b"]


@pytest.mark.parametrize(("flags", "flagged"), [((), False), ((False, None), False), ((None, True), True)])
def test_whether_any_input_was_flagged(flags: tuple[bool | None, ...], flagged: bool) -> None:
    results = [ModerationResult({}, {}, flagged=flag) for flag in flags]
    assert ModerationResponse(results=results).flagged is flagged


def test_the_model_of_a_count_is_that_of_the_chat() -> None:
    assert CountTokensRequest(ChatRequest(model="a/b", messages="hi")).model == "a/b"


def test_what_names_no_model_names_its_provider() -> None:
    assert ListModelsRequest(provider="openai").provider == "openai"
