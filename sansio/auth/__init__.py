"""Authentication: credentials computed from secrets that were handed in, and the grants by which flows get tokens.

The clouds' grants load when they are first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from .authorization import authorized
from .keys import AwsKeys, credential
from .oauth import Grant

if TYPE_CHECKING:
    from .entra import EntraAppService, EntraClientSecret, EntraFederated, EntraManagedIdentity
    from .google import GoogleMetadata, GoogleServiceAccount, GoogleUser, google_grant
else:  # unseen by checkers, which would take every name for one of these

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


__all__ = [
    "AwsKeys",
    "EntraAppService",
    "EntraClientSecret",
    "EntraFederated",
    "EntraManagedIdentity",
    "GoogleMetadata",
    "GoogleServiceAccount",
    "GoogleUser",
    "Grant",
    "authorized",
    "credential",
    "google_grant",
]

_HOMES: Final = {name: "entra" if name.startswith("Entra") else "google" for name in __all__}
