"""What spans of an answer refer to: citations and grounding, into annotations and back.

https://ai.google.dev/api/generate-content#GroundingMetadata and #CitationMetadata.  Members of a candidate that have no
canonical form are annotations of their own, by their names, so that none is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Raw

from ...types import Annotation, UrlCitation
from ..lenient import REFUSALS
from .offsets import Offsets, byte_offset
from .wire import CitationMetadata, CitationSource, Piece

KEPT: Final = ("groundingMetadata", "urlContextMetadata", "finishMessage", "continuationToken")
"""Members of a candidate that are annotations of that type, with the member as it came in `extra`."""


class _Source(Piece, gc=False):
    uri: str = ""
    title: str | None = None


class _GroundingChunk(Piece, gc=False):
    web: _Source | None = None
    retrieved_context: _Source | None = None
    maps: _Source | None = None


class _Segment(Piece, gc=False):
    start_index: int = 0
    end_index: int | None = None
    part_index: int = 0


class _Support(Piece, gc=False):
    segment: _Segment | None = None
    grounding_chunk_indices: list[int] | None = None


class _Grounding(Piece, gc=False):
    grounding_chunks: list[_GroundingChunk] | None = None
    grounding_supports: list[_Support] | None = None
    web_search_queries: list[str] | None = None


_grounding = msgspec.json.Decoder(_Grounding).decode


def kept(name: str, raw: Raw) -> Annotation:
    """The annotation that a member of a candidate is."""
    return Annotation(name, extra={name: raw.copy()})


class Grounding:
    """What one `groundingMetadata` says: its sources by the spans that they support, and the searches that were made."""

    __slots__ = ("citations", "searches")

    def __init__(self, raw: Raw, offsets: Offsets, parts: Sequence[int]) -> None:
        try:
            said = _grounding(raw)
        except REFUSALS:
            said = _Grounding()
        sources = [_source(chunk) for chunk in said.grounding_chunks or ()]
        self.searches = len(said.web_search_queries or ())
        self.citations: list[UrlCitation] = []
        cited: set[int] = set()
        for support in said.grounding_supports or ():
            start, end = _span(support.segment or _Segment(), offsets, parts)
            known = [index for index in support.grounding_chunk_indices or () if 0 <= index < len(sources)]
            cited.update(known)
            for source in [sources[index] for index in known]:
                if source is not None:
                    self.citations.append(UrlCitation(source.uri, source.title, start, end))
        rest = (source for index, source in enumerate(sources) if index not in cited)
        self.citations += [UrlCitation(source.uri, source.title) for source in rest if source is not None]


def _source(chunk: _GroundingChunk) -> _Source | None:
    """Where a chunk is from; None where that has no URI."""
    sources = (chunk.web, chunk.retrieved_context, chunk.maps)
    return next((source for source in sources if source is not None and source.uri), None)


def _span(segment: _Segment, offsets: Offsets, parts: Sequence[int]) -> tuple[int, int | None]:
    """First and last character; *parts* are the bytes at which the parts of a whole answer begin."""
    base = parts[segment.part_index] if 0 <= segment.part_index < len(parts) else 0
    end = segment.end_index
    return offsets.character(base + segment.start_index), None if end is None else offsets.character(base + end)


def citations(metadata: CitationMetadata, offsets: Offsets) -> list[Annotation]:
    """The annotations of a `citationMetadata`."""
    return [_citation(source, offsets) for source in [*(metadata.citations or ()), *(metadata.citation_sources or ())]]


def _citation(source: CitationSource, offsets: Offsets) -> Annotation:
    start, end = source.start_index, source.end_index
    if start is None and end is not None:
        start = 0  # the default, which protobuf leaves out
    citation = UrlCitation(
        source.uri,
        source.title,
        None if start is None else offsets.character(start),
        None if end is None else offsets.character(end),
    )
    license_ = None if source.license is None else {"license": Raw(msgspec.json.encode(source.license))}
    return Annotation(url_citation=citation, extra=license_)


def annotations_json(annotations: Iterable[Annotation], text: str) -> dict[str, object]:
    """The members of a candidate that say the same: what it had, and of citations what grounding does not say."""
    members: dict[str, object] = {}
    cited: list[dict[str, object]] = []
    for annotation in annotations:
        if annotation.type in KEPT and annotation.extra is not None and annotation.type in annotation.extra:
            members[annotation.type] = annotation.extra[annotation.type]
        elif annotation.url_citation is not None:
            cited.append(_citation_json(annotation, annotation.url_citation, text))
    if cited and "groundingMetadata" not in members:
        members["citationMetadata"] = {"citations": cited}
    return members


def _citation_json(annotation: Annotation, citation: UrlCitation, text: str) -> dict[str, object]:
    start, end = citation.start_index, citation.end_index
    members: dict[str, object] = {
        "startIndex": None if start is None else byte_offset(text, start),
        "endIndex": None if end is None else byte_offset(text, end),
        "uri": citation.url,
        "title": citation.title,
        "license": (annotation.extra or {}).get("license"),
    }
    return {name: value for name, value in members.items() if value is not None}
