"""What each SDK's script prints: the same questions, answered as that SDK shows the answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

QUESTION = "Why is the sky blue?"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

# Models of the double's script: a plain answer, tool calls, and errors.
PLAIN, TOOLS, MISSING, BUSY = "double", "tools", "missing", "busy"


def call(name: str, arguments: Any) -> list[Any]:
    """A tool call as it is compared: arguments as a value."""
    return [name, json.loads(arguments) if isinstance(arguments, str) else arguments]


def error(ask: Callable[[], object]) -> list[Any]:
    """The class, and the status as far as the SDK tells it, of what *ask* raises."""
    try:
        ask()
    except Exception as exc:
        status = getattr(exc, "status_code", None) or getattr(exc, "code", None)
        if status is None:
            response: Any = getattr(exc, "response", None) or {}
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return [type(exc).__name__, status]
    return []


def run(main: Callable[[str], dict[str, Any]]) -> None:
    """Print what *main* saw at the URL of the command line."""
    print(json.dumps(main(sys.argv[1])))
