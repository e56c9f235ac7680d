"""Configuration from outside: the environment, TLS files, the log."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from sansio import ChatRequest, LocalProtocolError
from sansio.auth import AwsKeys
from sansio.types import Request
from sansio.wire.proxy import Proxies
from sansio_transports._log import Log
from sansio_transports.asyncio import Client as AsyncioClient
from sansio_transports.config import TlsConfig, from_environment, tls_context
from sansio_transports.sync import Client
from tests.drivers.answers import ANSWER, STREAM, always
from tests.drivers.scenario import REQUEST, provider
from tests.drivers.server import Server

PATH = os.pathsep.join(entry for entry in sys.path if entry)


def names(env: dict[str, str]) -> set[str]:
    return {provider.name for provider in from_environment(env, {}).get("providers", ())}


def test_a_provider_is_there_when_its_key_is() -> None:
    assert names({}) == set()
    assert names({"ANTHROPIC_AUTH_TOKEN": "t"}) == {"anthropic"}
    assert names({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}) == set()
    assert names({"OPENAI_API_KEY": ""}) == set()
    assert names({"OPENAI_API_KEY": "k"}) == {"openai"}


def test_key_url_and_proxies_come_from_the_environment() -> None:
    env = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "HTTPS_PROXY": "http://p.test:3128"}
    whole = from_environment(env, {})
    assert "providers" in whole
    (openai,) = whole["providers"]
    assert (openai.api_key, openai.base_url) == ("k", "http://127.0.0.1:1/v1")
    assert "proxies" in whole
    assert whole["proxies"].https is not None
    assert whole["proxies"].https.host == "p.test"


def test_what_is_given_goes_first() -> None:
    mine = provider("http://127.0.0.1:1/v1")
    env = {"OPENAI_API_KEY": "k", "SANSIO_LOG": "loud", "HTTPS_PROXY": "gopher://p.test"}
    whole = from_environment(env, {"providers": [mine], "log": None, "proxies": Proxies()})
    assert whole == {"providers": [mine], "log": None, "proxies": Proxies()}


def test_a_client_from_the_environment() -> None:
    with Server(always(ANSWER)) as server:
        env = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": server.url}
        with Client.from_environment(env) as client:
            assert client.send(REQUEST).text == "hello"
    assert server.requests[0].headers["authorization"] == "Bearer k"


def test_an_asyncio_client_from_the_environment() -> None:
    async def main(env: dict[str, str]) -> None:
        async with AsyncioClient.from_environment(env) as client:
            assert (await client.send(REQUEST)).text == "hello"

    with Server(always(ANSWER)) as server:
        asyncio.run(main({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": server.url}))
    assert server.requests[0].headers["authorization"] == "Bearer k"


def test_the_system_trust_store_is_the_default() -> None:
    context = tls_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_ca_of_ones_own_counts_alone(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    assert len(tls_context(TlsConfig(ca_file=str(tmp_path / "ca.pem"))).get_ca_certs()) == 1


def test_the_trust_store_comes_from_the_environment(tmp_path: Path) -> None:
    """Of the mapping that was given, as everything else."""

    def trusted(env: dict[str, str]) -> object:
        return from_environment(env, {}).get("tls")

    assert trusted({"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}) is None
    assert trusted({"SSL_CERT_FILE": "ca.pem"}) == TlsConfig(ca_file="ca.pem")
    assert trusted({"SSL_CERT_DIR": "certs"}) == TlsConfig(ca_path="certs")
    mine = TlsConfig(ca_file=str(tmp_path))
    assert from_environment({"SSL_CERT_FILE": "ca.pem"}, {"tls": mine}).get("tls") is mine


def test_a_file_that_is_not_there_is_an_oserror() -> None:
    with pytest.raises(OSError, match="No such file"):
        tls_context(TlsConfig(ca_file="nowhere.pem"))


def test_no_password_shows() -> None:
    assert "hunter2" not in repr(TlsConfig(cert="c.pem", password="hunter2"))


@pytest.fixture
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("sansio")
    yield
    logger.setLevel(logging.NOTSET)


@pytest.mark.usefixtures("_quiet")
@pytest.mark.parametrize("level", ["info", "debug"])
def test_the_log_tells_calls_and_no_secret(level: str, caplog: pytest.LogCaptureFixture) -> None:
    with Server(always(STREAM)) as server:
        env = {"OPENAI_API_KEY": "hunter2", "OPENAI_BASE_URL": server.url, "SANSIO_LOG": level}
        with Client.from_environment(env) as client, client.stream(REQUEST, query={"key": "hunter2"}) as answer:
            assert list(answer)
    assert f"call 1: POST {server.url}/chat/completions" in caplog.messages
    assert any(message.startswith("call 1: completed after") for message in caplog.messages)
    assert any(f"Connect 1 to 127.0.0.1 port {server.port}: Done" in text for text in caplog.messages) == (
        level == "debug"
    )
    assert "hunter2" not in caplog.text


@pytest.mark.usefixtures("_quiet")
def test_the_log_names_failures(caplog: pytest.LogCaptureFixture) -> None:
    with (
        Client(providers=[provider("http://127.0.0.1:1/v1")], log="debug") as client,
        pytest.raises(Exception, match="refused"),
    ):
        client.send(REQUEST)
    assert any("Broken, connection" in message for message in caplog.messages)
    assert any(message.startswith("call 1: connection after") for message in caplog.messages)


def test_a_program_without_a_log_of_its_own_has_it_on_stderr() -> None:
    program = """
import sansio
from sansio_transports.sync import Client
with Client.from_environment() as client:
    try:
        client.send(sansio.ChatRequest(model="openai/gpt-4o", messages="hi"))
    except sansio.APIConnectionError:
        pass
"""
    env = {
        "PYTHONPATH": PATH,
        "OPENAI_API_KEY": "hunter2",
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "SANSIO_LOG": "info",
    }
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env)
    assert "sansio INFO call 1: POST http://127.0.0.1:1/v1/chat/completions" in ran.stderr
    assert "hunter2" not in ran.stderr


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(LocalProtocolError, match="debug or info"):
        Client.from_environment({"SANSIO_LOG": "loud"})
    assert Log("info").recorder("1") is None


def test_a_plain_call_loads_neither_tls_nor_an_event_loop() -> None:
    """What only some programs need is imported when they first need it."""
    program = """
import sys
from sansio_transports.sync import Client
from sansio import ChatRequest, APIConnectionError
with Client.from_environment({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}) as client:
    try:
        client.send(ChatRequest(model="openai/gpt-4o", messages="hi"), retry=__import__("sansio").Retry(retries=0))
    except APIConnectionError:
        pass
print(sorted({"ssl", "asyncio", "trio", "logging", "httpx", "encodings.idna"} & set(sys.modules)))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": PATH}
    )
    assert ran.stdout.strip() == "[]"


# -- which provider is meant -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("openai/gpt-4o", "gpt-4o"),
        ("openai/a/b", "a/b"),
        ("openai:gpt-4o", "gpt-4o"),
        ("openai:llama3:8b", "llama3:8b"),
    ],
)
def test_the_model_names_its_provider(model: str, sent: str) -> None:
    with Server(always(ANSWER)) as server, Client(providers=[provider(server.url)]) as client:
        client.send(ChatRequest(model=model, messages="hi"))
    assert f'"model":"{sent}"'.encode() in server.requests[0].body


@pytest.mark.parametrize("model", ["gpt-4o", "groq/llama", "ft:gpt-4o:org", "groq/openai:x", "", "/gpt-4o"])
def test_an_unknown_provider_is_refused_by_name(model: str) -> None:
    with (
        Client(providers=[provider("http://127.0.0.1:1/v1")]) as client,
        pytest.raises(LocalProtocolError, match="configured: openai"),
    ):
        client.send(ChatRequest(model=model, messages="hi"))


def test_two_providers_of_one_name_are_refused() -> None:
    with pytest.raises(LocalProtocolError, match="one name"):
        Client(providers=[provider("http://127.0.0.1:1/v1")] * 2)


def test_an_unknown_option_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="colour"):
        Client(colour="red")  # type: ignore[call-arg]
    with Client(providers=[provider("http://127.0.0.1:1/v1")]) as client, pytest.raises(TypeError, match="colour"):
        client.send(REQUEST, colour="red")  # type: ignore[call-arg]


def test_extra_fields_are_sent() -> None:
    with Server(always(ANSWER)) as server, Client(providers=[provider(server.url)], extra={"one": 1}) as client:
        client.send(REQUEST, extra={"two": {"deep": True}})
    assert b'"one":1' in server.requests[0].body
    assert b'"two":{"deep":true}' in server.requests[0].body


class Bare(Request[str], frozen=True):
    """A request that names no model."""


class Modelled(Request[str], frozen=True):
    """A request that has no place for further fields."""

    model: str = "openai/m"


def test_requests_that_a_client_cannot_use_are_refused() -> None:
    with Client(providers=[provider("http://127.0.0.1:1/v1")], extra={"one": 1}) as client:
        with pytest.raises(LocalProtocolError, match="Bare names no model"):
            client.send(Bare())
        with pytest.raises(LocalProtocolError, match="Modelled takes no extra fields"):
            client.send(Modelled())


def test_providers_of_clouds_are_there_with_what_they_need(tmp_path: Path) -> None:
    """A key, or the cloud's own secrets; and none without its options."""
    keys = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "HOME": str(tmp_path)}
    assert names(keys) == set()
    assert names({**keys, "AWS_REGION": "us-east-1"}) == {"bedrock"}
    assert names({"AWS_BEARER_TOKEN_BEDROCK": "k", "AWS_REGION": "us-east-1"}) == {"bedrock"}
    assert names({"AWS_REGION": "us-east-1"}) == set()
    (tmp_path / "config").write_text("[profile mine]\nregion = eu-west-1\n")
    (tmp_path / "credentials").write_text("[mine]\naws_access_key_id = a\naws_secret_access_key = b\n")
    files = {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "HOME": str(tmp_path),
    }
    (bedrock,) = list(from_environment({**files, "AWS_PROFILE": "mine"}, {}).get("providers", ()))
    assert bedrock.base_url == "https://bedrock-runtime.eu-west-1.amazonaws.com"
    assert isinstance(bedrock.secret, AwsKeys)
    assert names({"AZURE_OPENAI_API_KEY": "k"}) == set()
    entra = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s"}
    assert names(entra) == set()
    assert names({**entra, "AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com"}) == {"azure_openai"}
    assert names({"GOOGLE_CLOUD_PROJECT": "p", "HOME": str(tmp_path)}) == {"vertex_ai"}
    assert names({"HOME": str(tmp_path)}) == set()


def test_secrets_that_cannot_be_used_are_missed_by_the_requests_that_need_them(tmp_path: Path) -> None:
    env = {"OPENAI_API_KEY": "k", "AWS_ACCESS_KEY_ID": "id", "AWS_REGION": "us-east-1", "HOME": str(tmp_path)}
    assert names(env) == {"bedrock", "openai"}
    with Client.from_environment(env) as client, pytest.raises(LocalProtocolError, match="half a key"):
        client.send(ChatRequest(model="bedrock/m", messages="hi"))
