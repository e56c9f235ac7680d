"""Tokens of Microsoft Entra ID: what is asked, of whom, and what counts as an answer."""

from __future__ import annotations

import pytest

from sansio.auth import EntraAppService, EntraClientSecret, EntraFederated, EntraManagedIdentity, Grant
from sansio.errors import Failure, Kind
from sansio.types import Credential

NOW = 1_795_176_000.0
FORM = (("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json"))


def test_an_application_asks_with_its_secret() -> None:
    request = EntraClientSecret("t", "c", "s~.&").request(NOW)
    assert (request.method, request.headers) == ("POST", FORM)
    assert request.url == "https://login.microsoftonline.com/t/oauth2/v2.0/token"
    assert request.body == (
        b"grant_type=client_credentials&client_id=c&client_secret=s~.%26"
        b"&scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default"
    )


def test_a_workload_asks_with_what_another_issuer_says() -> None:
    grant = EntraFederated("t/../x", "c", "ey.ey.x", "https://ai.azure.com/.default", "https://login.example/")
    request = grant.request(NOW)
    assert (request.method, request.headers) == ("POST", FORM)
    assert request.url == "https://login.example/t%2F..%2Fx/oauth2/v2.0/token"
    assert request.body == (
        b"grant_type=client_credentials&client_id=c"
        b"&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
        b"&client_assertion=ey.ey.x&scope=https%3A%2F%2Fai.azure.com%2F.default"
    )


def test_a_machine_asks_its_metadata_service() -> None:
    request = EntraManagedIdentity().request(NOW)
    assert (request.method, request.headers, request.body) == ("GET", (("metadata", "true"),), b"")
    address = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
    assert request.url == f"{address}&resource=https%3A%2F%2Fcognitiveservices.azure.com%2F"
    one = EntraManagedIdentity("r", client_id="c", host="h:1").request(NOW)
    assert one.url == "http://h:1/metadata/identity/oauth2/token?api-version=2018-02-01&resource=r&client_id=c"


def test_an_app_asks_with_its_header() -> None:
    request = EntraAppService("http://127.0.0.1:41/msi/token", "hush").request(NOW)
    assert (request.method, request.headers, request.body) == ("GET", (("x-identity-header", "hush"),), b"")
    address = "http://127.0.0.1:41/msi/token?api-version=2019-08-01"
    assert request.url == f"{address}&resource=https%3A%2F%2Fcognitiveservices.azure.com%2F"
    one = EntraAppService("http://h/t", "hush", "r", "c")
    assert one.request(NOW).url == "http://h/t?api-version=2019-08-01&resource=r&client_id=c"
    assert "hush" not in repr(one)
    answer = b'{"access_token":"eyJ","expires_on":"1795262400","resource":"r","token_type":"Bearer"}'
    assert one.read(200, {}, answer, NOW) == Credential((("authorization", "Bearer eyJ"),), NOW + 86400)


@pytest.mark.parametrize(
    "grant", [EntraClientSecret("t", "c", "s"), EntraFederated("t", "c", "a"), EntraManagedIdentity()]
)
def test_an_answer_is_a_bearer_token(grant: Grant) -> None:
    body = b'{"access_token":"eyJ","expires_in":"86399","expires_on":"1","token_type":"Bearer","resource":"r"}'
    assert grant.read(200, {}, body, NOW) == Credential((("authorization", "Bearer eyJ"),), NOW + 86399)


@pytest.mark.parametrize(
    ("grant", "status", "kind"),
    [
        (EntraClientSecret("t", "c", "s"), 404, "not_found"),
        (EntraManagedIdentity(), 404, "service_unavailable"),
        (EntraManagedIdentity(), 410, "service_unavailable"),
        (EntraManagedIdentity(), 429, "rate_limited"),
        (EntraManagedIdentity(), 400, "bad_request"),
    ],
)
def test_a_metadata_service_that_updates_itself_comes_back(grant: Grant, status: int, kind: Kind) -> None:
    failure = grant.read(status, {}, b'{"error":"invalid_request","error_description":"Identity not found"}', NOW)
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.message) == (kind, "invalid_request: Identity not found")


def test_no_secret_shows() -> None:
    secret, workload = EntraClientSecret("t", "c", "hush"), EntraFederated("t", "c", "hush")
    assert repr(secret) == "EntraClientSecret('t', 'c', scope='https://cognitiveservices.azure.com/.default')"
    assert repr(workload) == "EntraFederated('t', 'c', scope='https://cognitiveservices.azure.com/.default')"
    for grant in (secret, workload):
        assert "hush" not in grant.key
        assert "hush" not in repr(grant.request(NOW))
