"""Keys: those of APIs, which are one header and no computation, and those of AWS, which sign."""

from __future__ import annotations

from ..errors import LocalProtocolError
from ..types import Credential, Provider, Secret


class AwsKeys(Secret, frozen=True):
    """An access key of AWS; temporary ones have a session token. Its repr shows no secret."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None

    def __repr__(self) -> str:
        """The id only, which is no secret: it travels in every signature."""
        return f"AwsKeys({self.access_key_id!r})"


def credential(provider: Provider) -> Credential:
    """The credential that the provider's key makes under its scheme: `bearer`, or else the names of the key's headers.

    A provider that needs no key gets an empty one where it has none; raises LocalProtocolError for any other.
    """
    if provider.api_key is None:
        if provider.keyless:
            return Credential(())
        if provider.secret is not None:
            raise LocalProtocolError(f"provider {provider.name!r} needs a token of its grant: give it as credential=")
        variables = f" ({', '.join(provider.key_variables)})" if provider.key_variables else ""
        raise LocalProtocolError(f"provider {provider.name!r} needs an api_key{variables}")
    if provider.auth == "bearer":
        return Credential((("authorization", f"Bearer {provider.api_key}"),))
    key = provider.api_key
    return Credential(tuple((name, key) for name in provider.auth.split()))
