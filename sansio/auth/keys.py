"""API keys: one header, and no computation."""

from __future__ import annotations

from ..errors import LocalProtocolError
from ..types import Credential, Provider


def credential(provider: Provider) -> Credential:
    """The credential that the provider's key makes under its scheme: `bearer`, or else the name of the key's header.

    A provider that needs no key gets an empty one where it has none; raises LocalProtocolError for any other.
    """
    if provider.api_key is None:
        if provider.keyless:
            return Credential(())
        variables = f" ({', '.join(provider.key_variables)})" if provider.key_variables else ""
        raise LocalProtocolError(f"provider {provider.name!r} needs an api_key{variables}")
    if provider.auth == "bearer":
        return Credential((("authorization", f"Bearer {provider.api_key}"),))
    return Credential(((provider.auth, provider.api_key),))
