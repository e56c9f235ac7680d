"""What a client is configured with, and how a request becomes a call: the part of a client that does no I/O."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cache, partial
from typing import TYPE_CHECKING, Final, TypedDict, TypeVar, Unpack

import msgspec

from sansio.auth.oauth import Grant
from sansio.errors import LocalProtocolError
from sansio.events import Outcome
from sansio.exchange import Exchange, OnLoss
from sansio.flows import call
from sansio.http import Limits, Timeouts
from sansio.policy import Retry
from sansio.shared import Shared
from sansio.types import ChatRequest, Credential, Extra, Provider, Request
from sansio.wire.call import Call
from sansio.wire.pool import PoolLimits
from sansio.wire.proxy import Proxies
from sansio.wire.wiring import Wiring

from ._log import Log, LogLevel
from ._sources import Content, Sources
from .config import SYSTEM_TRUST, TlsConfig, tls_context

if TYPE_CHECKING:
    import ssl

    from sansio.models import Registry

R = TypeVar("R")


class Overrides(TypedDict, total=False):
    """What one call, or a client of `with_options`, does otherwise.

    `timeouts`, `retry` and `on_loss` replace the client's; `headers`, `query` and `extra` (further fields of the body, top
    level) are added to the client's; `sources` are what the `Source`s of a request body stand for, by id.
    """

    timeouts: Timeouts
    retry: Retry
    on_loss: OnLoss
    headers: Mapping[str, str]
    query: Mapping[str, str]
    extra: Mapping[str, object]
    sources: Mapping[str, Content]


class Configuration(Overrides, total=False):
    """What a client is made of, all of it optional.

    `providers` answer to their names; `limits` bound one response, `pool` the connections; `tls` is a `TlsConfig`, or an
    SSLContext of the caller's own; without `proxies` there are none; `log` is debug or info.  `registry` knows the
    models' limits and prices, instead of the package's own.
    """

    providers: Sequence[Provider]
    limits: Limits
    pool: PoolLimits
    proxies: Proxies
    tls: TlsConfig | ssl.SSLContext
    log: LogLevel | None
    registry: Registry


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a call is made: `Overrides`, complete."""

    timeouts: Timeouts = Timeouts()
    retry: Retry = Retry()
    on_loss: OnLoss = "raise"
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    extra: Mapping[str, object] = {}
    sources: Mapping[str, Content] = {}

    def having(self, overrides: Overrides) -> Options:
        """The same but for *overrides*.  Header names are compared as HTTP does.  Raises TypeError for an unknown option."""
        added = {
            "headers": {
                **self.headers,
                **{name.lower(): value for name, value in overrides.get("headers", {}).items()},
            },
            "query": {**self.query, **overrides.get("query", {})},
            "extra": {**self.extra, **overrides.get("extra", {})},
        }
        return msgspec.structs.replace(self, **{**overrides, **added})


_TO_COME: Final = Credential(())  # the call's flow gets a token
_NO_SOURCES: Final = Sources({})  # one for all calls without files


class Setup:
    """The providers of a client, its options and its wiring: makes calls of requests.

    Clients of `with_options` have setups of their own over one `shared`.
    """

    def __init__(
        self,
        *,
        providers: Sequence[Provider] = (),
        limits: Limits = Limits(),
        pool: PoolLimits = PoolLimits(),
        proxies: Proxies = Proxies(),
        tls: TlsConfig | ssl.SSLContext = SYSTEM_TRUST,
        log: LogLevel | None = None,
        registry: Registry | None = None,
        **overrides: Unpack[Overrides],
    ) -> None:
        self.shared = Shared(pool)
        self.options = Options().having(overrides)
        self._limits = limits
        self._registry = registry
        self._log = None if log is None else Log(log)
        self._providers = {provider.name: provider for provider in providers}
        if len(self._providers) < len(providers):
            raise LocalProtocolError("two providers have one name; give one of them another")
        self._wiring = Wiring(
            limits=limits,
            proxies=proxies,
            context=cache(partial(tls_context, tls)) if isinstance(tls, TlsConfig) else lambda: tls,
            channels=self.shared.channels,
        )

    def having(self, overrides: Overrides) -> Setup:
        """The same with other options."""
        setup = copy(self)
        setup.options = self.options.having(overrides)
        return setup

    def call(self, request: Request[R], *, stream: bool, name: str, now: float) -> Call[Outcome[R]]:
        """The call that *request* becomes, under its *name* in `shared`.

        Raises LocalProtocolError where it means no configured provider, or lacks what its provider needs.
        """
        options = self.options
        unix = time.time()
        provider, request = self._provider(request)
        exchange = Exchange(
            provider,
            _with_extra(request, options.extra) if options.extra else request,
            stream=stream,
            headers=tuple(options.headers.items()),
            query=tuple(options.query.items()),
            credential=_TO_COME if provider.api_key is None and isinstance(provider.secret, Grant) else None,
            unix=unix,
            seed=os.urandom(16),
            limits=self._limits,
            on_loss=options.on_loss,
            registry=self._registry,
        )
        flow = partial(call, exchange, options.retry, options.timeouts, random.random)
        if self._log is None:
            return Call(flow, name, self._wiring, now=now, unix=unix)
        logged = self._log.around(flow, name, exchange.request)
        return Call(logged, name, self._wiring, now=now, unix=unix, recorder=self._log.recorder(name))

    def sources(self) -> Sources:
        """The sources of one call."""
        return Sources(self.options.sources) if self.options.sources else _NO_SOURCES

    def _provider(self, request: Request[R]) -> tuple[Provider, Request[R]]:
        """Who is asked, and the request as an exchange with that provider takes it.

        A `provider` of the request names who; else the text before the first slash of its model does, or where there is
        none, the text before the first colon.
        """
        if name := getattr(request, "provider", ""):
            return self._configured(name, f"provider {name!r}"), request
        model = getattr(request, "model", None)
        if not isinstance(model, str):
            raise LocalProtocolError(f"{type(request).__name__} names no model and no provider")
        separator = "/" if "/" in model else ":"
        name, found, rest = model.partition(separator)
        provider = self._configured(name if found else "", f"model {model!r}")
        if not rest:
            raise LocalProtocolError(f"model {model!r} names a provider, and no model of it")
        return provider, request if separator == "/" else _with_model(request, f"{name}/{rest}")

    def _configured(self, name: str, said: str) -> Provider:
        if (provider := self._providers.get(name)) is None:
            configured = ", ".join(self._providers) or "none"
            raise LocalProtocolError(f"{said} names no configured provider; configured: {configured}")
        return provider


def _with_model(request: Request[R], model: str) -> Request[R]:
    """The request with another model, which may stand in the chat that it is about."""
    if "model" in request.__struct_fields__:
        return msgspec.structs.replace(request, model=model)
    chat: ChatRequest = getattr(request, "chat")  # noqa: B009  # the one kind that has its model there
    return msgspec.structs.replace(request, chat=msgspec.structs.replace(chat, model=model))


def _with_extra(request: Request[R], extra: Mapping[str, object]) -> Request[R]:
    if "extra" not in request.__struct_fields__:
        raise LocalProtocolError(f"a {type(request).__name__} takes no extra fields")
    from sansio.exchange.mistakes import not_json

    if (said := not_json(extra)) is not None:
        raise LocalProtocolError(said)
    own: Extra = getattr(request, "extra", None) or {}
    try:
        raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in extra.items()}
    except (TypeError, ValueError) as exc:
        raise LocalProtocolError(f"further fields are JSON: {exc}") from exc
    return msgspec.structs.replace(request, extra={**own, **raw})
