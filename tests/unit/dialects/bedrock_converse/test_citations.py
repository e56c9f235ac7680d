"""Citations and annotations."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.bedrock_converse.citations import annotation, citation
from sansio.types import Annotation, UrlCitation


def raws(**members: object) -> dict[str, Raw]:
    return {name: Raw(msgspec.json.encode(value)) for name, value in members.items()}


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (
            raws(location={"web": {"url": "u"}}),
            Annotation("url_citation", UrlCitation("u")),
        ),
        (
            raws(title="t", location={"web": {"url": "u", "domain": "d"}}, source="s"),
            Annotation(
                "url_citation", UrlCitation("u", "t"), raws(location={"web": {"url": "u", "domain": "d"}}, source="s")
            ),
        ),
        (
            raws(title=5, location={"web": {"url": "u"}}),
            Annotation("url_citation", UrlCitation("u"), raws(title=5)),
        ),
        (
            raws(title="t", location={"documentPage": {}}),
            Annotation("citation", extra=raws(title="t", location={"documentPage": {}})),
        ),
        (raws(location={"web": {"url": 5}}), Annotation("citation", extra=raws(location={"web": {"url": 5}}))),
        (raws(location="x"), Annotation("citation", extra=raws(location="x"))),
        ({}, Annotation("citation", extra={})),
    ],
)
def test_a_citation_and_its_annotation_say_the_same(members: dict[str, Raw], said: Annotation) -> None:
    assert annotation(members) == said
    assert citation(said) == members


def test_what_another_dialect_cites_is_a_page_of_the_web() -> None:
    said = Annotation("url_citation", UrlCitation("u", "t", 0, 5))
    assert citation(said) == raws(location={"web": {"url": "u"}}, title="t")
    assert citation(Annotation("file_citation")) == {}
