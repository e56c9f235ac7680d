"""`GET .../models` and `GET .../models/{id}` from a list of names.

https://platform.openai.com/docs/api-reference/models
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

import msgspec

from .events import RawResponse


def list_models(method: str, target: str, names: Sequence[str]) -> RawResponse | None:
    """The answer to *target* if it asks for the models or for one of them; None for anything else, unknown names included."""
    if method not in {"GET", "HEAD"}:
        return None
    path = target.partition("?")[0].rstrip("/")
    if path.endswith("/models"):
        return _json({"object": "list", "data": [_model(name) for name in names]})
    name = unquote(path.rpartition("/models/")[2])
    return _json(_model(name)) if name in names else None


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "sansio"}


def _json(value: object) -> RawResponse:
    return RawResponse(200, (("content-type", "application/json"),), msgspec.json.encode(value))
