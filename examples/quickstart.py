"""One call of each kind: a streamed answer, a tool call, a structured answer, a typed error, a stream that is cut off.

Without a key it talks to a double of a provider, which it starts on a loopback socket; with OPENAI_API_KEY in the
environment, or with --base-url, to a real one.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import sansio
from sansio import ChatRequest, Completed, FunctionDefinition, FunctionTool, FunctionToolCall, TextDelta
from sansio.gateway import EndOfBody
from sansio.testing import Call, Double, Reply, answer, error, structured
from sansio_transports.serve.threads import serve_double
from sansio_transports.sync import Client


@dataclass
class Weather:
    """What the structured answer is parsed into."""

    city: str
    celsius: float


WEATHER = FunctionTool(
    FunctionDefinition(
        "weather",
        description="The weather in a city, now.",
        parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    )
)


def stream(client: Client, model: str) -> None:
    """Events as they come; `stream.text` gives the text alone."""
    with client.stream(ChatRequest(model=model, messages="Why is the sky blue? In one sentence.")) as events:
        for event in events:
            match event:
                case TextDelta(text):
                    print(text, end="", flush=True)
                case Completed(response):
                    usage = response.usage
                    print(f"\n    {response.finish_reason}, {usage.total_tokens if usage else '?'} tokens")
                case _:
                    continue


def tools(client: Client, model: str) -> None:
    """The model asks for a function, we say what it returned, the model answers."""
    question = sansio.user("What is the weather in Oslo?")
    first = client.send(ChatRequest(model=model, messages=[question], tools=[WEATHER]))
    results: list[sansio.Message] = []
    for call in first.tool_calls:
        if isinstance(call, FunctionToolCall):
            print(f"    {call.id}: {call.function.name}({call.function.arguments})")
            results.append(sansio.tool('{"celsius": 14, "sky": "clear"}', call.id))
    print(client.send(ChatRequest(model=model, messages=[question, first.message, *results], tools=[WEATHER])).text)


def structure(client: Client, model: str) -> None:
    """An answer that is a value of ours."""
    request = ChatRequest(
        model=model, messages="It is 14 degrees Celsius in Oslo. As JSON?", response_format=sansio.json_schema(Weather)
    )
    print(client.send(request).parse(Weather))


def fail(client: Client, model: str) -> None:
    """An error of the provider's, typed."""
    try:
        client.send(ChatRequest(model=f"{model.partition('/')[0]}/no-such-model", messages="hi"))
    except sansio.NotFoundError as exc:
        print(f"{type(exc).__name__}: {exc}")


def cut_off(client: Client, model: str) -> None:
    """A stream that ends, cleanly, before the provider said that it is complete: never a success."""
    try:
        with client.stream(ChatRequest(model=model, messages="Tell me a story.")) as events:
            for text in events.text:
                print(text, end="", flush=True)
    except sansio.TruncatedStreamError as exc:
        print(f"\n{type(exc).__name__}: {exc}\n    partial: {exc.partial.text if exc.partial else ''!r}")


def script(request: ChatRequest) -> Reply:
    """What the double says to each of these."""
    last = request.conversation[-1]
    if request.model == "no-such-model":
        return error(404, "The model `no-such-model` does not exist.", code="model_not_found")
    if last.role == "tool":
        return answer("It is 14 degrees Celsius in Oslo, and clear.")
    if request.tools:
        return answer(calls=[Call("weather", '{"city": "Oslo"}')])
    if request.response_format:
        return structured(Weather("Oslo", 14))
    if "story" in last.text:
        return answer("Once upon a time, there was a", pieces=6).until(5, EndOfBody())
    return answer("Air scatters blue light more than red.", pieces=8)


@contextmanager
def chosen_provider(base_url: str | None) -> Generator[sansio.Provider]:
    """The provider to ask: a real one where there is a key or a URL, else the double."""
    if base_url or "OPENAI_API_KEY" in os.environ:
        yield sansio.provider("openai", env=os.environ, base_url=base_url)
        return
    with serve_double(Double(script)) as server:
        yield sansio.provider("openai", api_key="none needed", base_url=f"{server.url}/v1")


def main() -> None:
    """Run them all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--base-url", help="of an OpenAI-compatible API, such as http://127.0.0.1:8000/v1")
    parser.add_argument("--model", default="gpt-4o-mini")
    options = parser.parse_args()
    with chosen_provider(options.base_url) as provider, Client(providers=[provider]) as client:
        for title, step in (
            ("A streamed answer", stream),
            ("A tool call", tools),
            ("A structured answer", structure),
            ("A typed error", fail),
            ("A stream that is cut off", cut_off),
        ):
            print(f"\n== {title}")
            step(client, f"openai/{options.model}")


if __name__ == "__main__":
    main()
