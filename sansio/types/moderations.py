"""Whether a text or an image is harmful: https://platform.openai.com/docs/api-reference/moderations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from .content import Extra, ImagePart, TextPart
from .request import Request, Response
from .usage import Usage


class ModerationRequest(Request["ModerationResponse"], frozen=True, kw_only=True, omit_defaults=True):
    """Classify `input`: one text, several, or the parts of one message.  `extra` holds further top-level fields."""

    operation: ClassVar[str] = "moderation"

    model: str
    input: str | Sequence[str | TextPart | ImagePart]
    extra: Extra | None = None


class ModerationResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was found in one input, by category (`hate/threatening`), with scores from 0 to 1.

    `flagged` is None where the provider gives no verdict of its own.
    """

    categories: Mapping[str, bool | None]
    category_scores: Mapping[str, float]
    flagged: bool | None = None
    category_applied_input_types: Mapping[str, Sequence[str]] | None = None


class ModerationResponse(Response, frozen=True, omit_defaults=True):
    """A result for each input."""

    results: Sequence[ModerationResult]
    id: str = ""
    model: str = ""
    usage: Usage | None = None

    @property
    def flagged(self) -> bool:
        """Whether any input was."""
        return any(result.flagged for result in self.results)
