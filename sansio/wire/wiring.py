"""How the calls of one client reach the network: limits, proxies, TLS, and the request heads that they have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ..errors import LocalProtocolError
from ..http import Limits
from .http1 import RequestHeads
from .proxy import Proxies
from .tls import Channel, secure
from .verbs import Wire

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")


def no_context() -> ssl.SSLContext:
    """The context of a client that was given none."""
    raise LocalProtocolError("an https URL needs a TLS context, and this client was given none")


class Wiring:
    """What every call of a client is given.

    `context` is called at the first TLS connection, so that nothing loads `ssl` or the trust store before.
    `channels` are `Shared`'s; None leaves the TLS layer out, so that `StartTls` is shown, as in a replay.
    """

    def __init__(
        self,
        *,
        limits: Limits = Limits(),
        proxies: Proxies = Proxies(),
        context: Callable[[], ssl.SSLContext] = no_context,
        channels: dict[int, Channel] | None = None,
    ) -> None:
        self.limits = limits
        self.proxies = proxies
        self.context = context
        self.channels = channels
        self.heads = RequestHeads()

    def secure(self, wire: Wire[T]) -> Wire[T]:
        """The wire with TLS below it, on the connections that start it."""
        return wire if self.channels is None else secure(wire, self.channels, self.context)
