"""A provider as data over a dialect, and the credential that opens it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..http import Headers, redacted_url


class Credential(msgspec.Struct, frozen=True):
    """Headers that authenticate a request.  `expires` is the Unix time after which they are void.  No repr shows them."""

    headers: Headers
    expires: float | None = None

    def __repr__(self) -> str:
        """The names of the headers only."""
        return f"Credential({', '.join(name for name, _ in self.headers)})"


class Secret(msgspec.Struct, frozen=True):
    """What a credential is made from where that is no API key; `sansio.auth` has the kinds.

    Access keys sign each request by themselves; a grant buys a token, which is a request of its own.
    """


class ModelRule(msgspec.Struct, frozen=True, kw_only=True):
    """What some of a provider's models take differently: those whose whole id matches `pattern`, a regular expression.

    `renamed`, `spelled` and `forbidden` are as in `Quirks`; the last does not hold where `reasoning_effort` is `lifted_by`.
    `refused` are values, by parameter, that the models do not take, those of objects by their `type`.  `reasoning` is the
    way in which the family is told how much to reason, one of its dialect's, and `budgets` the tokens that stand for an
    effort where that way is a budget.  `lacks` are features of the dialect that these models do not have, by its names for
    them, `max_output_tokens` is their limit, for a dialect whose requests must state one.
    """

    pattern: str
    renamed: Mapping[str, str] = {}
    spelled: Mapping[str, Mapping[str, str]] = {}
    forbidden: frozenset[str] = frozenset()
    refused: Mapping[str, frozenset[str]] = {}
    lifted_by: str | None = None
    reasoning: str | None = None
    budgets: Mapping[str, int] = {}
    lacks: frozenset[str] = frozenset()
    max_output_tokens: int | None = None


class Quirks(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider differs from its dialect, as data.

    `renamed` maps a parameter to the provider's name for it, `spelled` its values to the provider's words for them, and
    `forbidden` names those that it refuses.  `roles` maps a role to the one that it takes; `named` holds the roles whose
    messages may have a name, None where all may.  `forms` names, for a part of a message or a parameter, the form of its
    own that the provider has for it, one of its dialect's.  `reasoning_field` is the name under which reasoning text is sent back in assistant messages, None
    where it is not taken.  `usage_switch` says that streams report usage only when `stream_options.include_usage` asks.
    `members` stand in every body; None leaves the dialect's own member out.  `lacks` are features of the dialect that the
    provider does not have, by the dialect's names for them; conversations that it refuses are among them.
    Of `models` the first rule that matches counts; a model that none matches is not rewritten.

    `operations` says the same of requests that are no chats, by operation: there `members` are sent unless the caller
    gave them, and of the parameters that OpenAI lacks those in `beyond` are taken, and those that are renamed.
    """

    renamed: Mapping[str, str] = {}
    spelled: Mapping[str, Mapping[str, str]] = {}
    forbidden: frozenset[str] = frozenset()
    roles: Mapping[str, str] = {}
    named: frozenset[str] | None = None
    forms: Mapping[str, str] = {}
    reasoning_field: str | None = None
    usage_switch: bool = True
    members: Mapping[str, str | None] = {}
    lacks: frozenset[str] = frozenset()
    models: tuple[ModelRule, ...] = ()
    operations: Mapping[str, Quirks] = {}
    beyond: frozenset[str] = frozenset()


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """Another form of a provider's URLs, where an option is given that only this one has, or `option=value` is."""

    base_url: str
    paths: Mapping[str, str] = {}
    query: Headers = ()


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """Another API of a provider, for the models whose whole id matches `pattern`: what is given here replaces the provider's.

    A group called `model` in the pattern is the name that the API knows; without one it is the whole id.
    """

    pattern: str
    dialect: str
    base_url: str | None = None
    auth: str | None = None
    headers: Headers | None = None
    query: Headers | None = None
    operations: frozenset[str] | None = None
    paths: Mapping[str, str] = {}
    quirks: Quirks = Quirks()


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how a provider is asked.  Make one with `sansio.provider(name, ...)`; its repr shows no secret.

    `base_url` has no slash at the end of its path; its query goes with every request.  In a template it may name options in
    braces (`{region}`).  `dialect` names the API; of `operations` it has those that are named, beside the chat.
    `forms` replace the URLs where the option is given by which they stand.  Of a `rooted` provider a URL without a path is
    that of the resource, under which the template's path stands.

    `paths` replace a dialect's own, by its names for them (`chat`, `responses`, `messages`; `messages.stream` for streams
    only), with `{model}` in them; of `variants` the first that fits the model counts.

    `auth` is the scheme that turns `api_key` into headers (`bearer`, or the names of its headers), `keyless` says that a
    request without a key is still worth sending (local servers).  `secret` stands in for the key, and `grant` is the kind of
    secret that a client looks for in the environment: aws, google or entra; `service` is the
    service's name in signatures of AWS.  `known` is the name under which the registry has its models, where `name` is
    another.

    The variables are those of an environment: for the key, for a bearer token where there is no key, for the base URL, for
    each option, for headers by their names, and for any headers, one `Name: value` a line.
    """

    name: str
    base_url: str
    dialect: str
    auth: str = "bearer"
    api_key: str | None = None
    secret: Secret | None = None
    grant: str | None = None
    keyless: bool = False
    service: str | None = None
    known: str | None = None
    key_variables: tuple[str, ...] = ()
    token_variables: tuple[str, ...] = ()
    url_variables: tuple[str, ...] = ()
    options: Mapping[str, str] = {}
    option_variables: Mapping[str, tuple[str, ...]] = {}
    header_variables: Mapping[str, str] = {}
    headers_variable: str | None = None
    headers: Headers = ()
    query: Headers = ()
    forms: Mapping[str, Form] = {}
    rooted: bool = False
    operations: frozenset[str] = frozenset()
    paths: Mapping[str, str] = {}
    variants: tuple[Variant, ...] = ()
    quirks: Quirks = Quirks()

    def __repr__(self) -> str:
        """The provider without its key and its headers' values."""
        key = "None" if self.api_key is None else "REDACTED"
        return f"Provider({self.name!r}, {redacted_url(self.base_url)!r}, dialect={self.dialect!r}, api_key={key})"
