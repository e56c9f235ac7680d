"""What the caller gave in a request that is no chat, under the provider's names, on its way into a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Raw

from ...errors import LocalProtocolError
from ...http import Body
from ...types import Extra, Quirks, Request
from ..body import json_body
from ..codec import Encoded, Terms, native_model, path_of
from ..lenient import REFUSALS
from ..losses import Losses

_AS_OPENAI: Final = Quirks()
_APART: Final = frozenset({"extra", "provider"})
_JSON: Final = "application/json"


def quirks_of(request: Request[Any], terms: Terms) -> Quirks:
    """How the provider differs in this kind of request."""
    return terms.provider.quirks.operations.get(request.operation, _AS_OPENAI)


class Parameters:
    """The `members` that were given, as the provider names and spells them, and the `losses` on the way.

    Those in *beyond* are not OpenAI's: only a provider takes them whose quirks name them.
    """

    __slots__ = ("_extra", "_model", "_operation", "_terms", "losses", "members")

    def __init__(self, request: Request[Any], terms: Terms, beyond: frozenset[str] = frozenset()) -> None:
        quirks = quirks_of(request, terms)
        self.losses = Losses("openai")
        self.members: dict[str, object] = {name: value for name, value in quirks.members.items() if value is not None}
        self._terms = terms
        self._operation = request.operation
        self._extra: Extra = getattr(request, "extra", None) or {}
        given = {name: value for name, value in msgspec.structs.asdict(request).items() if value is not None}
        self._model = given.get("model", "")
        if self._model:
            self._model = given["model"] = native_model(self._model, terms.provider)
        for name, value in given.items():
            if name in _APART:
                continue
            own = quirks.renamed.get(name)
            if name in quirks.forbidden or (own is None and name in beyond - quirks.beyond):
                self.losses.drop(name, f"{terms.provider.name} does not take it")
            else:
                self.members[own or name] = _spelled(value, quirks.spelled.get(name))

    def json(self, path: str, *, name: str | None = None, accept: str | None = _JSON) -> Encoded:
        """The request whose body is the members as JSON, with what the caller adds to them.

        *path* is the dialect's own, *name* what it calls that, if not as the operation.  *accept* is the media type of the
        answer, None where that is a stream or JSON, as was asked for.
        """
        return self._encoded(name, path, json_body(self.members, self._extra), "application/json", accept)

    def form(self, path: str, *, name: str | None = None, accept: str | None = _JSON) -> Encoded:
        """The request whose body is the members as a form; otherwise as `json`.

        Raises LocalProtocolError for what no form holds, and where no random bytes were given for it.
        """
        from .form import form

        added = {key: _value(key, raw) for key, raw in self._extra.items()}
        body, content_type = form({**self.members, **added}, self._terms.seed)
        return self._encoded(name, path, body, content_type, accept)

    def _encoded(
        self, name: str | None, path: str, body: bytes | Body, content_type: str, accept: str | None
    ) -> Encoded:
        where = path_of(self._terms, name or self._operation, path, self._model)
        return Encoded(where, body, tuple(self.losses.found), content_type=content_type, accept=accept)


def _spelled(value: object, words: Mapping[str, str] | None) -> object:
    return words.get(value, value) if words and isinstance(value, str) else value


def _value(name: str, raw: Raw) -> object:
    try:
        return msgspec.json.decode(raw)
    except REFUSALS as exc:
        raise LocalProtocolError(f"extra[{name!r}] is not JSON: {exc}") from exc
