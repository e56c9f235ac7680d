"""A provider as data over a dialect, and the credential that opens it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..http import Headers


class Credential(msgspec.Struct, frozen=True):
    """Headers that authenticate a request.  `expires` is the Unix time after which they are void.  No repr shows them."""

    headers: Headers
    expires: float | None = None

    def __repr__(self) -> str:
        """The names of the headers only."""
        return f"Credential({', '.join(name for name, _ in self.headers)})"


class Quirks(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider differs from its dialect, as data.

    `renamed` maps a parameter to the provider's name for it, `forbidden` names those that it refuses, `roles` maps a
    role to the one that it takes.  `reasoning_field` is the name under which reasoning text is sent back in assistant messages, None
    where it is not taken.  `usage_switch` says that streams report usage only when `stream_options.include_usage` asks.
    """

    renamed: Mapping[str, str] = {}
    forbidden: frozenset[str] = frozenset()
    roles: Mapping[str, str] = {}
    reasoning_field: str | None = None
    usage_switch: bool = True


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how a provider is asked.  Make one with `sansio.provider(name, ...)`; its repr shows no secret.

    `base_url` has no slash at its end.  `dialect` names the chat API.  `auth` is the scheme that turns `api_key` into
    headers (`bearer`, or none), `keyless` says that a request without a key is still worth sending (local servers).
    """

    name: str
    base_url: str
    dialect: str
    auth: str = "bearer"
    api_key: str | None = None
    keyless: bool = False
    key_variables: tuple[str, ...] = ()
    url_variables: tuple[str, ...] = ()
    headers: Headers = ()
    quirks: Quirks = Quirks()

    def __repr__(self) -> str:
        """The provider without its key and its headers' values."""
        key = "None" if self.api_key is None else "REDACTED"
        return f"Provider({self.name!r}, {self.base_url!r}, dialect={self.dialect!r}, api_key={key})"
