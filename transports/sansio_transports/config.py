"""A client's configuration from outside of the program: TLS files, and the environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import msgspec

from sansio import providers
from sansio.auth import Grant
from sansio.errors import LocalProtocolError
from sansio.http import HttpRequest
from sansio.types import Provider, Secret
from sansio.wire.proxy import Proxies

if TYPE_CHECKING:
    import ssl

    from ._log import LogLevel
    from ._setup import Configuration


def from_environment(env: Mapping[str, str], configuration: Configuration) -> Configuration:
    """*configuration*, and where it says nothing what *env* says: providers, the proxies to them, and whom TLS trusts.

    A provider is there when its key is set; one that needs no key (a local server), when its URL is; one in a cloud also
    when AWS_ACCESS_KEY_ID or AWS_PROFILE, the project at Google, or an application of Entra is; and none without the
    options that it needs, such as a region.  A cloud's secret that cannot be used (keys by SSO, a file that is not there) is
    a LocalProtocolError of the requests that need it.  SANSIO_LOG switches the log on.  SSL_CERT_FILE and SSL_CERT_DIR stand
    for the system's trust store.  Raises LocalProtocolError for a URL or a proxy that cannot be used.
    """
    whole = configuration.copy()
    if "providers" not in whole:
        found = [_configured(providers.template(name), env) for name in providers.names()]
        whole["providers"] = [provider for provider in found if provider is not None]
    if "proxies" not in whole:
        whole["proxies"] = Proxies.from_environment(env)
    file, path = env.get("SSL_CERT_FILE") or None, env.get("SSL_CERT_DIR") or None
    if "tls" not in whole and (file or path):
        whole["tls"] = TlsConfig(ca_file=file, ca_path=path)
    if "log" not in whole and (level := env.get("SANSIO_LOG")):
        whole["log"] = cast("LogLevel", level)  # the log refuses any other
    return whole


_Variables: TypeAlias = Mapping[str, str]


def _configured(template: Provider, env: Mapping[str, str]) -> Provider | None:
    """The provider as the environment has it; None where it says too little of it."""
    keys = (*template.key_variables, *template.token_variables)
    variables = template.url_variables if template.keyless else keys
    secret: Secret | None = None
    beside: _Variables = {}
    if not any(env.get(variable) for variable in variables):
        if template.grant is None:
            return None
        secret, beside = _secret(template, env)
        if secret is None:
            return None
    try:
        return providers.provider(template.name, env={**beside, **env}, secret=secret)
    except providers.MissingOptionError:
        return None


def _secret(template: Provider, env: _Variables) -> tuple[Secret | None, _Variables]:
    """The secret of a cloud, and variables that are found with it, if the environment says that the cloud is meant.

    What is there and cannot be used is missed once a request needs it: a shell's AWS_PROFILE is no reason to do without
    the other providers.
    """
    try:
        return _found(template, env)
    except LocalProtocolError as exc:
        return _Unusable(str(exc)), {}


class _Unusable(Grant, frozen=True):
    """A secret that is there, and why it is of no use."""

    reason: str

    def request(self, unix: float) -> HttpRequest:  # noqa: ARG002  # there is none at any time
        """Raises LocalProtocolError with the reason."""
        raise LocalProtocolError(self.reason)


def _found(template: Provider, env: _Variables) -> tuple[Secret | None, _Variables]:
    from . import _credentials

    if template.grant == "aws":
        if not env.get("AWS_ACCESS_KEY_ID") and not env.get("AWS_PROFILE"):
            return None, {}
        aws = _credentials.aws(env)
        return aws.keys, {"AWS_REGION": aws.region} if aws.region else {}
    if template.grant == "google":
        meant = any(env.get(variable) for variable in template.option_variables["project"])
        return _credentials.google(env) if meant else None, {}
    return _credentials.entra(env), {}


class TlsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How servers are authenticated, and the client to them.  Paths name PEM files; the repr shows no password.

    With neither `ca_file` nor `ca_path` the system's trust store counts (OpenSSL reads SSL_CERT_FILE and SSL_CERT_DIR); with
    one, it alone.  `cert` is a client certificate, with its chain; `key` its key where that is another file.
    """

    ca_file: str | None = None
    ca_path: str | None = None
    cert: str | None = None
    key: str | None = None
    password: str | None = None
    verify: bool = True

    def __repr__(self) -> str:
        """The files and whether servers are verified."""
        return (
            f"TlsConfig(ca_file={self.ca_file!r}, ca_path={self.ca_path!r}, cert={self.cert!r}, verify={self.verify})"
        )


SYSTEM_TRUST: Final = TlsConfig()


def tls_context(config: TlsConfig = SYSTEM_TRUST) -> ssl.SSLContext:
    """A context for HTTP/1.1 clients.  Raises OSError for files that are not there or hold something else."""
    import ssl

    context = ssl.create_default_context(cafile=config.ca_file, capath=config.ca_path)
    if not config.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if config.cert is not None:
        context.load_cert_chain(config.cert, config.key, config.password)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_RENEGOTIATION  # nobody would answer one while a response is awaited
    return context
