"""Providers as data over the dialects, one module each, and the function that configures one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Final, cast

import msgspec

from .. import dialects
from ..errors import LocalProtocolError
from ..http import Headers, split_url
from ..types import Provider, Secret, Variant

# The modules that hold `PROVIDERS`, by the names of these; loaded on first use.
_MODULES: Final[dict[str, str]] = {
    "anthropic": "anthropic",
    "bedrock": "bedrock",
    "cohere": "cohere",
    "ollama": "ollama",
    "azure_ai": "azure",
    "azure_openai": "azure",
    "cerebras": "compatible",
    "deepinfra": "compatible",
    "deepseek": "compatible",
    "fireworks": "compatible",
    "gemini": "google",
    "groq": "compatible",
    "huggingface": "compatible",
    "llamacpp": "local",
    "meta_llama": "compatible",
    "mistral": "mistral",
    "moonshot": "compatible",
    "nvidia_nim": "compatible",
    "openai": "openai",
    "openai_compatible": "local",
    "openrouter": "compatible",
    "perplexity": "perplexity",
    "together": "compatible",
    "v0": "compatible",
    "vertex_ai": "google",
    "vllm": "local",
    "xai": "compatible",
}
_ALIASES: Final = {"azure": "azure_openai", "cohere_chat": "cohere", "together_ai": "together", "vertex": "vertex_ai"}
_OPTION: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:-]*[A-Za-z0-9])?")  # it stands in host names and paths

_registered: dict[str, Provider] = {}


class MissingOptionError(LocalProtocolError):
    """A provider cannot be reached without an option of its own, such as a region, and was not given it."""


def names() -> tuple[str, ...]:
    """The providers that `provider` knows, sorted."""
    return tuple(sorted({*_MODULES, *_registered}))


def register(template: Provider) -> None:
    """Make *template*, a provider without its secrets, known under its name: here, and to every client's environment.

    One that is registered goes before a provider of this library's with the same name.  Raises LocalProtocolError for an
    unknown dialect.
    """
    _check_dialect(template.dialect)
    _registered[template.name] = template


def template(name: str) -> Provider:
    """The provider as it is known, without anything of the caller's.  Raises LocalProtocolError for an unknown one."""
    name = name if name in _registered else _ALIASES.get(name, name)
    if (registered := _registered.get(name)) is not None:
        return registered
    if (module := _MODULES.get(name)) is None:
        raise LocalProtocolError(f"no provider {name!r}; there are {', '.join(names())}")
    known = cast("tuple[Provider, ...]", import_module(f".{module}", __name__).PROVIDERS)
    return next(provider for provider in known if provider.name == name)


def provider(
    known: str,
    /,
    *,
    name: str | None = None,
    api_key: str | None = None,
    secret: Secret | None = None,
    base_url: str | None = None,
    env: Mapping[str, str] | None = None,
    dialect: str | None = None,
    headers: Headers = (),
    **options: str,
) -> Provider:
    """A configured provider: `provider("openai", api_key="...")`, or with the key and URL that `env=os.environ` holds.

    An argument goes before a variable, and a variable before the provider's own value.  *name* is a name of one's own,
    *secret* stands in for a key, *dialect* is another of the provider's APIs, *headers* go with every request.  *options*
    are the provider's: a region, a project, a resource.  Raises LocalProtocolError for an unknown provider, dialect or
    option, for an option that is missing, for what is no URL, and for a variable of headers that holds something else; a
    missing key is missed only once a request needs it.
    """
    found, variables = template(known), env or {}
    chosen = _options(found, options, variables)
    found = _placed(_in_form(found, chosen), base_url or _first(found.url_variables, variables), chosen)
    found = found if dialect is None else _in_dialect(found, dialect)
    key = api_key or _first(found.key_variables, variables)
    token = None if key or secret else _first(found.token_variables, variables)
    return msgspec.structs.replace(
        found,
        name=name or found.name,
        known=found.known or found.name,
        api_key=key or token,
        auth="bearer" if token else found.auth,
        secret=secret or found.secret,
        options=chosen,
        headers=(*found.headers, *_named_headers(found, variables), *_header_lines(found, variables), *headers),
    )


def _in_dialect(template: Provider, dialect: str) -> Provider:
    """The template for all models in one API; what another does not take says nothing of it."""
    _check_dialect(dialect)
    quirks = template.quirks
    if dialect != template.dialect:
        quirks = msgspec.structs.replace(quirks, forbidden=frozenset())
    return msgspec.structs.replace(template, dialect=dialect, variants=(), quirks=quirks)


def _check_dialect(dialect: str) -> None:
    if dialect not in dialects.names():
        raise LocalProtocolError(f"no dialect {dialect!r}; there are {', '.join(dialects.names())}")


def _options(template: Provider, given: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    known = {*template.option_variables, *template.options}
    if unknown := sorted(given.keys() - known):
        there_are = f"there are {', '.join(sorted(known))}" if known else "it has none"
        raise LocalProtocolError(f"{template.name} has no option {unknown[0]!r}; {there_are}")
    found = {name: _first(keys, variables) for name, keys in template.option_variables.items()}
    chosen = {**template.options, **{name: value for name, value in found.items() if value}, **given}
    for name, value in chosen.items():
        if not _OPTION.fullmatch(value):
            raise LocalProtocolError(
                f"{name}={value!r} is no option of {template.name}: letters, digits, and ._:- within"
            )
    return chosen


def _placed(template: Provider, given: str | None, options: Mapping[str, str]) -> Provider:
    """The provider at the *given* URL, or at its own, with its options in that, its paths and its query."""
    url = _rooted(template, _addressed(template, given)) if given else _filled(template.base_url, template, options)
    named = {"model": "{model}", **options}
    return msgspec.structs.replace(
        template,
        base_url=_url(template, url),
        variants=tuple(_at_host_of(url, variant) for variant in template.variants) if given else template.variants,
        paths={key: _filled(path, template, named) for key, path in template.paths.items()},
        query=tuple((key, _filled(value, template, options)) for key, value in template.query),
    )


def _at_host_of(url: str, variant: Variant) -> Variant:
    """The variant where the caller's *url* is, and nowhere else: the same host has its path."""
    if variant.base_url is None:
        return variant
    scheme, _, rest = url.partition("?")[0].partition("://")
    path = variant.base_url.partition("://")[2].partition("/")[2]
    return msgspec.structs.replace(variant, base_url=f"{scheme}://{rest.partition('/')[0]}/{path}")


def _in_form(template: Provider, options: Mapping[str, str]) -> Provider:
    """The provider with the URLs that its options ask for."""
    form = next((form for asked, form in template.forms.items() if _is_given(asked, options)), None)
    if form is None:
        return template
    return msgspec.structs.replace(template, base_url=form.base_url, paths=form.paths, query=form.query)


def _is_given(asked: str, options: Mapping[str, str]) -> bool:
    name, _, value = asked.partition("=")
    return name in options and value in {"", options[name]}


def _addressed(template: Provider, url: str) -> str:
    """The caller's URL; at a local server a bare address will do, which has its scheme, and its port if it names none."""
    if "://" in url or not template.base_url.startswith("http://"):
        return url
    address, slash, path = url.partition("/")
    host, colon, port = address.rpartition(":")
    if not (colon and port.isdecimal()):
        host, port = address, str(split_url(template.base_url)[0].port)
    return f"http://{host or 'localhost'}:{port}{slash}{path}"


def _rooted(template: Provider, url: str) -> str:
    """The caller's URL; that of a resource with the template's path."""
    if not template.rooted or "/" in url.partition("://")[2].rstrip("/"):
        return url
    path = template.base_url.partition("://")[2].partition("/")[2]
    return f"{url.rstrip('/')}/{path}"


def _filled(text: str, template: Provider, options: Mapping[str, str]) -> str:
    """*text* with the options in it; raises LocalProtocolError for a missing one."""
    try:
        return text.format_map(options) if "{" in text else text
    except KeyError as exc:
        name = str(exc.args[0])
        variables = template.option_variables.get(name, ())
        where = f" ({', '.join(variables)})" if variables else ""
        raise MissingOptionError(f"provider {template.name!r} needs {name}={where}, or a base_url") from exc


def _first(keys: tuple[str, ...], variables: Mapping[str, str]) -> str | None:
    return next((variables[key] for key in keys if variables.get(key)), None)


def _named_headers(template: Provider, variables: Mapping[str, str]) -> Headers:
    """The headers that have variables of their own."""
    return tuple((header, variables[key]) for key, header in template.header_variables.items() if variables.get(key))


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


__all__ = ["MissingOptionError", "names", "provider", "register", "template"]
