"""Citations, which are annotations whose `type` tells what is cited: the text, the thinking or the plan.

The rest of one (start, end, text, sources) is in its `extra`, as it came.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...types import Annotation
from ..lenient import REFUSALS
from .wire import Members

_UNTYPED: Final = "citation"
_TYPES: Final = frozenset({_UNTYPED, "TEXT_CONTENT", "THINKING_CONTENT", "PLAN"})

_text = msgspec.json.Decoder(str).decode


def annotation(members: Members) -> Annotation:
    """The annotation that keeps a citation."""
    rest = {name: raw.copy() for name, raw in members.items()}
    try:
        type_ = _text(rest["type"])
    except (KeyError, *REFUSALS):
        return Annotation(_UNTYPED, extra=rest or None)
    del rest["type"]
    return Annotation(type_, extra=rest or None)


def own_citation(annotation: Annotation) -> dict[str, object] | None:
    """The citation that an annotation keeps; None for one of another API."""
    if annotation.type not in _TYPES or annotation.url_citation is not None:
        return None
    type_: dict[str, object] = {} if annotation.type == _UNTYPED else {"type": annotation.type}
    return {**type_, **(annotation.extra or {})}


def citation(annotation: Annotation) -> dict[str, object]:
    """Any annotation as a citation: a web page is a document with a URL."""
    page = annotation.url_citation
    if page is None:
        return own_citation(annotation) or {"type": annotation.type, **(annotation.extra or {})}
    document = {"url": page.url} | ({} if page.title is None else {"title": page.title})
    span = {"start": page.start_index, "end": page.end_index}
    return {
        **{name: place for name, place in span.items() if place is not None},
        "sources": [{"type": "document", "id": page.url, "document": document}],
        "type": "TEXT_CONTENT",
    }
