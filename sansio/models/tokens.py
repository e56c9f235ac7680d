"""How many tokens a request has: with a tokenizer that is handed in, or by an estimate; nothing is ever downloaded.

Providers' own count endpoints give the exact figure.  A tokenizer gives that of the text; what a provider adds around
messages, tools and media is an estimate in any case, by the rules that OpenAI publishes
(https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from ..types import (
    AudioPart,
    ChatRequest,
    CustomToolCall,
    FilePart,
    FunctionToolCall,
    ImagePart,
    Message,
    OrderedPart,
    ReasoningPart,
    RefusalPart,
    TextPart,
)

_PER_MESSAGE: Final = 3
_PER_NAME: Final = 1
_REPLY: Final = 3  # with which the answer is begun
_IMAGE: Final = 765  # 1024 x 1024 in four tiles
_SMALL_IMAGE: Final = 85  # detail: low
_FILE: Final = 2000  # about a page as text and as image, where nothing tells the size
_BYTES_PER_TOKEN_OF_FILE: Final = 25  # a page of 50 kB
_BYTES_PER_TOKEN_OF_AUDIO: Final = 1600  # ten tokens a second, 128 kbit/s

# Runs of text with the characters that one token holds of them, as byte-pair vocabularies of 100,000 to 200,000 tokens
# have it: short words are whole, digits come in threes, ideographs one by one.  Compiled on first use, as few programs ask.
_RUNS: Final = (
    r"(?P<word>[A-Z]?[a-z]+)|(?P<capitals>[A-Z]+)|(?P<digits>[0-9]+)|(?P<marks>[!-/:-@\[-`{-~]+)"
    r"|(?P<blank>[ \t\r\n]{2,})|(?P<ideographs>[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U0001f000-\U0001faff]+)"
    r"|(?P<syllables>[\uac00-\ud7af]+)"
    r"|(?P<other>[^\x00-\x7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U0001f000-\U0001faff\uac00-\ud7af]+)"
)
_PER_TOKEN: Final = {
    "word": 7,
    "capitals": 3,
    "digits": 3,
    "marks": 3,
    "blank": 16,
    "ideographs": 1,
    "syllables": 2,
    "other": 3,
}


class Counter(Protocol):
    """Counts the tokens of a text."""

    def __call__(self, text: str, /) -> int:
        """The number of tokens, without any that mark the beginning or the end."""
        ...


class Encoding(Protocol):
    """What of `tiktoken.Encoding` is used."""

    def encode_ordinary(self, text: str) -> Sequence[int]:
        """The tokens of the text; names of special tokens are text."""
        ...


class Encoded(Protocol):
    """What of `tokenizers.Encoding` is used."""

    @property
    def ids(self) -> Sequence[int]:
        """The tokens."""
        ...


class Tokenizer(Protocol):
    """What of `tokenizers.Tokenizer` is used."""

    def encode(self, sequence: str, *, add_special_tokens: bool) -> Encoded:
        """The encoded text."""
        ...


def from_tiktoken(encoding: Encoding) -> Counter:
    """A counter of an encoding that the caller has loaded, `tiktoken.encoding_for_model("gpt-4o")` or one from a file."""

    def counter(text: str, /) -> int:
        return len(encoding.encode_ordinary(text))

    return counter


def from_tokenizers(tokenizer: Tokenizer) -> Counter:
    """A counter of a tokenizer that the caller has loaded, such as `tokenizers.Tokenizer.from_file("tokenizer.json")`."""

    def counter(text: str, /) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    return counter


def estimate_text(text: str, /) -> int:
    """About how many tokens the text has, for any model, in linear time.

    Against GPT-4o's vocabulary it is within 15 % for English prose, source code and JSON of a few lines and more, and
    within 40 % for other languages.  Older vocabularies spend up to three times as many tokens on scripts other than Latin.
    """
    total = 0
    for run in re.finditer(_RUNS, text):
        per_token = _PER_TOKEN[run.lastgroup or "word"]
        total += (run.end() - run.start() + per_token - 1) // per_token
    return total


class Counters:
    """Counters by model: keys are "provider/model", or the beginning of one with `*` behind it, the longest counts.

    A model that none names is counted by `estimate_text`.
    """

    __slots__ = ("_counters",)

    def __init__(self, counters: Mapping[str, Counter]) -> None:
        self._counters = sorted(counters.items(), key=lambda item: (item[0].endswith("*"), -len(item[0])))

    def of(self, model: str) -> Counter:
        """The counter of "provider/model"."""
        for key, counter in self._counters:
            if model == key or (key.endswith("*") and model.startswith(key[:-1])):
                return counter
        return estimate_text


def estimate(request: ChatRequest) -> int:
    """About how many tokens the prompt has: `count` with `estimate_text`, and of its accuracy."""
    return count(request, estimate_text)


def count(request: ChatRequest, counter: Counter) -> int:
    """The tokens of the prompt: its texts, calls and tools by the counter, media and framing by published rules.

    An image counts 765 (85 with detail low), audio ten a second at 128 kbit/s, a file one for 25 bytes, or 2000 where its
    size is not known.
    """
    total = _REPLY + sum(_message(message, counter) for message in request.conversation)
    for tools in (request.tools, request.functions):
        if isinstance(tools, Iterable):
            total += sum(counter(_text(tool)) for tool in tools)
    if isinstance(request.response_format, msgspec.Struct):
        total += counter(_text(request.response_format))
    return total


def _message(message: Message, counter: Counter) -> int:
    named = _PER_NAME + counter(message.name) if message.name else 0
    return _PER_MESSAGE + named + sum(_part(part, counter) for part in message.ordered)


def _part(part: OrderedPart, counter: Counter) -> int:
    match part:
        case TextPart(text=text) | ReasoningPart(text=text) | RefusalPart(refusal=text):
            return counter(text)
        case FunctionToolCall() | CustomToolCall():
            return counter(part.name) + counter(part.arguments)
        case ImagePart(image_url=image):
            return _SMALL_IMAGE if image.detail == "low" else _IMAGE
        case AudioPart(input_audio=audio):
            return _size(audio.data) // _BYTES_PER_TOKEN_OF_AUDIO + 1
        case FilePart(file=file):
            return _size(file.file_data) // _BYTES_PER_TOKEN_OF_FILE + 1 if file.file_data else _FILE
        case _:  # opaque
            return counter(bytes(part.raw).decode("utf-8", "replace"))


def _size(base64: str) -> int:
    return len(base64) * 3 // 4


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
