"""What is measured, between whom, and what was promised."""

from __future__ import annotations

from typing import NamedTuple

from tests.bench import payloads

# The environment that each contender runs in, and what is installed there; "" is this source tree.
ENVIRONMENTS = {
    "sansio": "",
    "openai": "openai",
    "anthropic": "anthropic",
    "litellm": "litellm",
    "httpx": "httpx",
    "aiohttp": "aiohttp",
    "google": "google-genai",
    "boto3": "boto3",
}
CONTENDERS = {
    "sansio_core": "sansio",
    "sansio_sync": "sansio",
    "sansio_asyncio": "sansio",
    "sansio_trio": "sansio",
    "baseline": "sansio",
    "baseline_slim": "sansio",
    "openai_sync": "openai",
    "openai_async": "openai",
    "anthropic_sync": "anthropic",
    "litellm_sync": "litellm",
    "httpx_sync": "httpx",
    "aiohttp_async": "aiohttp",
    "sansio_decode": "sansio",
    "anthropic_decode": "anthropic",
    "openai_decode": "openai",
    "google_decode": "google",
    "boto_decode": "boto3",
}


class Promise(NamedTuple):
    """`ours` costs at most `most` times `theirs`; where `theirs` is empty, at most `most`."""

    ours: str
    theirs: str
    most: float


class Case(NamedTuple):
    """One measurement: a function of each contender, what it has to return, and the promises about it.

    `unit` is that of the median: microseconds a count, KiB a count, or the bare figure.  A `fresh` case gets a new
    process each round.
    """

    function: str
    contenders: tuple[str, ...]
    promises: tuple[Promise, ...]
    length: float | None = None
    unit: str = "us"
    fresh: bool = False
    metric: str = "cpu"


_STREAMS = ("sansio_sync", "sansio_asyncio", "sansio_trio", "baseline")
_PEERS = ("openai_sync", "openai_async", "anthropic_sync", "litellm_sync", "httpx_sync", "aiohttp_async")
_PARSERS = ("sansio_core", "baseline", "baseline_slim")
_HELD = ("sansio_asyncio", "openai_async", "aiohttp_async")


def _against_openai(most: float) -> tuple[Promise, ...]:
    pairs = (("sansio_sync", "openai_sync"), ("sansio_asyncio", "openai_async"), ("sansio_trio", "openai_async"))
    return tuple(Promise(ours, theirs, most) for ours, theirs in pairs)


def _alone(function: str, most: float) -> Case:
    return Case(function, ("sansio_core",), (Promise("sansio_core", "", most),), unit="x")


def _decoding(function: str, peer: str) -> Case:
    promise = Promise("sansio_decode", peer, 1 / 8)
    return Case(function, ("sansio_decode", peer), (promise,), payloads.PARSED_EVENTS * payloads.PIECE)


CASES: dict[str, Case] = {
    "stream-burst": Case("burst", (*_STREAMS, *_PEERS), _against_openai(1 / 20), payloads.TEXT),
    "stream-paced": Case("paced", (*_STREAMS, *_PEERS), _against_openai(1 / 5), payloads.TEXT),
    "unary": Case("unary", (*_STREAMS[:3], *_PEERS), _against_openai(1 / 6), payloads.UNARY_TEXT),
    "parse-single": Case(
        "parse_single",
        _PARSERS,
        tuple(Promise("sansio_core", floor, 2.5) for floor in _PARSERS[1:]),
        payloads.PARSED_EVENTS * payloads.PIECE,
    ),
    "parse-reads": Case(
        "parse_reads",
        _PARSERS,
        tuple(Promise("sansio_core", floor, 2.5) for floor in _PARSERS[1:]),
        payloads.PARSED_EVENTS * payloads.PIECE,
    ),
    "encode": Case(
        "encode", ("sansio_core", "openai_sync"), (Promise("sansio_core", "openai_sync", 1 / 50),), length=0
    ),
    "decode-anthropic": _decoding("decode_anthropic", "anthropic_decode"),
    "decode-responses": _decoding("decode_responses", "openai_decode"),
    "decode-gemini": _decoding("decode_gemini", "google_decode"),
    "decode-bedrock": _decoding("decode_bedrock", "boto_decode"),
    "concurrent-cpu": Case(
        "held", _HELD, (Promise("sansio_asyncio", "openai_async", 1 / 4),), payloads.HELD_TEXT, fresh=True
    ),
    "concurrent-memory": Case(
        "held",
        _HELD,
        (Promise("sansio_asyncio", "openai_async", 1 / 4),),
        payloads.HELD_TEXT,
        unit="KiB",
        fresh=True,
        metric="memory",
    ),
    "linear-one-event": _alone("linear_one", 4.5),
    "linear-many-events": _alone("linear_many", 4.5),
    "linear-large-event": _alone("linear_large", 4.5),
    "memory-hostile": _alone("memory_hostile", 2.0),
    "memory-pieces": _alone("memory_pieces", 2.0),
}


class Import(NamedTuple):
    """A statement that a fresh interpreter runs, in one of the environments."""

    statement: str
    environment: str


IMPORTS: dict[str, Import] = {
    "bare": Import("", "sansio"),
    "sansio": Import("import sansio", "sansio"),
    "sansio, in use": Import(
        "from sansio import ChatRequest, Exchange, provider; provider('openai', api_key='k')", "sansio"
    ),
    "sansio_transports.sync": Import("import sansio_transports.sync", "sansio"),
    "the same and ssl": Import("import sansio_transports.sync, ssl", "sansio"),
    "openai": Import("import openai", "openai"),
    "anthropic": Import("import anthropic", "anthropic"),
    "litellm": Import("import os; os.environ['LITELLM_LOCAL_MODEL_COST_MAP'] = 'True'; import litellm", "litellm"),
    "httpx": Import("import httpx", "httpx"),
    "aiohttp": Import("import aiohttp", "aiohttp"),
}
IMPORT_CPU = (
    Promise("sansio_transports.sync", "openai", 1 / 5),
    Promise("sansio", "openai", 1 / 4),
    Promise("sansio, in use", "openai", 1 / 4),
)
IMPORT_MEMORY = IMPORT_CPU  # `ssl` loads with the first https request; its row tells what that adds
