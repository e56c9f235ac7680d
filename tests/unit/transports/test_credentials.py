"""Secrets from files and the environment: which goes first, and what is said of those that cannot be used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sansio import LocalProtocolError
from sansio.auth import (
    AwsKeys,
    EntraAppService,
    EntraClientSecret,
    EntraFederated,
    GoogleMetadata,
    GoogleServiceAccount,
    GoogleUser,
)
from sansio_transports._credentials import AwsConfiguration, aws, entra, google

KEYS = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s%cret"}
CREDENTIALS = """\
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = s%(x)cret/+=

[temporary]
aws_access_key_id=ASIA
aws_secret_access_key=secret
aws_session_token=token
"""
CONFIG = """\
[default]
region = eu-central-1
s3 =
  max_concurrent_requests = 5

[profile temporary]
region = us-west-2
aws_access_key_id = overridden

[profile empty]
output = json

[profile half]
aws_access_key_id = AKIA

[profile sso]
sso_session = mine

[profile role]
role_arn = arn:aws:iam::1:role/r
source_profile = default

[profile program]
credential_process = /bin/keys --for me

[sso-session mine]
sso_start_url = https://x
"""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment whose home has AWS's files."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(CREDENTIALS)
    (tmp_path / ".aws" / "config").write_text(CONFIG)
    return {"HOME": str(tmp_path)}


def test_keys_of_the_environment_go_first(home: dict[str, str]) -> None:
    env = {**home, **KEYS, "AWS_PROFILE": "temporary"}
    assert aws(env) == AwsConfiguration(AwsKeys("AKIA", "s%cret"), "us-west-2")
    env = {**env, "AWS_SESSION_TOKEN": "t", "AWS_REGION": "r", "AWS_DEFAULT_REGION": "d"}
    assert aws(env) == AwsConfiguration(AwsKeys("AKIA", "s%cret", "t"), "r")


def test_with_keys_and_a_region_no_file_is_read(tmp_path: Path) -> None:
    env = {**KEYS, "AWS_DEFAULT_REGION": "d", "AWS_CONFIG_FILE": str(tmp_path), "HOME": str(tmp_path)}
    assert aws(env) == AwsConfiguration(AwsKeys("AKIA", "s%cret"), "d")


def test_a_profile_has_keys_and_a_region(home: dict[str, str]) -> None:
    assert aws(home) == AwsConfiguration(AwsKeys("AKIADEFAULT", "s%(x)cret/+="), "eu-central-1")
    temporary = AwsConfiguration(AwsKeys("ASIA", "secret", "token"), "us-west-2")
    assert aws({**home, "AWS_PROFILE": "temporary"}) == temporary
    assert aws({**home, "AWS_PROFILE": "temporary", "AWS_REGION": "r"}).region == "r"


def test_files_may_be_elsewhere(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "c").write_text("[default]\naws_access_key_id=A\naws_secret_access_key=S\n")
    env = {**home, "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "c"), "AWS_CONFIG_FILE": str(tmp_path / "none")}
    assert aws(env) == AwsConfiguration(AwsKeys("A", "S"), None)


def test_without_files_there_is_nothing(tmp_path: Path) -> None:
    assert aws({"USERPROFILE": str(tmp_path)}) == AwsConfiguration(None, None)
    (tmp_path / ".aws").write_text("no folder")
    assert aws({"HOME": str(tmp_path)}) == AwsConfiguration(None, None)


def test_a_profile_without_keys_still_has_a_region(home: dict[str, str]) -> None:
    assert aws({**home, "AWS_PROFILE": "empty"}) == AwsConfiguration(None, None)
    assert aws({**home, "AWS_PROFILE": ""}).region == "eu-central-1"


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("other", "AWS_PROFILE names 'other', and there is no such profile"),
        ("half", "the AWS profile 'half' has half a key"),
        ("sso", "gets its keys by sso_session, which is not supported"),
        ("role", "gets its keys by role_arn, which is not supported"),
        ("program", "gets its keys by credential_process, which is not supported"),
    ],
)
def test_a_profile_that_cannot_be_used_is_named(home: dict[str, str], profile: str, said: str) -> None:
    with pytest.raises(LocalProtocolError, match=said):
        aws({**home, "AWS_PROFILE": profile})


def test_half_a_key_in_the_environment_is_a_mistake() -> None:
    with pytest.raises(LocalProtocolError, match="the environment has half a key"):
        aws({"AWS_SECRET_ACCESS_KEY": "hush"})


@pytest.mark.parametrize("text", [b"hush\n", b"[default\n", b"[default]\nhush\n", b"\xff\xfe"])
def test_a_file_that_is_none_of_profiles_is_named_and_not_shown(home: dict[str, str], text: bytes) -> None:
    path = Path(home["HOME"]) / ".aws" / "credentials"
    path.write_bytes(text)
    with pytest.raises(LocalProtocolError, match=r"credentials (is no file of AWS profiles|cannot be read)") as caught:
        aws(home)
    assert "hush" not in str(caught.value)


def test_a_folder_in_the_place_of_a_file_cannot_be_read(home: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(LocalProtocolError, match="cannot be read"):
        aws({**home, "AWS_CONFIG_FILE": str(tmp_path)})


# -- Google ---------------------------------------------------------------------------------------------------

ACCOUNT = {"type": "service_account", "client_email": "sa@p.iam", "private_key": "k", "project_id": "p"}
USER = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}


def test_a_file_that_is_named_goes_first(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(ACCOUNT))
    env = {"GOOGLE_APPLICATION_CREDENTIALS": str(path), "CLOUDSDK_CONFIG": "nowhere"}
    assert google(env, "scope") == GoogleServiceAccount("sa@p.iam", "k", scope="scope", project="p")


@pytest.mark.parametrize(
    ("variable", "folder"), [("CLOUDSDK_CONFIG", "."), ("APPDATA", "gcloud"), ("HOME", ".config/gcloud")]
)
def test_then_comes_the_file_of_gcloud(tmp_path: Path, variable: str, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / folder / "application_default_credentials.json").write_text(json.dumps(USER))
    env = {variable: str(tmp_path), "GOOGLE_CLOUD_QUOTA_PROJECT": "q"}
    assert google(env) == GoogleUser("c", "s", "r", quota_project="q")


def test_then_comes_the_metadata_server(tmp_path: Path) -> None:
    assert google({"HOME": str(tmp_path)}) == GoogleMetadata()
    assert google({"HOME": str(tmp_path), "GCE_METADATA_HOST": "h:1"}, "s") == GoogleMetadata("h:1", scope="s")


def test_a_file_that_is_named_and_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(LocalProtocolError, match=r"GOOGLE_APPLICATION_CREDENTIALS names .*, and there is no such file"):
        google({"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("text", "said"),
    [('{"type":"external_account"}', "'external_account' are not supported"), ("hush", "not a file of Google")],
)
def test_what_is_not_supported_is_named_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "key.json"
    path.write_text(text)
    with pytest.raises(LocalProtocolError, match=f"key.json: .*{said}"):
        google({"GOOGLE_APPLICATION_CREDENTIALS": str(path)})


# -- Entra ----------------------------------------------------------------------------------------------------

APPLICATION = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c"}


def test_an_application_has_a_secret_or_a_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("ey.ey.x\n")
    federated = {**APPLICATION, "AZURE_FEDERATED_TOKEN_FILE": str(path)}
    assert entra(federated, "s") == EntraFederated("t", "c", "ey.ey.x", "s")
    secret = {**federated, "AZURE_CLIENT_SECRET": "hush", "AZURE_AUTHORITY_HOST": "https://login.example"}
    assert entra(secret) == EntraClientSecret("t", "c", "hush", authority="https://login.example")


def test_an_app_on_azure_has_an_endpoint_of_its_own() -> None:
    env = {"IDENTITY_ENDPOINT": "http://h/t", "IDENTITY_HEADER": "x"}
    assert entra(env) == EntraAppService("http://h/t", "x", "https://cognitiveservices.azure.com")
    one = EntraAppService("http://h/t", "x", "https://ai.azure.com", "c")
    assert entra({**env, **APPLICATION}, "https://ai.azure.com/.default") == one
    assert entra({"IDENTITY_ENDPOINT": "http://h/t"}) is None


@pytest.mark.parametrize("env", [{}, APPLICATION, {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_SECRET": "s"}])
def test_what_names_no_application_is_none(env: dict[str, str]) -> None:
    assert entra(env) is None


def test_a_token_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(LocalProtocolError, match=r"AZURE_FEDERATED_TOKEN_FILE names .*, and there is no such file"):
        entra({**APPLICATION, "AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "none")})


def test_nothing_is_read_before_it_is_asked_for() -> None:
    """Nor is what would read it loaded."""
    code = "import sys, sansio_transports._credentials; print('configparser' in sys.modules, 'cryptography' in sys.modules)"
    path = os.pathsep.join(entry for entry in sys.path if entry)
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert run.stdout == "False False\n"
