"""Tokens for Google's APIs: what is asked, of whom, and what counts as an answer."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from sansio import LocalProtocolError
from sansio.auth import GoogleMetadata, GoogleServiceAccount, GoogleUser, google_grant
from sansio.auth.google import CLOUD_PLATFORM
from sansio.errors import Failure
from sansio.types import Credential
from tests.unit.auth.rsa_keys import pem, verified

NOW = 1_795_176_000.75
DEFAULT = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"
TOKEN = b'{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}'
USER = {"type": "authorized_user", "client_id": "c", "client_secret": "hush", "refresh_token": "1//hush"}


def key_file(**more: object) -> bytes:
    fields = {"type": "service_account", "client_email": "sa@p.iam", "private_key": pem(), **more}
    return json.dumps(fields).encode()


def assertion(account: GoogleServiceAccount) -> tuple[object, object]:
    """The header and the claims of what the account sends, and nothing else."""
    request = account.request(NOW)
    assert (request.method, request.url) == ("POST", account.token_uri)
    assert dict(request.headers)["content-type"] == "application/x-www-form-urlencoded"
    assert isinstance(request.body, bytes)
    assert request.body.startswith(b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey")
    (token,) = parse_qs(request.body.decode(), strict_parsing=True)["assertion"]
    return verified(token)


def test_a_service_account_signs_who_it_is() -> None:
    account = GoogleServiceAccount.from_json(key_file(private_key_id="kid", project_id="p"))
    header, claims = assertion(account)
    assert header == {"alg": "RS256", "typ": "JWT", "kid": "kid"}
    assert claims == {
        "iss": "sa@p.iam",
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": "https://oauth2.googleapis.com/token",
        "iat": 1_795_176_000,
        "exp": 1_795_179_600,
    }
    assert account.project == "p"


def test_a_service_account_may_act_for_a_user_in_scopes_of_its_own() -> None:
    account = GoogleServiceAccount("sa@p.iam", pem(), token_uri="https://t.example/", scope="a b", subject="me@p")
    _, claims = assertion(account)
    assert isinstance(claims, dict)
    assert [claims[name] for name in ("sub", "scope", "aud")] == ["me@p", "a b", "https://t.example/"]


def test_a_user_refreshes() -> None:
    request = GoogleUser("c", "hush", "1//r").request(NOW)
    assert (request.method, request.url) == ("POST", "https://oauth2.googleapis.com/token")
    assert request.body == b"grant_type=refresh_token&client_id=c&client_secret=hush&refresh_token=1%2F%2Fr"


def test_a_users_project_is_charged() -> None:
    user = GoogleUser("c", "s", "r", quota_project="p")
    bearer = ("authorization", "Bearer ya29.x")
    assert user.read(200, {}, TOKEN, NOW) == Credential((bearer, ("x-goog-user-project", "p")), NOW + 3599)
    assert GoogleUser("c", "s", "r").read(200, {}, TOKEN, NOW) == Credential((bearer,), NOW + 3599)


@pytest.mark.parametrize(
    ("grant", "url"),
    [
        (
            GoogleMetadata(),
            f"{DEFAULT}?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform",
        ),
        (
            GoogleMetadata("127.0.0.1:80", "a/b@p.iam", scope=""),
            "http://127.0.0.1:80/computeMetadata/v1/instance/service-accounts/a%2Fb@p.iam/token",
        ),
        (
            GoogleMetadata("h", scope="a b"),
            "http://h/computeMetadata/v1/instance/service-accounts/default/token?scopes=a%2Cb",
        ),
    ],
)
def test_a_machine_asks_its_metadata_server(grant: GoogleMetadata, url: str) -> None:
    request = grant.request(NOW)
    assert (request.method, request.url, request.body) == ("GET", url, b"")
    assert request.headers == (("metadata-flavor", "Google"),)


def test_a_metadata_server_says_what_it_is() -> None:
    grant = GoogleMetadata()
    flavour = {"metadata-flavor": "Google"}
    assert grant.read(200, flavour, TOKEN, NOW) == Credential((("authorization", "Bearer ya29.x"),), NOW + 3599)
    other = grant.read(200, {}, TOKEN, NOW)
    assert isinstance(other, Failure)
    assert (other.kind, other.message) == (
        "protocol",
        "what answers at metadata.google.internal is no metadata server of Google's",
    )
    for headers in ({}, flavour):
        missing = grant.read(404, headers, b"not found", NOW)
        assert isinstance(missing, Failure)
        assert (missing.kind, missing.message) == ("not_found", "not found")


def test_a_file_is_the_grant_that_it_says() -> None:
    account = google_grant(key_file(token_uri="https://t.example/"), "scope", "project")
    assert account == GoogleServiceAccount("sa@p.iam", pem(), token_uri="https://t.example/", scope="scope")
    user = json.dumps({**USER, "quota_project_id": "mine"}).encode()
    assert google_grant(user) == GoogleUser("c", "hush", "1//hush", quota_project="mine")
    assert google_grant(user, quota_project="other") == GoogleUser("c", "hush", "1//hush", quota_project="other")
    assert google_grant(key_file()) == GoogleServiceAccount("sa@p.iam", pem(), scope=CLOUD_PLATFORM)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hush",
        b"[" * 100_000,
        b'{"private_key":"hush"}',
        b'{"type":"service_account","private_key":"hush"}',
        b'{"type":"authorized_user","client_secret":"hush"}',
        b'{"type":"authorized_user","client_secret":"\xff"}',
    ],
)
def test_any_other_file_is_refused_and_not_shown(data: bytes) -> None:
    with pytest.raises(LocalProtocolError, match="not a file of Google credentials") as caught:
        google_grant(data)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("kind", ["external_account", "impersonated_service_account", "gdch_service_account"])
def test_a_kind_that_is_not_supported_is_named(kind: str) -> None:
    with pytest.raises(LocalProtocolError, match=f"type '{kind}' are not supported"):
        google_grant(json.dumps({"type": kind}).encode())


def test_a_file_of_another_kind_is_not_taken_for_it() -> None:
    with pytest.raises(LocalProtocolError, match="not a file of Google credentials"):
        GoogleUser.from_json(key_file())
    with pytest.raises(LocalProtocolError, match="not a file of Google credentials"):
        GoogleServiceAccount.from_json(json.dumps(USER).encode())


def test_no_secret_shows() -> None:
    assert repr(GoogleServiceAccount("a", "hush", "id")) == "GoogleServiceAccount('a', private_key_id='id')"
    assert repr(GoogleUser("c", "hush", "hush", quota_project="p")) == "GoogleUser('c', quota_project='p')"
    user = GoogleUser("c", "hush", "hush")
    assert "hush" not in user.key
    assert "hush" not in repr(user.request(NOW))
