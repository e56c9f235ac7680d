"""Access tokens for Google's APIs: of a service account, of a user, and of the machine that a program runs on.

https://developers.google.com/identity/protocols/oauth2/service-account, https://google.aip.dev/auth/4110
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

from ..errors import Failure, LocalProtocolError
from ..http import HttpRequest
from ..types import Credential
from .jwt import rs256
from .oauth import Grant, form, read_refusal, read_token

F = TypeVar("F", bound=msgspec.Struct)

CLOUD_PLATFORM: Final = "https://www.googleapis.com/auth/cloud-platform"
"""The scope of all of Google Cloud; what is allowed within it, IAM says."""
_TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105  # no secret
_JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"  # RFC 7523 section 2.1
_LIFE: Final = 3600  # seconds that an assertion may be valid at most


class GoogleServiceAccount(Grant, frozen=True):
    """A service account with its key; *scope* is a list separated by spaces, *subject* a user to act for.

    *project* is the account's own, which no token needs.
    """

    client_email: str
    private_key: str
    private_key_id: str | None = None
    token_uri: str = _TOKEN_URI
    scope: str = CLOUD_PLATFORM
    subject: str | None = None
    project: str | None = None

    def __repr__(self) -> str:
        """The account and the key's id."""
        return f"GoogleServiceAccount({self.client_email!r}, private_key_id={self.private_key_id!r})"

    @classmethod
    def from_json(cls, data: bytes, scope: str = CLOUD_PLATFORM) -> GoogleServiceAccount:
        """The account of a key file.  Raises LocalProtocolError for any other."""
        file = _decoded(data, _KeyFile)
        return cls(
            file.client_email,
            file.private_key,
            file.private_key_id,
            file.token_uri,
            scope,
            project=file.project_id,
        )

    def request(self, unix: float) -> HttpRequest:
        """The assertion that the account is who it says, to be exchanged for a token (RFC 7523 section 2.1)."""
        issued = int(unix)
        claims: dict[str, str | int] = {
            "iss": self.client_email,
            "scope": self.scope,
            "aud": self.token_uri,
            "iat": issued,
            "exp": issued + _LIFE,
        }
        if self.subject is not None:
            claims["sub"] = self.subject
        assertion = rs256(claims, self.private_key, self.private_key_id)
        return form(self.token_uri, {"grant_type": _JWT_BEARER, "assertion": assertion})


class GoogleUser(Grant, frozen=True):
    """A user who has logged in with `gcloud`; *quota_project* is charged for the calls."""

    client_id: str
    client_secret: str
    refresh_token: str
    token_uri: str = _TOKEN_URI
    quota_project: str | None = None

    def __repr__(self) -> str:
        """The client and the project."""
        return f"GoogleUser({self.client_id!r}, quota_project={self.quota_project!r})"

    @classmethod
    def from_json(cls, data: bytes, quota_project: str | None = None) -> GoogleUser:
        """The user of an `authorized_user` file; *quota_project* replaces the file's.  Raises LocalProtocolError for any other."""
        file = _decoded(data, _UserFile)
        project = quota_project or file.quota_project_id
        return cls(file.client_id, file.client_secret, file.refresh_token, file.token_uri, project)

    def request(self, unix: float) -> HttpRequest:  # noqa: ARG002  # a refresh token needs no date
        """The refresh of RFC 6749 section 6."""
        fields = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }
        return form(self.token_uri, fields)

    def read(self, status: int, headers: Mapping[str, str], body: bytes, unix: float) -> Credential | Failure:
        """As `read_token`, with the header that names the project."""
        added = () if self.quota_project is None else (("x-goog-user-project", self.quota_project),)
        return read_token(status, headers, body, unix, added)


class GoogleMetadata(Grant, frozen=True):
    """The service account of the machine, as its metadata server knows it; without *scope* the machine's own scopes count.

    https://cloud.google.com/compute/docs/access/authenticate-workloads#applications
    """

    host: str = "metadata.google.internal"
    account: str = "default"
    scope: str = CLOUD_PLATFORM

    def request(self, unix: float) -> HttpRequest:  # noqa: ARG002  # the machine is trusted as it is
        """The question, with the header that shows that it is meant."""
        from urllib.parse import quote, urlencode

        query = f"?{urlencode({'scopes': ','.join(self.scope.split())})}" if self.scope else ""
        path = f"/computeMetadata/v1/instance/service-accounts/{quote(self.account, safe='@')}/token"
        return HttpRequest("GET", f"http://{self.host}{path}{query}", (("metadata-flavor", "Google"),))

    def read(self, status: int, headers: Mapping[str, str], body: bytes, unix: float) -> Credential | Failure:
        """As `read_token`, where it is the metadata server that answers: others may listen at its name."""
        if headers.get("metadata-flavor", "").strip() == "Google":
            return read_token(status, headers, body, unix)
        if not 200 <= status < 300:
            return read_refusal(status, headers, body, unix)
        return Failure(kind="protocol", message=f"what answers at {self.host} is no metadata server of Google's")


def google_grant(
    data: bytes, scope: str = CLOUD_PLATFORM, quota_project: str | None = None
) -> GoogleServiceAccount | GoogleUser:
    """The grant of a credentials file, whichever it is.  Raises LocalProtocolError for what is none, or not supported."""
    kind = _decoded(data, _AnyFile).type
    if kind == "service_account":
        return GoogleServiceAccount.from_json(data, scope)
    if kind == "authorized_user":
        return GoogleUser.from_json(data, quota_project)
    raise LocalProtocolError(f"Google credentials of the type {kind!r} are not supported, nor read any further")


class _KeyFile(msgspec.Struct, tag_field="type", tag="service_account"):
    client_email: str
    private_key: str
    private_key_id: str | None = None
    token_uri: str = _TOKEN_URI
    project_id: str | None = None


class _UserFile(msgspec.Struct, tag_field="type", tag="authorized_user"):
    client_id: str
    client_secret: str
    refresh_token: str
    token_uri: str = _TOKEN_URI
    quota_project_id: str | None = None


class _AnyFile(msgspec.Struct):
    type: str


def _decoded(data: bytes, type_: type[F]) -> F:
    try:
        return msgspec.json.decode(data, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise LocalProtocolError(f"not a file of Google credentials: {exc}") from None
