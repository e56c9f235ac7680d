"""Access tokens of Microsoft Entra ID, for Azure: of an application, of a workload, and of the machine.

https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..errors import Failure, Kind
from ..http import HttpRequest
from ..types import Credential
from .oauth import Grant, form, read_refusal, read_token

COGNITIVE_SERVICES: Final = "https://cognitiveservices.azure.com/.default"
"""The scope of Azure OpenAI; Foundry's own is https://ai.azure.com/.default, that of serverless endpoints https://ml.azure.com/.default."""
PUBLIC_CLOUD: Final = "https://login.microsoftonline.com"
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # RFC 7523 section 2.2


class EntraClientSecret(Grant, frozen=True):
    """An application with a secret; *authority* is that of its cloud."""

    tenant: str
    client_id: str
    client_secret: str
    scope: str = COGNITIVE_SERVICES
    authority: str = PUBLIC_CLOUD

    def __repr__(self) -> str:
        """The application."""
        return f"EntraClientSecret({self.tenant!r}, {self.client_id!r}, scope={self.scope!r})"

    def request(self, unix: float) -> HttpRequest:  # noqa: ARG002  # a secret needs no date
        """The client credentials of RFC 6749 section 4.4."""
        return _client(self.authority, self.tenant, self.client_id, self.scope, {"client_secret": self.client_secret})


class EntraFederated(Grant, frozen=True):
    """A workload that another issuer vouches for: *assertion* is that one's JWT, which expires in its turn."""

    tenant: str
    client_id: str
    assertion: str
    scope: str = COGNITIVE_SERVICES
    authority: str = PUBLIC_CLOUD

    def __repr__(self) -> str:
        """The application."""
        return f"EntraFederated({self.tenant!r}, {self.client_id!r}, scope={self.scope!r})"

    def request(self, unix: float) -> HttpRequest:  # noqa: ARG002  # the assertion has its dates
        """The client credentials with an assertion (RFC 7523 section 2.2)."""
        proof = {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": self.assertion}
        return _client(self.authority, self.tenant, self.client_id, self.scope, proof)


class EntraManagedIdentity(Grant, frozen=True):
    """The identity of the machine, as its metadata service (IMDS) knows it; *client_id* chooses one of several.

    https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
    """

    resource: str = "https://cognitiveservices.azure.com/"
    client_id: str | None = None
    host: str = "169.254.169.254"

    def request(self, unix: float) -> HttpRequest:  # noqa: ARG002  # the machine is trusted as it is
        """The question, with the header that shows that it is meant."""
        from urllib.parse import urlencode

        query = {"api-version": "2018-02-01", "resource": self.resource}
        if self.client_id is not None:
            query["client_id"] = self.client_id
        url = f"http://{self.host}/metadata/identity/oauth2/token?{urlencode(query)}"
        return HttpRequest("GET", url, (("metadata", "true"),))

    def read(self, status: int, headers: Mapping[str, str], body: bytes, unix: float) -> Credential | Failure:
        """As `read_token`; while the service updates itself it is not found, or gone."""
        if 200 <= status < 300:
            return read_token(status, headers, body, unix)
        return read_refusal(status, headers, body, unix, _UPDATING)


class EntraAppService(Grant, frozen=True):
    """The identity of an app on App Service, Functions or Container Apps, whose environment names *endpoint* and *header*.

    https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity#rest-endpoint-reference
    """

    endpoint: str
    header: str
    resource: str = "https://cognitiveservices.azure.com/"
    client_id: str | None = None

    def __repr__(self) -> str:
        """The endpoint."""
        return f"EntraAppService({self.endpoint!r}, resource={self.resource!r}, client_id={self.client_id!r})"

    def request(self, unix: float) -> HttpRequest:  # noqa: ARG002  # the header is enough
        """The question, with the header that only this app knows."""
        from urllib.parse import urlencode

        query = {"api-version": "2019-08-01", "resource": self.resource}
        if self.client_id is not None:
            query["client_id"] = self.client_id
        return HttpRequest("GET", f"{self.endpoint}?{urlencode(query)}", (("x-identity-header", self.header),))


_UPDATING: Final[dict[int, Kind]] = {404: "service_unavailable", 410: "service_unavailable"}


def _client(authority: str, tenant: str, client_id: str, scope: str, proof: Mapping[str, str]) -> HttpRequest:
    from urllib.parse import quote

    url = f"{authority.rstrip('/')}/{quote(tenant, safe='')}/oauth2/v2.0/token"
    return form(url, {"grant_type": "client_credentials", "client_id": client_id, **proof, "scope": scope})
