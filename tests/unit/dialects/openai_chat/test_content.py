"""Content parts and annotations."""

from __future__ import annotations

import json

import pytest
from msgspec import Raw

from sansio.dialects.openai_chat.content import annotation, part_events
from sansio.events import ReasoningDelta, TextDelta
from sansio.types import Annotation, Opaque, UrlCitation


@pytest.mark.parametrize(
    ("part", "events"),
    [
        ({"type": "text", "text": "t"}, [TextDelta("t", 1)]),
        ({"type": "text", "text": ""}, []),
        (
            {"type": "thinking", "thinking": [{"type": "text", "text": "a"}, {"text": "b"}, {}]},
            [ReasoningDelta("ab", 1)],
        ),
        ({"type": "thinking", "thinking": "a"}, [ReasoningDelta("a", 1)]),
        ({"type": "thinking", "text": "a"}, [ReasoningDelta("a", 1)]),
        ({"type": "thinking", "closed": True}, []),
    ],
)
def test_parts(part: object, events: list[object]) -> None:
    assert part_events(Raw(json.dumps(part).encode()), 1) == events


@pytest.mark.parametrize("raw", [b'{"type":"reference","ids":[1]}', b'{"type":"text","text":7}', b"7"])
def test_an_unknown_part_is_opaque(raw: bytes) -> None:
    assert part_events(Raw(raw), 0) == [Opaque("openai_chat", Raw(raw))]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (
            {"type": '"url_citation"', "url_citation": '{"url":"u","title":"t","start_index":1,"end_index":2}'},
            Annotation("url_citation", UrlCitation("u", "t", 1, 2)),
        ),
        (
            {"type": '"url_citation"', "url": '"u"', "title": '"t"', "site_name": '"s"'},
            Annotation("url_citation", UrlCitation("u", "t"), {"site_name": Raw(b'"s"')}),
        ),
        ({"type": '"url_citation"', "url": "5"}, Annotation("url_citation", None, {"url": Raw(b"5")})),
        ({"url_citation": "[]"}, Annotation("url_citation", None, {"url_citation": Raw(b"[]")})),
        ({"type": '"file"', "file": '{"hash":"h"}'}, Annotation("file", None, {"file": Raw(b'{"hash":"h"}')})),
        ({"type": "5"}, Annotation("unknown")),
    ],
)
def test_annotations(members: dict[str, str], expected: Annotation) -> None:
    """Nested, flat, of an unknown kind, and misfit: nothing is lost."""
    assert annotation({name: Raw(text.encode()) for name, text in members.items()}) == expected
