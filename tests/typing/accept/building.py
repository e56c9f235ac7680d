"""Requests as users write them, without annotations or casts."""

from __future__ import annotations

from dataclasses import dataclass

import sansio
from sansio import ChatRequest, FunctionDefinition, FunctionTool, ImagePart, ImageUrl, Retry, TextPart, Timeouts
from sansio_transports.sync import Client


@dataclass
class Weather:
    """What a structured answer is parsed into."""

    city: str
    celsius: float


def requests() -> list[ChatRequest]:
    """Text, messages, parts, tools and a schema."""
    picture = ImagePart(ImageUrl("https://example.com/a.png"))
    return [
        ChatRequest(model="openai/gpt-4o", messages="hi"),
        ChatRequest(model="gpt-4o", messages=[sansio.system("Be brief."), sansio.user([TextPart("What?"), picture])]),
        ChatRequest(
            model="gpt-4o",
            messages=[sansio.user("Weather?"), sansio.tool("18 C", "call_1")],
            tools=[FunctionTool(FunctionDefinition("weather", parameters={"type": "object"}))],
            response_format=sansio.json_schema(Weather),
            temperature=0.2,
        ),
    ]


def client() -> Client:
    """Everything a client can be given is typed."""
    openai = sansio.provider("openai", api_key="key", base_url="http://127.0.0.1:8000/v1")
    return Client(providers=[openai], retry=Retry(retries=1), timeouts=Timeouts(read=30), on_loss="drop")


def parsed(response: sansio.ChatResponse) -> Weather:
    """A structured answer is of the type that was asked for."""
    return response.parse(Weather)


def sub_packages() -> list[str]:
    """Sub-packages are attributes."""
    return [*sansio.providers.names(), sansio.errors.kind_of_status(429), sansio.types.Usage().__class__.__name__]
