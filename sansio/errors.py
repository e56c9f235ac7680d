"""Why a call did not finish: one struct of facts, a closed set of kinds, and the exceptions that carry them.

`Failure` is data and travels inside `Failed` events; exceptions are raised at the driver's edge only, one class per
kind.  Both tables below (status -> kind, kind -> exception and whether a retry may help) are DESIGN's, and nothing
else in the library decides either question.
"""

from __future__ import annotations

from typing import Final, Literal, Protocol, TypeAlias

import msgspec

Kind: TypeAlias = Literal[
    "authentication",
    "permission_denied",
    "not_found",
    "bad_request",
    "context_window",
    "content_policy",
    "conflict",
    "request_too_large",
    "unprocessable",
    "rate_limited",
    "quota_exceeded",
    "server_error",
    "service_unavailable",
    "overloaded",
    "timeout",
    "connection",
    "truncated",
    "protocol",
    "limit_exceeded",
    "unsupported",
    "cancelled",
]


class Partial(Protocol):
    """What every partial response has; in a chat call it is the `ChatResponse` so far."""

    @property
    def text(self) -> str:
        """The text so far."""
        ...

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request."""
        ...


class Failure(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why an exchange failed, as plain data.

    `message` is the provider's own text where it gave one.  `code`, `type` and `param` are the provider's, as text.
    `body` is the response body as received, at most 64 KiB of it.  `retry_after` is in seconds from the response.
    `should_retry` is the server's explicit word (`x-should-retry`), None where it said nothing.
    """

    kind: Kind
    message: str
    status: int | None = None
    code: str | None = None
    type: str | None = None
    param: str | None = None
    provider: str | None = None
    request_id: str | None = None
    retry_after: float | None = None
    should_retry: bool | None = None
    body: bytes = b""

    @property
    def retryable(self) -> bool:
        """Whether another attempt may help, by the kind and the server's word; the policy decides whether one is made.

        A used-up quota (402) that names the time of its return is the one kind that depends on more than itself.
        """
        if self.should_retry is not None:
            return self.should_retry
        if self.kind == "quota_exceeded":
            return self.status == 402 and self.retry_after is not None
        return self.kind in RETRIED


class SansioError(Exception):
    """The root of every exception that this library raises."""


class LocalProtocolError(SansioError):
    """The caller did something that the protocol, or this object's state, does not allow.  No byte of a peer causes it."""


class SansioWarning(UserWarning):
    """Something that the caller should know and that stops nothing, such as a loss under `on_loss="warn"`."""


class APIError(SansioError):
    """A call that did not complete.  `failure` holds the facts, `partial` what had arrived before it."""

    def __init__(self, failure: Failure, partial: Partial | None = None) -> None:
        super().__init__(failure, partial)  # both are arguments, so that the exception can be pickled
        self.failure = failure
        self.partial = partial

    def __str__(self) -> str:
        """The provider's message, with its status and the kind in front."""
        failure = self.failure
        status = f" {failure.status}" if failure.status is not None else ""
        return f"{failure.kind}{status}: {failure.message}"

    @property
    def status_code(self) -> int | None:
        """The HTTP status; None where no response head came."""
        return self.failure.status

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request, for its support."""
        return self.failure.request_id

    @property
    def body(self) -> bytes:
        """The response body as received, at most 64 KiB of it."""
        return self.failure.body

    @property
    def provider(self) -> str | None:
        """The name of the configured provider that was asked."""
        return self.failure.provider

    @property
    def retry_after(self) -> float | None:
        """Seconds until the provider wants to be asked again, where it said so."""
        return self.failure.retry_after


class AuthenticationError(APIError):
    """The credential is missing, wrong or expired."""


class PermissionDeniedError(APIError):
    """The credential is valid and may not do this."""


class NotFoundError(APIError):
    """No such model or resource."""


class BadRequestError(APIError):
    """The provider refused the request as it is; the same request will fail again."""


class ContextWindowExceededError(BadRequestError):
    """The input is longer than the model's context window."""


class ContentPolicyViolationError(BadRequestError):
    """The provider's content policy blocked the prompt or the answer."""


class ConflictError(APIError):
    """The resource is in a state that conflicts with the request."""


class RequestTooLargeError(APIError):
    """The request body is larger than the provider takes."""


class UnprocessableEntityError(APIError):
    """The request is well formed and its content is not acceptable."""


class RateLimitError(APIError):
    """Too many requests or tokens for now."""


class QuotaExceededError(RateLimitError):
    """A quota, budget or credit is used up: waiting will not help."""


class InternalServerError(APIError):
    """The provider failed."""


class ServiceUnavailableError(APIError):
    """The provider is not available for now."""


class OverloadedError(ServiceUnavailableError):
    """The provider has no capacity for this model now."""


class APIConnectionError(APIError):
    """The connection was refused, reset, or failed in name look-up, TLS or a proxy."""


class APITimeoutError(APIConnectionError):
    """One of the four clocks ran out, or the provider reported a time-out."""


class TruncatedStreamError(APIError):
    """The response ended before its terminal marker.  `partial` holds what came."""


class ProtocolError(APIError):
    """What came is not HTTP, not JSON, or not the provider's API."""


class LimitExceededError(APIError):
    """The response passed one of the client's limits."""


class UnsupportedParameterError(APIError):
    """The request asks for what the target cannot express; nothing was sent."""


RETRIED: Final[frozenset[Kind]] = frozenset(
    {
        "conflict",
        "rate_limited",
        "server_error",
        "service_unavailable",
        "overloaded",
        "timeout",
        "connection",
        "truncated",
    }
)

EXCEPTIONS: Final[dict[Kind, type[APIError]]] = {
    "authentication": AuthenticationError,
    "permission_denied": PermissionDeniedError,
    "not_found": NotFoundError,
    "bad_request": BadRequestError,
    "context_window": ContextWindowExceededError,
    "content_policy": ContentPolicyViolationError,
    "conflict": ConflictError,
    "request_too_large": RequestTooLargeError,
    "unprocessable": UnprocessableEntityError,
    "rate_limited": RateLimitError,
    "quota_exceeded": QuotaExceededError,
    "server_error": InternalServerError,
    "service_unavailable": ServiceUnavailableError,
    "overloaded": OverloadedError,
    "timeout": APITimeoutError,
    "connection": APIConnectionError,
    "truncated": TruncatedStreamError,
    "protocol": ProtocolError,
    "limit_exceeded": LimitExceededError,
    "unsupported": UnsupportedParameterError,
}

_STATUS_KINDS: Final[dict[int, Kind]] = {
    401: "authentication",
    402: "quota_exceeded",
    403: "permission_denied",
    404: "not_found",
    408: "timeout",
    409: "conflict",
    410: "not_found",
    413: "request_too_large",
    422: "unprocessable",
    424: "server_error",
    429: "rate_limited",
    503: "service_unavailable",
    504: "timeout",
    524: "timeout",
    529: "overloaded",
}


def kind_of_status(status: int) -> Kind:
    """The kind that an HTTP status alone stands for; a body may tell more."""
    if (kind := _STATUS_KINDS.get(status)) is not None:
        return kind
    if status == 501 or status < 500:
        return "bad_request"
    return "server_error"


def exception(failure: Failure, partial: Partial | None = None) -> APIError:
    """The exception that stands for *failure*, ready to be raised."""
    return EXCEPTIONS.get(failure.kind, APIError)(failure, partial)
