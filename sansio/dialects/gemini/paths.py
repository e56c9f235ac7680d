"""The paths of models and their methods, at the Gemini API and at Vertex AI.

https://google.aip.dev/136.  A provider's `paths` say where a bare name stands (`model`), and where a name with its
collection does (`resource`).
"""

from __future__ import annotations

import re
from typing import Final

from ...errors import LocalProtocolError
from ..codec import Terms, path_of

_SAFE: Final = "@:"  # claude-sonnet-4-5@20250929 stays as it is
_COLLECTIONS: Final = frozenset({"endpoints", "models", "publishers", "tunedModels"})
_FULL: Final = re.compile(r"projects/([^/]+)/locations/([^/]+)/")
_FORBIDDEN: Final = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|[?&#]")


def model_path(terms: Terms, model: str) -> str:
    """The path of a model: a bare name stands where the provider keeps its own, `publisher/name` with that publisher.

    A name with its collection (`models/x`, `tunedModels/x`, `publishers/p/models/x`, `endpoints/1`) stays as it is, also
    behind the provider's own project and location.  Raises LocalProtocolError for what is no name.
    """
    provider = terms.provider
    if _FORBIDDEN.search(model):
        raise LocalProtocolError(f"{model!r} is no name of a model")
    if (full := _FULL.match(model)) is not None:
        if full.groups() != (provider.options.get("project"), provider.options.get("location")):
            raise LocalProtocolError(f"{model!r} is not in the project and location of {provider.name!r}")
        model = model[full.end() :]
    head, slash, rest = model.partition("/")
    if slash and head not in _COLLECTIONS and "resource" in provider.paths:
        model = f"publishers/{head}/models/{rest}"
    elif not slash or head not in _COLLECTIONS:
        return path_of(terms, "model", "/models/{model}", model, safe=_SAFE)
    return path_of(terms, "resource", "/{model}", model, safe=_SAFE + "/")


def method_path(terms: Terms, model: str, method: str) -> str:
    """The path of a method of a model."""
    return f"{model_path(terms, model)}:{method}"
