"""Citations and grounding."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from sansio import Annotation
from sansio.dialects.gemini.annotations import annotations_json
from sansio.types import UrlCitation
from tests.unit.dialects.gemini.by_hand import answered, candidate, events

WEB: list[Any] = [{"web": {"uri": "https://a", "title": "A"}}, {"retrievedContext": {"uri": "gs://b"}}, {"image": {}}]


def citations(*parts: object, **metadata: Any) -> list[UrlCitation]:
    annotations = answered(candidate(*parts, **metadata)).message.annotations or ()
    return [annotation.url_citation for annotation in annotations if annotation.url_citation is not None]


def test_grounding_cites_by_characters() -> None:
    supports = [
        {"segment": {"startIndex": 2, "endIndex": 3}, "groundingChunkIndices": [0, 1, 2, 9, -1]},
        {"segment": {"endIndex": 2}, "groundingChunkIndices": [0]},
        {"groundingChunkIndices": [0]},
    ]
    found = citations({"text": "éa"}, groundingMetadata={"groundingChunks": WEB, "groundingSupports": supports})
    assert found == [
        UrlCitation("https://a", "A", 1, 2),
        UrlCitation("gs://b", None, 1, 2),
        UrlCitation("https://a", "A", 0, 1),
        UrlCitation("https://a", "A", 0, None),
    ]


def test_sources_that_support_nothing_are_cited_without_a_span() -> None:
    assert citations({"text": "a"}, groundingMetadata={"groundingChunks": WEB}) == [
        UrlCitation("https://a", "A"),
        UrlCitation("gs://b"),
    ]


def test_a_segment_may_count_within_a_part() -> None:
    supports = [{"segment": {"partIndex": 1, "endIndex": 1}, "groundingChunkIndices": [0]}]
    metadata: Any = {"groundingChunks": WEB[:1], "groundingSupports": supports}
    assert citations({"text": "éa"}, {"text": "b"}, groundingMetadata=metadata) == [UrlCitation("https://a", "A", 2, 3)]


def test_grounding_is_kept_whole_and_told_once() -> None:
    metadata: Any = {"groundingChunks": WEB[:1], "searchEntryPoint": {"renderedContent": "<div>"}}
    chunk = candidate({"text": "a"}, groundingMetadata=metadata)
    response = events(chunk, chunk, candidate(finishReason="STOP"))[-1].response
    annotations = response.message.annotations
    assert [annotation.type for annotation in annotations] == ["url_citation", "groundingMetadata", "groundingMetadata"]
    assert msgspec.json.decode(annotations[1].extra["groundingMetadata"]) == metadata


def test_grounding_that_cannot_be_read_is_kept() -> None:
    annotations = answered(candidate({"text": "a"}, groundingMetadata={"groundingChunks": 7})).message.annotations
    assert [annotation.type for annotation in annotations or ()] == ["groundingMetadata"]


@pytest.mark.parametrize("name", ["citations", "citationSources"])
def test_citations(name: str) -> None:
    sources = [
        {"startIndex": 2, "endIndex": 3, "uri": "https://a", "license": "mit"},
        {"endIndex": 2, "uri": "https://b", "title": "B"},
        {"uri": "https://c"},
    ]
    annotations = list(answered(candidate({"text": "éa"}, citationMetadata={name: sources})).message.annotations or ())
    assert [annotation.url_citation for annotation in annotations] == [
        UrlCitation("https://a", None, 1, 2),
        UrlCitation("https://b", "B", 0, 1),
        UrlCitation("https://c"),
    ]
    assert annotations[0].extra == {"license": Raw(b'"mit"')}


def test_the_way_back() -> None:
    cited = Annotation(url_citation=UrlCitation("https://a", "A", 1, 2), extra={"license": Raw(b'"mit"')})
    plain = Annotation(url_citation=UrlCitation("https://b"))
    grounding = Annotation("groundingMetadata", extra={"groundingMetadata": Raw(b"{}")})
    other = Annotation("file_citation", extra={"file_citation": Raw(b"{}")})
    assert annotations_json([cited, plain, other], "éa") == {
        "citationMetadata": {
            "citations": [
                {"startIndex": 2, "endIndex": 3, "uri": "https://a", "title": "A", "license": Raw(b'"mit"')},
                {"uri": "https://b"},
            ]
        }
    }
    assert annotations_json([cited, grounding], "éa") == {"groundingMetadata": Raw(b"{}")}
    assert annotations_json([], "") == {}
