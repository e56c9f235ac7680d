"""What the caller gave in a request that is no chat, under the provider's names, on its way into a body."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ...types import Extra, Quirks, Request
from ..body import json_body
from ..codec import Encoded, Terms, native_model, path_of
from ..losses import Losses

_AS_OPENAI: Final = Quirks()
_APART: Final = frozenset({"extra", "provider"})
_JSON: Final = "application/json"


def quirks_of(request: Request[Any], terms: Terms) -> Quirks:
    """How the provider differs in this kind of request."""
    return terms.provider.quirks.operations.get(request.operation, _AS_OPENAI)


class Parameters:
    """The `members` that were given, as the provider names and spells them, and the `losses` on the way.

    Those in *beyond* are not OpenAI's: only a provider takes them that has a name for them.
    """

    __slots__ = ("_extra", "_operation", "_terms", "losses", "members")

    def __init__(self, request: Request[Any], terms: Terms, beyond: frozenset[str] = frozenset()) -> None:
        quirks = quirks_of(request, terms)
        self.losses = Losses("openai")
        self.members: dict[str, object] = {name: value for name, value in quirks.members.items() if value is not None}
        self._terms = terms
        self._operation = request.operation
        self._extra: Extra = getattr(request, "extra", None) or {}
        for name, value in msgspec.structs.asdict(request).items():
            if value is None or name in _APART:
                continue
            own = quirks.renamed.get(name)
            if name in quirks.forbidden or (own is None and name in beyond):
                self.losses.drop(name, f"{terms.provider.name} does not take it")
            else:
                self.members[own or name] = self._native(name, value, quirks)

    def json(self, path: str, *, name: str | None = None, accept: str | None = _JSON) -> Encoded:
        """The request whose body is the members as JSON, with what the caller adds to them.

        *path* is the dialect's own, *name* what it calls that, if not as the operation.  *accept* is the media type of the
        answer, None where that is a stream or JSON, as was asked for.
        """
        body = json_body(self.members, self._extra)
        return Encoded(self._path(name or self._operation, path), body, tuple(self.losses.found), accept=accept)

    def form(self, path: str, *, name: str | None = None, accept: str | None = _JSON) -> Encoded:
        """The request whose body is the members as a form; otherwise as `json`.

        Raises LocalProtocolError for what no form holds, and where no random bytes were given for it.
        """
        from .form import form

        extra = {key: msgspec.json.decode(raw) for key, raw in self._extra.items()}
        body, type_ = form({**self.members, **extra}, self._terms.seed)
        where = self._path(name or self._operation, path)
        return Encoded(where, body, tuple(self.losses.found), content_type=type_, accept=accept)

    def _path(self, name: str, path: str) -> str:
        return path_of(self._terms, name, path, str(self.members.get("model", "")))

    def _native(self, name: str, value: object, quirks: Quirks) -> object:
        if not isinstance(value, str):
            return value
        if name == "model":
            return native_model(value, self._terms.provider)
        return quirks.spelled.get(name, {}).get(value, value)
