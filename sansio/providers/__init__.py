"""Providers as data over the dialects, one module each, and the function that configures one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final, cast

import msgspec

from .. import dialects
from ..errors import LocalProtocolError
from ..http import Headers, split_url
from ..types import Provider

_NAMES: Final = ("openai", "openai_compatible")
_ALIASES: Final = {"azure": "azure_openai", "cohere_chat": "cohere", "together_ai": "together", "vertex": "vertex_ai"}


def names() -> tuple[str, ...]:
    """The providers that `provider` knows, sorted."""
    return _NAMES


def provider(
    known: str,
    /,
    *,
    name: str | None = None,
    api_key: str | None = None,
    base_url: str | None = None,
    env: Mapping[str, str] | None = None,
    dialect: str | None = None,
    headers: Headers = (),
) -> Provider:
    """A configured provider: `provider("openai", api_key="...")`, or with the key and URL that `env=os.environ` holds.

    An argument goes before a variable, and a variable before the provider's own value.  *name* is a name of one's own,
    *dialect* another of the provider's APIs, *headers* go with every request.  Raises LocalProtocolError for an unknown
    provider or dialect, for what is no URL, and for a variable of headers that holds something else; a missing key is
    missed only once a request needs it.
    """
    template = _template(_ALIASES.get(known, known))
    variables = env or {}
    found = tuple((header, variables[key]) for key, header in template.header_variables.items() if variables.get(key))
    dialect = dialect or template.dialect
    if dialect not in dialects.names():
        raise LocalProtocolError(f"no dialect {dialect!r}; there are {', '.join(dialects.names())}")
    return msgspec.structs.replace(
        template,
        name=name or template.name,
        api_key=api_key or _first(template.key_variables, variables),
        base_url=_url(template, base_url or _first(template.url_variables, variables) or template.base_url),
        dialect=dialect,
        headers=(*template.headers, *found, *_header_lines(template, variables), *headers),
    )


def _template(name: str) -> Provider:
    if name not in _NAMES:
        raise LocalProtocolError(f"no provider {name!r}; there are {', '.join(_NAMES)}")
    return cast("Provider", import_module(f".{name}", __name__).PROVIDER)


def _first(keys: tuple[str, ...], variables: Mapping[str, str]) -> str | None:
    return next((variables[key] for key in keys if variables.get(key)), None)


def _header_lines(template: Provider, variables: Mapping[str, str]) -> Headers:
    """The headers that one variable holds, a `Name: value` a line; empty lines do not count."""
    if template.headers_variable is None:
        return ()
    text = variables.get(template.headers_variable, "")
    lines = [line.partition(":") for line in text.split("\n") if line.strip()]
    if not all(colon for _, colon, _ in lines):
        raise LocalProtocolError(f"{template.headers_variable} has a line that is no `Name: value`")
    return tuple((name.strip(), value.strip()) for name, _, value in lines)


def _url(template: Provider, url: str) -> str:
    if not url:
        raise LocalProtocolError(f"provider {template.name!r} needs a base_url")
    split_url(url)
    path, _, query = url.partition("?")
    return path.rstrip("/") + (f"?{query}" if query else "")


__all__ = ["names", "provider"]
