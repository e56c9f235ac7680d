"""Forms that compatible servers have for a parameter or a part, where they differ from OpenAI's: `Quirks.forms` names them.

logprobs: count        their number, instead of a switch and `top_logprobs`
prediction: text       one text, never a list of them
stop: list             never a bare text
parameters: required   a tool has a schema, if an empty one
reasoning: thinking_type      `thinking` has a type, enabled or disabled, and no budget
reasoning: thinking_switch    the same, and effort none is disabled; any other needs it enabled
reasoning: reasoning_object   a budget stands in `reasoning`, and so does an effort beside `thinking`
reasoning: thinking_part      what an assistant thought is a part of its content
history: reasoned      every message of an assistant says what it thought, if nothing
text: joined           a content of nothing but texts is one text
input_audio: text      the base64 alone
file: document         a document by URL or as data, or a file by its id
file_url: file_data    a URL stands where the data would
file_url: part         a part of its own
cache_control: part    kept on parts
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...types import AudioPart, FilePart, Part, Prediction, Thinking
from ..losses import Losses


def form_parameters(members: dict[str, object], forms: Mapping[str, str], losses: Losses) -> None:
    """Give the parameters of a body the forms that the server has for them."""
    if forms.get("logprobs") == "count":
        top = members.pop("top_logprobs", None)
        if members.pop("logprobs", None):
            members["logprobs"] = max(1, top) if isinstance(top, int) else 1
    if forms.get("stop") == "list" and isinstance(stop := members.get("stop"), str):
        members["stop"] = [stop]
    if forms.get("prediction") == "text" and isinstance(prediction := members.get("prediction"), Prediction):
        members["prediction"] = Prediction(_one_text(prediction.content))
    match forms.get("reasoning"):
        case "thinking_type":
            _say_type(members, losses)
        case "thinking_switch":
            _switch_thinking(members, losses)
        case "reasoning_object":
            _say_reasoning(members, losses)
        case _:
            return


def _one_text(content: str | Sequence[Mapping[str, str]]) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _say_type(members: dict[str, object], losses: Losses) -> None:
    thinking = members.get("thinking")
    if not isinstance(thinking, Thinking):
        return
    if thinking.type not in {"enabled", "disabled"}:
        del members["thinking"]
        losses.drop("thinking", f"the API does not have the type {thinking.type!r}")
        return
    for name in ("budget_tokens", "display"):
        if getattr(thinking, name) is not None:
            losses.drop(f"thinking.{name}", "the API has nothing like it")
    members["thinking"] = Thinking(thinking.type, extra=thinking.extra)


def _switch_thinking(members: dict[str, object], losses: Losses) -> None:
    _say_type(members, losses)
    effort = members.get("reasoning_effort")
    if effort is None:
        return
    thinking = members.setdefault("thinking", Thinking("disabled" if effort == "none" else "enabled"))
    if effort == "none" or (isinstance(thinking, Thinking) and thinking.type == "disabled"):
        del members["reasoning_effort"]
        if effort != "none":
            losses.drop("reasoning_effort", "thinking is disabled")


def _say_reasoning(members: dict[str, object], losses: Losses) -> None:
    thinking = members.pop("thinking", None)
    if not isinstance(thinking, Thinking):
        return
    if thinking.display is not None:
        losses.drop("thinking.display", "the API has nothing like it")
    effort = members.pop("reasoning_effort", None)  # of `reasoning` and this the API takes one
    if thinking.budget_tokens is None:
        said: dict[str, object] = {"enabled": thinking.type != "disabled", "effort": effort}
    else:
        said = {"max_tokens": thinking.budget_tokens}
        if effort is not None:
            losses.drop("reasoning_effort", "the API takes it or a budget")
    given = {name: value for name, value in said.items() if value is not None}
    members["reasoning"] = {**given, **(thinking.extra or {})}


def part_in_form(part: Part, forms: Mapping[str, str]) -> dict[str, object] | None:
    """The part in the form that the server has for it, None where that is OpenAI's own."""
    if isinstance(part, AudioPart):
        text = forms.get("input_audio") == "text"
        return {"type": "input_audio", "input_audio": part.input_audio.data} if text else None
    return _file(part, forms) if isinstance(part, FilePart) else None


def _file(part: FilePart, forms: Mapping[str, str]) -> dict[str, object] | None:
    file = part.file
    if forms.get("file") == "document":
        if file.file_id is not None:
            return {"type": "file", "file_id": file.file_id}
        name = {} if file.filename is None else {"document_name": file.filename}
        return {"type": "document_url", "document_url": file.file_url or file.file_data, **name}
    if file.file_url is None:
        return None
    match forms.get("file_url"):
        case "file_data":
            name = {} if file.filename is None else {"filename": file.filename}
            return {"type": "file", "file": {**name, "file_data": file.file_url}}
        case "part":
            return {"type": "file_url", "file_url": {"url": file.file_url}}
        case _:
            return None


def thinking_part(text: str) -> dict[str, object]:
    """What an assistant thought, as a part."""
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}], "closed": True}
