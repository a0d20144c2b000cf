"""Why an event is no JSON, in the words of the parser that AWS's Lambda answers with: Jackson's, of 2.16 to 2.18.

https://github.com/FasterXML/jackson-core, ``UTF8StreamJsonParser``. It reads bytes, and so are columns counted. Only a
payload that has been found not to be JSON is read here.
"""

import re
import unicodedata
from typing import NamedTuple, NoReturn

_SOURCE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: "
_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_LITERALS = {b"t": "true", b"f": "false", b"n": "null"}
_NO_COMMENTS = (
    "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)"
)
_KINDS = {b"[": "Array", b"]": "Array", b"{": "Object", b"}": "Object"}
_CLOSERS = {"Array": "]", "Object": "}"}
_DEEPEST = 1000
_LONGEST_TOKEN = 256
_LINE = re.compile(rb"\r\n?|\n")
_SPACE = re.compile(rb"[ \t\r\n]*")
_DIGITS = re.compile(rb"[0-9]*")
_PLAIN = re.compile(rb'[^"\\\x00-\x1f\x80-\xff]*')
_LEADS = {1: range(0xC0, 0xE0), 2: range(0xE0, 0xF0), 3: range(0xF0, 0xF8)}
"""The first byte of a character of UTF-8, by how many follow."""
_PARTS_OF_NAMES = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Sc", "Pc", "Nd", "Mn", "Mc", "Cf"}
_STARTS_OF_NAMES = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Sc", "Pc"}


class _NotJsonError(Exception):
    """Error in a document, and its place."""


class _Scope(NamedTuple):
    kind: str
    """``Array`` or ``Object``."""
    start: str
    """Where, in words."""


def why_not_json(payload: bytes) -> str | None:
    """Return the reason; ``None`` where this parser, which reads one value and no further, would have taken it."""
    try:
        _Reader(payload).read()
    except _NotJsonError as error:
        return str(error)
    return None


class _Reader:
    """Reads one value. ``_at`` is the first byte that has not been consumed."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        self._line, self._line_start = 1, 0
        self._scopes: list[_Scope] = []
        self._before = "null"
        """Jackson's name of the token before, which some of its sentences have."""

    def read(self) -> None:
        """:raises _NotJsonError: it is none."""
        after_a_value = False
        while byte := self._next_or_end():
            if byte in b"]}":
                self._close(byte)
            else:
                if after_a_value:
                    if byte != b",":
                        self._unexpected(byte[0], f"was expecting comma to separate {self._scopes[-1].kind} entries")
                    byte = self._next()
                if self._scopes and self._scopes[-1].kind == "Object":
                    self._name(byte)
                    byte = self._next()
                if byte in b"[{":
                    self._open(byte)
                    after_a_value = False
                    continue
                self._value(byte)
            if not self._scopes:
                return
            after_a_value = True

    def _next_or_end(self) -> bytes:
        """Return the next byte that is no space; nothing where the document ends."""
        self._skip_space()
        byte = self._take()
        if not byte and self._scopes:
            kind, start = self._scopes[-1]
            self._ended(f": expected close marker for {kind} (start marker at {start})")
        if byte and byte < b" ":
            self._fail(
                f"Illegal character ({_described(byte[0])}): only regular white space (\\r, \\n, \\t) is allowed "
                "between tokens"
            )
        if byte == b"/":
            self._unexpected(byte[0], _NO_COMMENTS)
        return byte

    def _next(self) -> bytes:
        """Return the next byte that is no space, where an array or object has to go on."""
        self._skip_space()
        if self._at == len(self._data):
            self._ended(f" within/between {self._scopes[-1].kind} entries")
        return self._next_or_end()

    def _open(self, byte: bytes) -> None:
        self._scopes.append(_Scope(_KINDS[byte], self._place(self._at - 1)))
        self._before = f"START_{_KINDS[byte].upper()}"
        if len(self._scopes) > _DEEPEST:
            self._fail(
                f"Document nesting depth ({len(self._scopes)}) exceeds the maximum allowed ({_DEEPEST}, from "
                "`StreamReadConstraints.getMaxNestingDepth()`)"
            )

    def _close(self, byte: bytes) -> None:
        closed = _KINDS[byte]
        scope = self._scopes.pop() if self._scopes else None
        if not scope or scope.kind != closed:
            expected = _CLOSERS[scope.kind] if scope else {"]": "}", "}": "]"}[byte.decode()]
            started = f"{scope.kind} starting at {scope.start}" if scope else f"root starting at {_SOURCE}1]"
            self._fail(
                f"Unexpected close marker '{byte.decode()}': expected '{expected}' (for {started})", self._at - 1
            )
        self._before = f"END_{closed.upper()}"

    def _name(self, byte: bytes) -> None:
        if byte != b'"':
            self._unexpected(self._character(byte[0]), "was expecting double-quote to start field name")
        if self._at == len(self._data):
            self._ended(": was expecting closing '\"' for name")
        self._string("name", "field name")
        self._before = "FIELD_NAME"
        if (byte := self._next()) != b":":
            self._unexpected(byte[0], "was expecting a colon to separate field name and value")

    def _value(self, byte: bytes) -> None:
        if byte == b'"':
            self._before = "VALUE_STRING"
            self._string("string value", self._before)
        elif byte.isdigit() or byte == b"-":
            self._number(byte)
        elif byte in _LITERALS:
            self._word(_LITERALS[byte])
            self._before = f"VALUE_{_LITERALS[byte].upper()}"
        else:
            self._no_value(byte)

    def _no_value(self, byte: bytes) -> NoReturn:
        if byte in b"},]" and not (byte == b"]" and self._scopes[-1].kind == "Object"):
            self._unexpected(byte[0], "expected a value")
        if byte == b"+":
            self._take()
            self._unexpected_in_number(
                byte[0],
                "JSON spec does not allow numbers to have plus signs: enable "
                "`JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow",
            )
        for word in ("NaN", "Infinity"):
            if byte == word[0].encode():
                self._word(word)
                self._non_standard(word)
        if unicodedata.category(chr(byte[0])) in _STARTS_OF_NAMES:
            self._unrecognized(chr(byte[0]))
        self._unexpected(byte[0], f"expected a valid value {_VALUES}")

    def _word(self, word: str, sign: str = "") -> None:
        """Read the rest of one of the words that are, or might be, values."""
        length = 1
        while length < len(word) and self._peek() == word[length].encode():
            self._at += 1
            length += 1
        after = self._at
        if length == len(word):
            following = self._take()
            ends = following < b"0" or following in b"]}"
            if ends or not _is_part_of_a_name(self._character(following[0])):
                self._at = after
                return
        self._at = after
        self._unrecognized(sign + word[:length])

    def _unrecognized(self, token: str) -> NoReturn:
        while len(token) < _LONGEST_TOKEN:
            byte = self._take()
            if not byte or not _is_part_of_a_name(character := self._character(byte[0])):
                break
            token += chr(character & 0xFFFF)
        else:
            token += "..."
        self._fail(f"Unrecognized token '{token}': was expecting {_VALUES}")

    def _non_standard(self, word: str) -> NoReturn:
        self._fail(f"Non-standard token '{word}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow")

    def _number(self, first: bytes) -> None:
        if first == b"-":
            first = self._after_minus()
        if first == b"0" and self._peek().isdigit():
            self._fail("Invalid numeric value: Leading zeroes not allowed")
        self._skip(_DIGITS)
        has_fraction = self._peek() == b"."
        if has_fraction:
            self._take()
            self._digits(self._take() or b".", "Decimal point not followed by a digit")
        has_exponent = self._peek() in {b"e", b"E"}
        if has_exponent:
            self._take()
            first = self._take() or self._ended(f" in {self._before}")
            if first in b"+-":
                first = self._take() or self._ended(f" in {self._before}")
            self._digits(first, "Exponent indicator not followed by a digit")
        self._before = f"VALUE_NUMBER_{'FLOAT' if has_fraction or has_exponent else 'INT'}"
        if not self._scopes and (following := self._peek()) and following not in b" \t\r\n":
            self._take()
            self._unexpected(following[0], "Expected space separating root-level values")

    def _after_minus(self) -> bytes:
        first = self._take() or self._ended(f" in {self._before}")
        if first == b"I":
            self._word("Infinity", "-")
            self._non_standard("-Infinity")
        if first == b".":
            self._unexpected(first[0], f"expected a valid value {_VALUES}")
        if not first.isdigit():
            self._unexpected_in_number(first[0], "expected digit (0-9) to follow minus sign, for valid numeric value")
        return first

    def _digits(self, first: bytes, otherwise: str) -> None:
        if not first.isdigit():
            self._unexpected_in_number(first[0], otherwise)
        self._skip(_DIGITS)

    def _string(self, what: str, where: str) -> None:
        """Read the rest of a string."""
        while True:
            self._skip(_PLAIN)
            byte = self._take() or self._ended(f" in {where}")
            if byte == b'"':
                return
            if byte == b"\\":
                self._escape()
            elif byte < b" ":
                self._fail(
                    f"Illegal unquoted character ({_described(byte[0])}): has to be escaped using backslash to be "
                    f"included in {what}",
                    self._at - 1,
                )
            else:
                self._character(byte[0])

    def _escape(self) -> None:
        where = " in character escape sequence"
        byte = self._take() or self._ended(where)
        if byte == b"u":
            for _ in range(4):
                digit = self._take() or self._ended(where)
                if digit not in b"0123456789abcdefABCDEF":
                    self._unexpected(digit[0], "expected a hex-digit for character escape sequence")
        elif byte not in b'"\\/bfnrt':
            self._fail(f"Unrecognized character escape {_described(self._character(byte[0]))}", self._at - 1)

    def _character(self, first: int) -> int:
        """Return the character that begins with a byte that was taken."""
        if first < 0x80:
            return first
        following = next((number for number, lead in _LEADS.items() if first in lead), 0)
        if not following:
            self._fail(f"Invalid UTF-8 start byte 0x{first:x}")
        character = first & (0x3F >> following)
        for _ in range(following):
            byte = self._take() or self._ended(f" in {self._before}")
            if byte[0] & 0xC0 != 0x80:
                self._fail(f"Invalid UTF-8 middle byte 0x{byte[0]:x}")
            character = character << 6 | byte[0] & 0x3F
        return character

    def _peek(self) -> bytes:
        return self._data[self._at : self._at + 1]

    def _take(self) -> bytes:
        byte = self._peek()
        self._at += len(byte)
        return byte

    def _skip(self, what: re.Pattern[bytes]) -> None:
        found = what.match(self._data, self._at)
        assert found
        self._at = found.end()

    def _skip_space(self) -> None:
        start = self._at
        self._skip(_SPACE)
        for line in _LINE.finditer(self._data, start, self._at):
            self._line, self._line_start = self._line + 1, line.end()

    def _unexpected(self, character: int, sentence: str) -> NoReturn:
        self._fail(f"Unexpected character ({_described(character)}): {sentence}", self._at - 1)

    def _unexpected_in_number(self, character: int, sentence: str) -> NoReturn:
        self._fail(f"Unexpected character ({_described(character)}) in numeric value: {sentence}", self._at - 1)

    def _ended(self, where: str) -> NoReturn:
        self._fail(f"Unexpected end-of-input{where}")

    def _fail(self, sentence: str, at: int | None = None) -> NoReturn:
        raise _NotJsonError(f"{sentence}\n at {self._place(self._at if at is None else at)}")

    def _place(self, at: int) -> str:
        return f"{_SOURCE}{self._line}, column: {at - self._line_start + 1}]"


def _is_part_of_a_name(character: int) -> bool:
    ignorable = character < 0x09 or 0x0E <= character < 0x1C or 0x7F <= character < 0xA0
    return ignorable or unicodedata.category(chr(character & 0xFFFF)) in _PARTS_OF_NAMES


def _described(character: int) -> str:
    if character < 0x20 or 0x7F <= character < 0xA0:
        return f"(CTRL-CHAR, code {character})"
    code = f"{character} / 0x{character:x}" if character > 0xFF else str(character)
    return f"'{chr(character)}' (code {code})"
