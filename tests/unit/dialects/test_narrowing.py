"""Which tools a choice leaves."""

from __future__ import annotations

import pytest
from msgspec import Raw

from sansio.dialects.narrowing import narrowed
from sansio.types import (
    AllowedTools,
    AllowedToolsChoice,
    CustomChoice,
    CustomDefinition,
    CustomTool,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    Opaque,
    Tool,
    ToolName,
)

_F = FunctionTool(FunctionDefinition("f"))
_C = CustomTool(CustomDefinition("c"))
_O = Opaque("gemini", Raw(b"{}"))
_ALL: list[Tool] = [_F, _C, _O]


@pytest.mark.parametrize(
    ("choice", "left", "mode"),
    [
        (None, _ALL, "auto"),
        (_O, _ALL, "auto"),
        ("required", _ALL, "required"),
        ("none", _ALL, "none"),
        (FunctionChoice.of("f"), [_F], "required"),
        (FunctionChoice.of("z"), [], "required"),
        (CustomChoice(ToolName("c")), [_C], "required"),
        (
            AllowedToolsChoice(AllowedTools("auto", [FunctionChoice.of("f"), CustomChoice(ToolName("c"))])),
            [_F, _C],
            "auto",
        ),
    ],
)
def test_a_choice(choice: object, left: list[Tool], mode: str) -> None:
    assert narrowed(_ALL, choice) == (left, mode)
