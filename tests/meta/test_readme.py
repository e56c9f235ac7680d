"""The README keeps its word: its lines, its code, what it says is printed, and its table of errors."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from sansio import providers
from sansio.errors import EXCEPTIONS, RETRIED
from sansio.testing import Double, answer
from sansio_transports.serve.threads import serve_double
from tests.bench.cases import CASES
from tests.meta.source import ROOT

README = (ROOT / "README.md").read_text("utf-8")
_NUMBER = re.compile(r"\d+(\.\d+)?")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def _provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What `from_environment` finds: a double of the provider."""
    with serve_double(Double(answer("Because of the air.", pieces=3))) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "key")
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield


@pytest.fixture
def _no_further_provider() -> Iterator[None]:
    """What is registered is known to this test only."""
    known = dict(providers._registered)  # pyright: ignore[reportPrivateUsage]
    yield
    providers._registered.clear()  # pyright: ignore[reportPrivateUsage]
    providers._registered.update(known)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.usefixtures("_provider", "_no_further_provider")
def test_the_code_runs_from_top_to_bottom(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script = tmp_path / "readme.py"
    script.write_text("\n".join(_blocks("python")), "utf-8")
    runpy.run_path(str(script))
    printed = capsys.readouterr().out
    assert printed.count("Because of the air.") == 3
    assert "POST https://api.openai.com/v1/chat/completions\nTextDelta\nFailed\n" in printed
    assert "hi\nb'HTTP/1.1 200 '\n" in printed
    assert "['stop']\nhttps://api.mistral.ai/v1/embeddings\n" in printed


def test_the_quickstart_prints_what_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr("sys.argv", ["quickstart.py"])
    runpy.run_path(str(ROOT / "examples" / "quickstart.py"), run_name="__main__")
    (shown,) = _blocks("text")
    assert _NUMBER.sub("N", capsys.readouterr().out) == _NUMBER.sub("N", shown)


def test_its_first_two_blocks_are_one_line_each() -> None:
    assert [block.count("\n") for block in _blocks("sh")] == [1, 1]


def test_every_path_that_it_names_is_there() -> None:
    paths = re.findall(r"\]\(([^)#:]+)\)", README)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_its_table_of_errors_is_the_code_s() -> None:
    rows = re.findall(r"^\| (\w+) \| (\w+) \| (yes|no) \|$", README, re.MULTILINE)
    assert rows == [(kind, cls.__name__, "yes" if kind in RETRIED else "no") for kind, cls in EXCEPTIONS.items()]


def test_its_table_of_providers_is_the_code_s() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([`\w, ]+) \| `?(\w*)`? \| ([\w, ]*) \|$", README, re.MULTILINE)
    known = [providers.template(name) for name in providers.names()]
    assert rows == [
        (
            template.name,
            ", ".join(
                f"`{name}`" for name in dict.fromkeys([template.dialect, *[v.dialect for v in template.variants]])
            ),
            next(iter(template.key_variables), ""),
            ", ".join(sorted(template.operations)),
        )
        for template in known
    ]


def test_a_provider_takes_fewer_than_fifteen_lines() -> None:
    (block,) = [block for block in _blocks("python") if "providers.register(" in block]
    (call,) = re.findall(r"^providers\.register\(.*?^\)", block, re.DOTALL | re.MULTILINE)
    assert call.count("\n") + 1 < 15


def test_every_figure_names_its_benchmark() -> None:
    cells = re.findall(r"^\| .+ \| .+ \| ((?:`[\w-]+`(?:, )?)+) \|$", README, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`([\w-]+)`", cell)}
    assert named <= {*CASES, "import"}
    assert named >= {*CASES} - {"linear-large-event"}
