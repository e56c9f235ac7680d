"""The models that a provider serves: https://platform.openai.com/docs/api-reference/models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .content import Extra
from .request import Request, Response


class ListModelsRequest(Request["ModelList"], frozen=True, kw_only=True, omit_defaults=True):
    """A page of the models of `provider`: at most `limit`, from `after` on, which is the page before's `next`.

    Most APIs list all at once, and take neither.  `provider` is the name of a client's provider; an exchange knows whom it asks.
    """

    operation: ClassVar[str] = "models"

    provider: str = ""
    after: str | None = None
    limit: int | None = None


class GetModelRequest(Request["Model"], frozen=True, kw_only=True, omit_defaults=True):
    """What a provider says of one model."""

    operation: ClassVar[str] = "model"

    model: str


class Model(Response, frozen=True, omit_defaults=True, tag_field="object", tag="model"):
    """A model; what the provider does not say is None, and what it says beside is in `extra`, as the JSON that it came in.

    `created` is Unix time, `context_window` and `max_output_tokens` are in tokens.
    """

    id: str
    created: int | None = None
    owned_by: str | None = None
    name: str | None = None
    description: str | None = None
    context_window: int | None = None
    max_output_tokens: int | None = None
    extra: Extra | None = None


class ModelList(Response, frozen=True, omit_defaults=True, tag_field="object", tag="list"):
    """A page of models; `next` is the `after` of the page that follows, None at the end."""

    data: Sequence[Model]
    next: str | None = None
