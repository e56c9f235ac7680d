"""Secrets that clouds keep in files and in the environment: AWS profiles, Google's default credentials, Entra's variables.

Everything is read when it is asked for, and what is there and cannot be used is a LocalProtocolError that names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from sansio.auth import (
    AwsKeys,
    EntraAppService,
    EntraClientSecret,
    EntraFederated,
    GoogleMetadata,
    GoogleServiceAccount,
    GoogleUser,
    google_grant,
)
from sansio.auth.entra import COGNITIVE_SERVICES, PUBLIC_CLOUD
from sansio.auth.google import CLOUD_PLATFORM
from sansio.errors import LocalProtocolError

if TYPE_CHECKING:
    from configparser import RawConfigParser

# -- AWS: https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html ------------------------------------


class AwsConfiguration(msgspec.Struct, frozen=True):
    """What there is of AWS: keys, and a region.  Either may be missing."""

    keys: AwsKeys | None
    region: str | None


# What a profile may have in place of keys: each needs requests or programs of its own to get some.
_OTHER_SOURCES: Final = (
    "credential_process",
    "credential_source",
    "login_session",
    "role_arn",
    "source_profile",
    "sso_account_id",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
)


def aws(env: Mapping[str, str]) -> AwsConfiguration:
    """The keys and the region of the environment, and for what it lacks those of its profile.

    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN go before files; AWS_REGION goes before
    AWS_DEFAULT_REGION, and both before files.  AWS_PROFILE names the profile, AWS_SHARED_CREDENTIALS_FILE and
    AWS_CONFIG_FILE the files.  Raises LocalProtocolError for half a key, a file that cannot be read, a named profile that
    is not there, and a profile whose keys come from elsewhere (SSO, roles, programs).
    """
    variables = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    keys = _keys([_value(env, name) for name in variables], "the environment")
    region = _value(env, "AWS_REGION") or _value(env, "AWS_DEFAULT_REGION")
    if keys is not None and region is not None:
        return AwsConfiguration(keys, region)
    name = _value(env, "AWS_PROFILE") or "default"
    profile = _profile(env, name)
    if keys is None:
        if profile is None and "AWS_PROFILE" in env and env["AWS_PROFILE"]:
            raise LocalProtocolError(f"AWS_PROFILE names {name!r}, and there is no such profile")
        keys = _profile_keys(profile or {}, name)
    return AwsConfiguration(keys, region or (profile or {}).get("region"))


def _profile(env: Mapping[str, str], name: str) -> dict[str, str] | None:
    """The settings of a profile in both files; those of the credentials file go first.  None where neither has it."""
    folder = _home(env) / ".aws"
    config = _ini(_path(env, "AWS_CONFIG_FILE", folder / "config"))
    credentials = _ini(_path(env, "AWS_SHARED_CREDENTIALS_FILE", folder / "credentials"))
    sections = (config, "default" if name == "default" else f"profile {name}"), (credentials, name)
    found = [dict(parser[section]) for parser, section in sections if parser.has_section(section)]
    return {key: value for settings in found for key, value in settings.items()} if found else None


def _profile_keys(profile: Mapping[str, str], name: str) -> AwsKeys | None:
    settings = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    keys = _keys([profile.get(setting) for setting in settings], f"the AWS profile {name!r}")
    if keys is None and (other := next((source for source in _OTHER_SOURCES if source in profile), None)):
        raise LocalProtocolError(
            f"the AWS profile {name!r} gets its keys by {other}, which is not supported:"
            " put keys into the environment, as `aws configure export-credentials` writes them"
        )
    return keys


def _keys(values: list[str | None], where: str) -> AwsKeys | None:
    access, secret, token = [value or None for value in values]
    if access is not None and secret is not None:
        return AwsKeys(access, secret, token)
    if access is not None or secret is not None:
        raise LocalProtocolError(f"{where} has half a key of AWS: an id and a secret belong together")
    return None


def _ini(path: Path) -> RawConfigParser:
    from configparser import Error, RawConfigParser

    parser = RawConfigParser(strict=False, default_section="")
    try:
        parser.read_string(_text(path) or "", str(path))
    except Error as exc:
        raise LocalProtocolError(
            f"{path} is no file of AWS profiles: {type(exc).__name__}"
        ) from None  # it may quote keys
    return parser


# -- Google: https://google.aip.dev/auth/4110 -----------------------------------------------------------------


def google(env: Mapping[str, str], scope: str = CLOUD_PLATFORM) -> GoogleServiceAccount | GoogleUser | GoogleMetadata:
    """Google's application default credentials.

    The file that GOOGLE_APPLICATION_CREDENTIALS names; else the one that `gcloud auth application-default login` writes,
    in CLOUDSDK_CONFIG or where it is by default; else the metadata server, at GCE_METADATA_HOST or where it is by default.
    GOOGLE_CLOUD_QUOTA_PROJECT replaces the project of a user's file.  Raises LocalProtocolError for a file that is named and
    not there, and for credentials that are not supported (`external_account` and others).
    """
    quota = _value(env, "GOOGLE_CLOUD_QUOTA_PROJECT")
    named = _value(env, "GOOGLE_APPLICATION_CREDENTIALS")
    path = Path(named) if named is not None else _gcloud(env) / "application_default_credentials.json"
    if (text := _text(path)) is not None:
        try:
            return google_grant(text.encode(), scope, quota)
        except LocalProtocolError as exc:
            raise LocalProtocolError(f"{path}: {exc}") from None
    if named is not None:
        raise LocalProtocolError(f"GOOGLE_APPLICATION_CREDENTIALS names {named}, and there is no such file")
    host = _value(env, "GCE_METADATA_HOST")
    return GoogleMetadata(scope=scope) if host is None else GoogleMetadata(host, scope=scope)


def _gcloud(env: Mapping[str, str]) -> Path:
    if (folder := _value(env, "CLOUDSDK_CONFIG")) is not None:
        return Path(folder)
    if (appdata := _value(env, "APPDATA")) is not None:
        return Path(appdata) / "gcloud"
    return _home(env) / ".config" / "gcloud"


# -- Microsoft Entra ID: https://learn.microsoft.com/en-us/python/api/azure-identity/ -------------------------


def entra(
    env: Mapping[str, str], scope: str = COGNITIVE_SERVICES
) -> EntraClientSecret | EntraFederated | EntraAppService | None:
    """What the environment names: an application, or the identity of an app on Azure; None where it names neither.

    AZURE_TENANT_ID and AZURE_CLIENT_ID name an application, which has a secret, AZURE_CLIENT_SECRET, or the token in the
    file AZURE_FEDERATED_TOKEN_FILE; AZURE_AUTHORITY_HOST is that of its cloud.  IDENTITY_ENDPOINT and IDENTITY_HEADER stand
    for an app.  A machine's own identity (`EntraManagedIdentity`) shows nowhere.  Raises LocalProtocolError where that file
    is not there.
    """
    tenant, client, secret, file = [
        _value(env, f"AZURE_{name}") for name in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET", "FEDERATED_TOKEN_FILE")
    ]
    authority = _value(env, "AZURE_AUTHORITY_HOST") or PUBLIC_CLOUD
    if tenant is not None and client is not None and secret is not None:
        return EntraClientSecret(tenant, client, secret, scope, authority)
    if tenant is not None and client is not None and file is not None:
        if (assertion := _text(Path(file))) is None:
            raise LocalProtocolError(f"AZURE_FEDERATED_TOKEN_FILE names {file}, and there is no such file")
        return EntraFederated(tenant, client, assertion.strip(), scope, authority)
    endpoint, header = _value(env, "IDENTITY_ENDPOINT"), _value(env, "IDENTITY_HEADER")
    if endpoint is not None and header is not None:
        return EntraAppService(endpoint, header, scope.removesuffix("/.default"), client)
    return None


# -- files ----------------------------------------------------------------------------------------------------


def _value(env: Mapping[str, str], name: str) -> str | None:
    return env.get(name) or None


def _home(env: Mapping[str, str]) -> Path:
    home = _value(env, "HOME") or _value(env, "USERPROFILE")
    return Path("~").expanduser() if home is None else Path(home)


def _path(env: Mapping[str, str], name: str, default: Path) -> Path:
    value = _value(env, name)
    return default if value is None else Path(value).expanduser()


def _text(path: Path) -> str | None:
    """What the file says; None where there is none."""
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as exc:
        raise LocalProtocolError(f"{path} cannot be read: {type(exc).__name__}") from None
