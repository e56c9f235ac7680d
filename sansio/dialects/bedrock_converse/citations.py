"""Citations and annotations: a web page is a URL's citation, all else keeps its members.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Citation.html
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...types import Annotation, Extra, UrlCitation
from ..lenient import REFUSALS
from .wire import Members, decode_members

_KIND: Final = "citation"
_text = msgspec.json.Decoder(str).decode


def annotation(citation: Members) -> Annotation:
    """The annotation that says what *citation* says."""
    rest = {name: raw.copy() for name, raw in citation.items()}
    location = _members(rest.get("location"))
    web = _members(location.get("web"))
    if (url := _string(web.pop("url", None))) is None:
        return Annotation(_KIND, extra=rest)
    if not web and len(location) == 1:
        del rest["location"]  # the URL is all that it says
    title = _string(rest.get("title"))
    if title is not None:
        del rest["title"]
    return Annotation("url_citation", UrlCitation(url, title), rest or None)


def citation(said: Annotation) -> Extra:
    """The citation that says what an annotation says, of whichever dialect."""
    members = dict(said.extra or {})
    if (web := said.url_citation) is not None:
        members.setdefault("location", Raw(msgspec.json.encode({"web": {"url": web.url}})))
        if web.title is not None:
            members["title"] = Raw(msgspec.json.encode(web.title))
    return members


def _members(raw: Raw | None) -> Members:
    try:
        return {} if raw is None else decode_members(raw)
    except REFUSALS:
        return {}


def _string(raw: Raw | None) -> str | None:
    try:
        return None if raw is None else _text(raw)
    except REFUSALS:
        return None
