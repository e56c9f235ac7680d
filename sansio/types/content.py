"""What stands inside a message: content parts, annotations, and the opaque items of one dialect.

Shapes and names are those of OpenAI's chat completions (https://platform.openai.com/docs/api-reference/chat); what
goes beyond them are further optional fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec
from msgspec import Raw

Extra: TypeAlias = Mapping[str, Raw]
"""Fields that this library does not know, by name, as the JSON that they came in."""


class CacheControl(msgspec.Struct, frozen=True, omit_defaults=True):
    """A mark up to which the prompt may be cached (Anthropic's `cache_control`); `ttl` is "5m" or "1h"."""

    type: str = msgspec.field(default_factory=lambda: "ephemeral")  # a factory: never left out
    ttl: str | None = None


class CacheBreakpoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """OpenAI's mark of the same idea (`prompt_cache_breakpoint`), for gpt-5.6 and later."""

    mode: str = msgspec.field(default_factory=lambda: "explicit")
    ttl: str | None = None


class Opaque(msgspec.Struct, frozen=True, tag="opaque", tag_field="type"):
    """An item that only *dialect* understands: given back to it unchanged, a loss elsewhere, never an error of ours."""

    dialect: str
    raw: Raw


class Part(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="type"):
    """What a content part may carry beside its content."""

    cache_control: CacheControl | None = None
    prompt_cache_breakpoint: CacheBreakpoint | None = None
    extra: Extra | None = None


class TextPart(Part, frozen=True, omit_defaults=True, tag="text"):
    """A piece of text.  `state` is what its dialect wants back with it, such as Gemini's signature of a thought."""

    text: str
    state: Opaque | None = None


class ImageUrl(msgspec.Struct, frozen=True, omit_defaults=True):
    """An image by URL, or inline as a base64 `data:` URL; `detail` is auto, low, high or original.

    `format` is its media type, for the APIs that want it where the URL does not tell it; others find it out themselves.
    """

    url: str
    detail: str | None = None
    format: str | None = None


class ImagePart(Part, frozen=True, omit_defaults=True, tag="image_url"):
    """An image."""

    image_url: ImageUrl


class InputAudio(msgspec.Struct, frozen=True, omit_defaults=True):
    """Audio as raw base64 (no `data:` prefix); `format` is wav or mp3 at OpenAI."""

    data: str
    format: str


class AudioPart(Part, frozen=True, omit_defaults=True, tag="input_audio"):
    """Audio that the user says."""

    input_audio: InputAudio


class FileReference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file: uploaded before (`file_id`), inline as a `data:` URL (`file_data`), or by URL where the API has that.

    `format` is its media type, for the APIs that want it where the URL does not tell it; others find it out themselves.
    """

    filename: str | None = None
    file_data: str | None = None
    file_id: str | None = None
    file_url: str | None = None
    format: str | None = None


class FilePart(Part, frozen=True, omit_defaults=True, tag="file"):
    """A document, such as a PDF."""

    file: FileReference


class RefusalPart(Part, frozen=True, omit_defaults=True, tag="refusal"):
    """The model's words when it refuses."""

    refusal: str


class ReasoningPart(Part, frozen=True, omit_defaults=True, tag="reasoning"):
    """A piece of the model's reasoning.  `state` is the provider's proof of it, given back unchanged.

    It holds what the dialect needs to rebuild its own item around the text: Claude's signature, OpenAI's encrypted content.
    """

    text: str = ""
    state: Opaque | None = None


class UrlCitation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A citation of a web page; the indexes count characters of the content, the end exclusive."""

    url: str
    title: str | None = None
    start_index: int | None = None
    end_index: int | None = None


class Annotation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a span of the answer refers to.  Kinds that this library does not know keep their `type` and their `extra`."""

    type: str = "url_citation"
    url_citation: UrlCitation | None = None
    extra: Extra | None = None


ContentPart: TypeAlias = TextPart | ImagePart | AudioPart | FilePart | RefusalPart | ReasoningPart | Opaque
