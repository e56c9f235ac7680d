"""Authentication: credentials computed from secrets that were handed in, and the grants by which flows get tokens."""

from __future__ import annotations

from .authorization import authorized
from .entra import EntraClientSecret, EntraFederated, EntraManagedIdentity
from .google import GoogleMetadata, GoogleServiceAccount, GoogleUser, google_grant
from .keys import AwsKeys, credential
from .oauth import Grant

__all__ = [
    "AwsKeys",
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
