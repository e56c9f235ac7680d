"""Citations as annotations, and the way back."""

from __future__ import annotations

import pytest
from msgspec import Raw

from sansio.dialects.cohere.citations import annotation, citation, own_citation
from sansio.types import Annotation, UrlCitation

_START = {"start": Raw(b"1")}


@pytest.mark.parametrize(
    ("members", "kept"),
    [
        ({"type": Raw(b'"PLAN"'), **_START}, Annotation("PLAN", extra=_START)),
        ({"type": Raw(b'"NEW"')}, Annotation("NEW")),
        (_START, Annotation("citation", extra=_START)),
        ({"type": Raw(b"1")}, Annotation("citation", extra={"type": Raw(b"1")})),
        ({}, Annotation("citation")),
    ],
)
def test_a_citation_is_kept(members: dict[str, Raw], kept: Annotation) -> None:
    assert annotation(members) == kept


def test_our_own_go_back() -> None:
    assert own_citation(Annotation("PLAN", extra=_START)) == {"type": "PLAN", **_START}
    assert own_citation(Annotation("citation", extra=_START)) == _START
    assert own_citation(Annotation("file_citation")) is None
    assert own_citation(Annotation(url_citation=UrlCitation("http://a"))) is None


def test_any_annotation_is_a_citation_to_a_client() -> None:
    assert citation(Annotation("PLAN")) == {"type": "PLAN"}
    assert citation(Annotation("file_citation", extra=_START)) == {"type": "file_citation", **_START}
    page = Annotation(url_citation=UrlCitation("http://a", "A", 1, 3))
    source = {"type": "document", "id": "http://a", "document": {"url": "http://a", "title": "A"}}
    assert citation(page) == {"start": 1, "end": 3, "sources": [source], "type": "TEXT_CONTENT"}
    source = {"type": "document", "id": "http://a", "document": {"url": "http://a"}}
    assert citation(Annotation(url_citation=UrlCitation("http://a"))) == {"sources": [source], "type": "TEXT_CONTENT"}
