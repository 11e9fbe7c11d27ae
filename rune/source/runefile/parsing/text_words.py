"""The tokens of one instruction of the text format: names, types, arguments, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rune.source.runefile.diagnostics import Span
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.values import FLOAT, INTEGER, Map, Sequence, Value, YamlScalar
from rune.wording import plain, quoted

_GOES_ON = re.compile(r"\\[ \t]*(?=[\r\n]|\Z)")
_TYPE = re.compile(r"(?P<element>\w+)(?:\s*\[(?P<dimensions>[^\]<>]*)\])?\Z")
_NUMBER = re.compile(r"[^\s,]+")
_OPTION = re.compile(r"(?P<dashes>--?)(?P<name>[A-Za-z_][\w-]*)(?P<equals>=)?")
_QUOTED_TEXT = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_BARE = re.compile(r"[^\s,\"'][^\s,]*")
_WORD = re.compile(r"[^\s\"'][^\s]*")
_ESCAPE = re.compile(r"\\(.)")


class BadLine(Exception):
    """A line that cannot be read."""

    def __init__(self, cause: str, span: Span, notes: tuple[str, ...] = (), *, of_stage: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.span = span
        self.notes = notes
        self.of_stage = of_stage
        """True if it is known which stage stands in the line."""


def key_of(text: str, span: Span) -> YamlScalar:
    return YamlScalar(text, text, span)


class Words:
    """Goes through the words of one instruction, over the lines that it is continued on."""

    def __init__(self, source: SourceText, start: int, end: int, remaining: int) -> None:
        self._source = source
        self._text = source.text
        self._at = start
        self._end = end
        self.last = end
        """The end of the line."""
        self.remaining = remaining
        """How many words may still be read; the line ends where they do."""
        self._skip()

    @property
    def is_done(self) -> bool:
        return self._at >= self._end

    @property
    def rest(self) -> Span:
        """The unread rest; after the last word when there is nothing."""
        return self._source.span(self._at, self._end) if not self.is_done else self._source.span(self._end, self._end)

    def _skip(self) -> None:
        """White space, the ends of continued lines, and remarks."""
        while self._at < self._end:
            character = self._text[self._at]
            if character.isspace() or character == "\ufeff":
                self._at += 1
            elif (match := _GOES_ON.match(self._text, self._at, self._end)) is not None:
                self._at = match.end()
            elif character == "#":
                self._at = min(self._line_end(), self._end)
            else:
                return

    def _line_end(self) -> int:
        return self._source.line_bounds(self._source.position(self._at).line)[1]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at, self._end)
        if match is not None:
            self._at = match.end()
            self._skip()
            self.remaining -= 1
            if self.remaining <= 0:
                self._at = self._end
        return match

    def word(self, what: str) -> YamlScalar:
        """The next word, in quotes or not."""
        if self.is_done:
            raise BadLine(f"{what} is missing", self.rest)
        return self._quoted_scalar() or self._plain(_WORD)

    def _quoted_scalar(self) -> YamlScalar | None:
        match = self.take(_QUOTED_TEXT)
        if match is None:
            if self._text[self._at : self._at + 1] in ('"', "'") and not self.is_done:
                raise BadLine("this quote is not closed", self._source.span(self._at, self._at + 1))
            return None
        inner = match[0][1:-1]
        text = _ESCAPE.sub(r"\1", inner) if match[0][0] == '"' else inner
        return YamlScalar(text, text, self._source.span(match.start(), match.end()))

    def _plain(self, pattern: re.Pattern[str]) -> YamlScalar:
        match = self.take(pattern)
        if match is None:
            raise BadLine(f"nothing can start with {quoted(self._text[self._at])}", self.rest)
        text = match[0]
        # A backslash that continues the line may stand right behind a word.
        if text.endswith("\\") and match.end() == self._line_of(match.start()):
            text = text[:-1]
        return YamlScalar(text, text, self._source.span(match.start(), match.start() + len(text)))

    def _line_of(self, offset: int) -> int:
        return self._source.line_bounds(self._source.position(offset).line)[1]

    def all_words(self, what: str) -> Iterator[YamlScalar]:
        yield self.word(what)
        while not self.is_done:
            yield self.word(what)

    def end(self) -> None:
        if not self.is_done:
            raise BadLine(
                f"nothing can follow here, but there is {quoted(self._text[self._at : self._end])}", self.rest
            )

    def types(self, most: int) -> Sequence | None:
        """The last type between `<` and `>`, which is what comes out; None when it is left to be found out."""
        if self._text[self._at : self._at + 1] != "<" or self.is_done:
            return None
        start = self._at
        close = self._text.find(">", start, self._end)
        if close < 0:
            raise BadLine("this `<` is not closed", self._source.span(start, start + 1))
        self.remaining -= self._text.count(",", start, close)
        if self.remaining <= 0:
            self._at = self._end
            return None
        self._at = close + 1
        self._skip()
        types = [self._type(first, last) for first, last in _parts(self._text, start + 1, close)]
        span = self._source.span(start, close + 1)
        if len(types) != most:
            expected = "1 type is" if most == 1 else f"{most} types are"
            raise BadLine(f"{expected} expected between `<` and `>`, not {len(types)}", span)
        return None if types[-1] is None else Sequence((types[-1],), types[-1].span)

    def _type(self, start: int, end: int) -> Map | None:
        """`I16[16000]` as the map that it is in YAML; None for `_`."""
        text = self._text[start:end]
        span = self._source.span(start, end)
        match = _TYPE.match(text)
        if match is None:
            raise BadLine(f"{quoted(text)} is not a type; write `I16[16000]`, or `_`", span)
        if match["element"] == "_" and match["dimensions"] is None:
            return None
        element = YamlScalar(match["element"], match["element"], self._source.span(start, start + match.end("element")))
        entries: list[tuple[Value, Value]] = [(key_of("type", element.span), element)]
        if match["dimensions"] is not None:
            first, last = start + match.start("dimensions"), start + match.end("dimensions")
            numbers = tuple(
                YamlScalar(number[0], _number(number[0]), self._source.span(number.start(), number.end()))
                for number in _NUMBER.finditer(self._text, first, last)
            )
            whole = self._source.span(first - 1, last + 1)
            entries.append((key_of("dimensions", whole), Sequence(numbers, whole)))
        return Map(tuple(entries), span)

    def arguments(self) -> Iterator[tuple[YamlScalar, Value]]:
        while not self.is_done:
            match = _OPTION.match(self._text, self._at, self._end)
            if match is None:
                cause = f"{quoted(self._text[self._at : self._end])} is not an argument"
                raise BadLine(cause, self.rest, ("Write `--name value`, or `--name=value`.",))
            self._at = match.end()
            if match["equals"] is None:
                self._skip()
            key = key_of(match["name"], self._source.span(match.start("name"), match.end("name")))
            is_another = match["equals"] is None and _OPTION.match(self._text, self._at, self._end) is not None
            if self.is_done or is_another or (match["equals"] is not None and self._text[self._at].isspace()):
                raise BadLine(f"the argument {plain(match['name'])} has no value", key.span)
            yield key, self._value()

    def _value(self) -> Value:
        """A number, a text, or several with commas between them."""
        items = [self._item()]
        while self._text[self._at : self._at + 1] == "," and not self.is_done:
            self._at += 1
            self._skip()
            if self.is_done or _OPTION.match(self._text, self._at, self._end):
                break
            items.append(self._item())
        if len(items) == 1:
            return items[0]
        return Sequence(tuple(items), Span(items[0].span.start, items[-1].span.end))

    def _item(self) -> YamlScalar:
        text = self._quoted_scalar()
        if text is not None:
            return text
        plain_ = self._plain(_BARE)
        return YamlScalar(plain_.text, _number(plain_.text), plain_.span)


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts between the commas that stand outside of brackets, without the white space around them."""
    depth, first = 0, start
    for at in range(start, end + 1):
        character = text[at]
        depth += (character == "[") - (character == "]")
        if at == end or (character == "," and depth == 0):
            part = text[first:at]
            yield first + len(part) - len(part.lstrip()), first + len(part.rstrip())
            first = at + 1


def _number(text: str) -> int | float | str:
    if INTEGER.match(text):
        return int(text)
    return float(text) if FLOAT.match(text) else text
