"""The value that a prefix of a JSON text describes so far, for tool arguments and structured output while they stream.

Each text is read once, so what a delta costs does not grow with what came before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

# Of open objects and arrays, as for every JSON text that this library reads.
MAX_DEPTH = 256
# Of the characters of one number. However CPython is configured, it makes an int of as many digits.
MAX_NUMBER = 640

# As many pieces of a string are joined, since each costs some 60 bytes beside its characters.
_TAIL = 64

_SPACE = " \t\n\r"
_CHARACTERS = re.compile(r'[^"\\\x00-\x1f]+')
_SURROGATE = re.compile("[\ud800-\udfff]")

_SHORT_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(
    r"""\\u(?:([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})
           |([0-9a-fA-F]{4}))""",
    re.VERBOSE,
)
# What more text may make an escape, or a pair of surrogates.
_OPEN_ESCAPE = re.compile(
    r"""\\(?:u[0-9a-fA-F]{0,3}
         |u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?)?""",
    re.VERBOSE,
)

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?(?![0-9.eE])")
# What more text may make a number, or another one.
_OPEN_NUMBER = re.compile(
    r"""-?(?:(?:0|[1-9][0-9]*)
         (?:\.(?:[0-9]+(?:[eE][+-]?[0-9]*)?)?
           |[eE][+-]?[0-9]*)?)?""",
    re.VERBOSE,
)
_LITERALS: dict[str, tuple[str, object]] = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}


class PartialJson:
    """Reads one JSON text (RFC 8259, so no NaN) in any fragments, and shows its value so far.

    Open containers and strings are there as far as they are known. A number at the end of the text is not, since it may
    still grow; nor are an unfinished literal and a key without its value. Of equal keys the last one counts. A lone
    surrogate becomes U+FFFD.

    `failure` says why the text is no prefix of a JSON text, or goes beyond a limit, else it is None. The value then
    stays as it was in front of the damage, and further text is ignored.
    """

    __slots__ = ("_blocks", "_expected", "_held", "_in_string", "_key", "_root", "_shown", "_stack", "_tail", "failure")

    def __init__(self) -> None:
        self.failure: str | None = None
        self._root: list[object] = []
        self._stack: list[list[object] | dict[str, object]] = [self._root]  # with the open containers
        self._key = ""  # of the last member, if the innermost container is an object
        self._expected = self._VALUE  # what may come next, by its first character
        self._held = ""  # the unfinished token at the end of the text: a number, a literal or an escape
        self._in_string = False
        self._shown = ""  # of the open string, what is in the value,
        self._blocks: list[str] = []  # and what is not: pieces already joined,
        self._tail: list[str] = []  # and the last ones

    @property
    def complete(self) -> bool:
        """Whether the text so far is a JSON text. Only white space may follow."""
        return self._expected is self._END and self.failure is None

    @property
    def value(self) -> object:
        """The value so far, None before there is any.

        It is live: `receive` changes its containers in place, and reading `value` updates the open string in them.
        Copy what is to be kept. Reading it after each delta costs no more than the delta, unless the strings in it are
        kept too.
        """
        if self._in_string and self._expected is not self._COLON:
            self._show_string()
        return self._root[0] if self._root else None

    def receive(self, text: str) -> None:
        """Read the next part of the text. Whatever it is, nothing is raised: see `failure` afterwards."""
        if self.failure is not None:
            return
        text = self._held + text
        self._held = ""
        at = 0
        while at < len(text):
            at = self._read_string(text, at) if self._in_string else self._read_token(text, at)

    def receive_eof(self) -> None:
        """The text has ended. A number at its end counts; a text that is not complete is a failure."""
        if not self._in_string:
            self.receive(" ")  # ends a number, spoils what is unfinished, and changes nothing else
        if self._expected is not self._END and self.failure is None:
            self.failure = "the text ended before its value did"

    def _hold(self, text: str, at: int) -> int:
        self._held = text[at:]
        return len(text)

    def _fail(self, text: str, failure: str) -> int:
        self.failure = failure
        return len(text)

    # Strings.

    def _open_string(self, _: str, at: int) -> int:
        self._add("")
        self._in_string = True
        return at + 1

    def _open_key(self, _: str, at: int) -> int:
        self._in_string = True
        self._expected = self._COLON  # which tells a key from a value while it is open
        return at + 1

    def _read_string(self, text: str, at: int) -> int:
        characters = _CHARACTERS.match(text, at)
        if characters:
            self._grow_string(characters[0])
            return characters.end()
        if text[at] == "\\":
            return self._read_escape(text, at)
        if text[at] != '"':
            return self._fail(text, f"a string holds the control character {text[at]!a}")
        self._close_string()
        return at + 1

    def _read_escape(self, text: str, at: int) -> int:
        short = _SHORT_ESCAPES.get(text[at + 1 : at + 2])
        if short is not None:
            self._grow_string(short)
            return at + 2
        if _OPEN_ESCAPE.fullmatch(text, at):
            return self._hold(text, at)
        escape = _ESCAPE.match(text, at)
        if escape is None:
            return self._fail(text, "an escape in a string is malformed")
        high, low, unit = escape.groups()
        self._grow_string(
            chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF)) if high else chr(int(unit, 16))
        )
        return escape.end()

    def _grow_string(self, piece: str) -> None:
        if not piece.isascii():
            piece = _SURROGATE.sub("\ufffd", piece)
        self._tail.append(piece)
        if len(self._tail) == _TAIL:
            self._blocks.append("".join(self._tail))
            self._tail.clear()

    def _take_pieces(self) -> str:
        pieces = "".join([*self._blocks, *self._tail])
        self._blocks.clear()
        self._tail.clear()
        return pieces

    def _show_string(self) -> None:
        # CPython appends in place to a string that has no second reference.
        self._replace(None)
        shown = self._shown
        self._shown = ""
        shown += self._take_pieces()
        self._shown = shown
        self._replace(shown)

    def _close_string(self) -> None:
        self._in_string = False
        if self._expected is self._COLON:
            self._key = self._take_pieces()
        else:
            self._show_string()
            self._shown = ""
            self._end_value()

    # Numbers and literals.

    def _read_number(self, text: str, at: int) -> int:
        is_open = _OPEN_NUMBER.fullmatch(text, at)
        number = is_open or _NUMBER.match(text, at)
        if number is None:
            return self._fail(text, "a number is malformed")
        if number.end() - at > MAX_NUMBER:
            return self._fail(text, f"a number has more than {MAX_NUMBER} characters")
        if is_open:
            return self._hold(text, at)
        self._add((float if number.lastindex else int)(number[0]))
        self._end_value()
        return number.end()

    def _read_literal(self, text: str, at: int) -> int:
        literal, value = _LITERALS[text[at]]
        word = text[at : at + len(literal)]
        if not literal.startswith(word):
            return self._fail(text, f"{word!a} is no value")
        if word != literal:
            return self._hold(text, at)
        self._add(value)
        self._end_value()
        return at + len(literal)

    # Structure.

    def _read_token(self, text: str, at: int) -> int:
        read = self._expected.get(text[at])
        return self._fail(text, f"unexpected {text[at]!a}") if read is None else read(self, text, at)

    def _skip_space(self, text: str, at: int) -> int:
        while at < len(text) and text[at] in _SPACE:
            at += 1
        return at

    def _open_container(self, text: str, at: int) -> int:
        if len(self._stack) > MAX_DEPTH:
            return self._fail(text, f"the depth is more than {MAX_DEPTH}")
        container: list[object] | dict[str, object] = [] if text[at] == "[" else {}
        self._expected = self._FIRST_VALUE if text[at] == "[" else self._FIRST_KEY
        self._add(container)
        self._stack.append(container)
        return at + 1

    def _close_container(self, _: str, at: int) -> int:
        self._stack.pop()
        self._end_value()
        return at + 1

    def _read_colon(self, _: str, at: int) -> int:
        self._expected = self._VALUE
        return at + 1

    def _read_comma(self, _: str, at: int) -> int:
        self._expected = self._VALUE if isinstance(self._stack[-1], list) else self._KEY
        return at + 1

    def _add(self, value: object) -> None:
        container = self._stack[-1]
        if isinstance(container, list):
            container.append(value)
        else:
            container[self._key] = value

    def _replace(self, value: object) -> None:
        container = self._stack[-1]
        if isinstance(container, list):
            container[-1] = value
        else:
            container[self._key] = value

    def _end_value(self) -> None:
        if len(self._stack) == 1:
            self._expected = self._END
        else:
            self._expected = self._IN_ARRAY if isinstance(self._stack[-1], list) else self._IN_OBJECT

    # What may stand at each place, as the grammar of RFC 8259 has it.
    _Place = dict[str, Callable[["PartialJson", str, int], int]]
    _END: ClassVar[_Place] = dict.fromkeys(_SPACE, _skip_space)
    _VALUE: ClassVar[_Place] = {
        **_END,
        '"': _open_string,
        **dict.fromkeys("[{", _open_container),
        **dict.fromkeys("-0123456789", _read_number),
        **dict.fromkeys(_LITERALS, _read_literal),
    }
    _FIRST_VALUE: ClassVar[_Place] = {**_VALUE, "]": _close_container}
    _IN_ARRAY: ClassVar[_Place] = {**_END, ",": _read_comma, "]": _close_container}
    _KEY: ClassVar[_Place] = {**_END, '"': _open_key}
    _FIRST_KEY: ClassVar[_Place] = {**_KEY, "}": _close_container}
    _COLON: ClassVar[_Place] = {**_END, ":": _read_colon}
    _IN_OBJECT: ClassVar[_Place] = {**_END, ",": _read_comma, "}": _close_container}


def parse_prefix(text: str) -> object:
    """Return the value that `text` describes so far, as `PartialJson` does; None where it describes none."""
    partial = PartialJson()
    partial.receive(text)
    return partial.value
