"""The server's side of HTTP/1.1: bytes to typed requests, events to the bytes of the API that the client speaks."""

from __future__ import annotations

from .connection import Connection
from .conversation import Action, Close, Conversation, Handler, OperationHandler, Pause, Reset, Step, Write
from .events import (
    ConnectionClosed,
    EndOfBody,
    OperationReceived,
    RawResponse,
    Received,
    RequestReceived,
    RequestRefused,
    ResponseHeaders,
    Sendable,
)

__all__ = [
    "Action",
    "Close",
    "Connection",
    "ConnectionClosed",
    "Conversation",
    "EndOfBody",
    "Handler",
    "OperationHandler",
    "OperationReceived",
    "Pause",
    "RawResponse",
    "Received",
    "RequestReceived",
    "RequestRefused",
    "Reset",
    "ResponseHeaders",
    "Sendable",
    "Step",
    "Write",
]
