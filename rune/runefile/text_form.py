"""The text form that Runefiles had before YAML, read into the values that the same Runefile in YAML would have.

One instruction a line: `FROM`, `CAPABILITY<T>`, `PROC_BLOCK<T,T>`, `MODEL<T,T>`, `OUT`, `RUN`. Knows the grammar alone:
what the values mean, and what is wrong with them, is said by the same code for both forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rune.runefile.codes import Code
from rune.runefile.diagnostics import Span
from rune.runefile.report import Report
from rune.runefile.source import SourceText
from rune.runefile.values import FLOAT, INTEGER, MAX_VALUES, Composed, Map, Scalar, Sequence, Value
from rune.wording import plain, quoted

_INSTRUCTIONS = ("FROM", "CAPABILITY", "PROC_BLOCK", "MODEL", "OUT", "RUN")
_KINDS = {
    "CAPABILITY": ("capability", "KIND", 1),
    "PROC_BLOCK": ("proc-block", "path", 2),
    "MODEL": ("model", "file", 2),
}
"""By instruction: the key of its stage, what stands behind the name, and how many types it has."""

_FIRST = re.compile(r"(?:FROM|CAPABILITY|PROC_BLOCK|MODEL|OUT|RUN)(?=[ \t<]|$)")
_KEY = re.compile(r"[\"']?[\w-]+[\"']?[ \t]*:(?=\s|$)")
_CONTINUED = re.compile(r"\\[ \t]*\Z")
_GOES_ON = re.compile(r"\\[ \t]*(?=[\r\n]|\Z)")
_KEYWORD = re.compile(r"\w+")
_TYPE = re.compile(r"(?P<element>\w+)(?:\s*\[(?P<dimensions>[^\]<>]*)\])?\Z")
_NUMBER = re.compile(r"[^\s,]+")
_OPTION = re.compile(r"(?P<dashes>--?)(?P<name>[A-Za-z_][\w-]*)(?P<equals>=)?")
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_BARE = re.compile(r"[^\s,\"'][^\s,]*")
_WORD = re.compile(r"[^\s\"'][^\s]*")
_ESCAPE = re.compile(r"\\(.)")


def is_text_form(text: str) -> bool:
    """Whether the first line that says anything is an instruction; when it is nothing at all, the first that is one."""
    for line in text.splitlines():
        stripped = line.strip().removeprefix("\ufeff")
        if _FIRST.match(stripped):
            return True
        if _KEY.match(stripped) or stripped.startswith(("---", "%", "{", "[", "- ")):
            return False
    return False


def compose_text(source: SourceText, report: Report) -> Composed:
    """Reads the instructions. A line that is none goes into the report, and the others are still read; never raises."""
    reading = _Reading(source, report)
    for start, end in _lines(source):
        if not reading.line(start, end):
            return Composed(None, is_whole=False)
    return reading.composed()


def _lines(source: SourceText) -> Iterator[tuple[int, int]]:
    """Where each instruction starts and ends: a line that ends with a backslash goes on in the next."""
    start: int | None = None
    end = 0
    for number in range(1, source.line_count + 1):
        first, end = source.line_bounds(number)
        line = source.text[first:end]
        if start is None:
            start = first
        elif line.lstrip().startswith("#"):
            continue  # A remark between the lines of one instruction.
        if not _CONTINUED.search(line):
            yield start, end
            start = None
    if start is not None:
        yield start, end


class _BadLine(Exception):
    """A line that cannot be read."""

    def __init__(self, cause: str, span: Span, notes: tuple[str, ...] = (), *, of_stage: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.span = span
        self.notes = notes
        self.of_stage = of_stage
        """Whether it is known which stage stands in the line."""


@dataclass
class _Stage:
    """One stage as it is put together."""

    name: Scalar
    entries: list[tuple[Value, Value]]
    span: Span
    end: int
    """Where its line ends."""
    inputs: list[Value] = field(default_factory=list)
    is_broken: bool = False
    is_damaged: bool = False

    @property
    def value(self) -> Map:
        entries = list(self.entries)
        if self.inputs:
            span = Span(self.inputs[0].span.start, self.inputs[-1].span.end)
            entries.append((_key("inputs", span), Sequence(tuple(self.inputs), span)))
        return Map(tuple(entries), self.span)


class _Reading:
    """The instructions read so far."""

    def __init__(self, source: SourceText, report: Report) -> None:
        self._source = source
        self._report = report
        self._image: Scalar | None = None
        self._stages: list[_Stage] = []
        self._chains: list[list[Scalar]] = []
        self._is_whole = True
        self._first: Span | None = None
        self._left = MAX_VALUES

    def line(self, start: int, end: int) -> bool:
        """Reads one instruction. False when there are more words than any Runefile needs."""
        words = _Words(self._source, start, end, self._left)
        if words.is_done:
            return True
        try:
            self._instruction(words)
        except _BadLine as problem:
            self._is_whole = self._is_whole and problem.of_stage
            message = f"Unable to parse the input: {problem.cause}"
            self._report.error(Code.BAD_INSTRUCTION, message, problem.span, problem.notes)
        self._left = words.left
        if self._left <= 0:
            message = f"The Runefile has more than {MAX_VALUES} values"
            self._report.error(Code.TOO_LARGE, message, self._source.span(end, end))
        return self._left > 0

    def _instruction(self, words: _Words) -> None:
        match = words.take(_KEYWORD)
        if match is None:
            raise _BadLine("this line starts with no instruction", words.rest, (_LISTED,))
        span = self._source.span(match.start(), match.end())
        self._first = self._first or span
        name = match[0]
        if name not in _INSTRUCTIONS:
            near = self._report.nearest(name, _INSTRUCTIONS)
            if near is None:
                raise _BadLine(f"{quoted(name)} is no instruction", span, (_LISTED,))
            fix = self._report.replace(span, near)
            message = f"Unable to parse the input: {quoted(name)} is no instruction"
            self._report.error(Code.BAD_INSTRUCTION, message, span, [f"Did you mean `{near}`?"], [fix])
            name = near  # What it says is still looked at.
        if name == "FROM":
            self._image = words.word("the image")
            words.end()
        elif name == "OUT":
            kind = words.word("the kind of output")
            self._stages.append(_Stage(kind, [(_key("out", span), kind)], span, words.last))
            words.end()
        elif name == "RUN":
            self._chains.append(list(words.all_words("the name of a stage")))
        else:
            self._stage(name, span, words)

    def _stage(self, instruction: str, keyword: Span, words: _Words) -> None:
        key, what, most = _KINDS[instruction]
        types = words.types(most)
        name = words.word("the name of the stage")
        stage = _Stage(name, [], Span(keyword.start, name.span.end), words.last)
        self._stages.append(stage)
        try:
            target = words.word(f"the {what}")
            stage.entries.append((_key(key, keyword), target))
            if types is not None:
                stage.entries.append((_key("outputs", types.span), types))
            arguments = tuple(words.arguments())
            if arguments:
                span = Span(arguments[0][0].span.start, arguments[-1][1].span.end)
                stage.entries.append((_key("args", span), Map(arguments, span)))
        except _BadLine as problem:
            stage.is_broken = not stage.entries
            stage.is_damaged = True
            raise _BadLine(problem.cause, problem.span, problem.notes, of_stage=True) from problem

    def composed(self) -> Composed:
        self._connect()
        start = self._first or self._source.span(0, 0)
        run = start if not self._chains or not self._chains[0] else self._chains[0][0].span
        stages = tuple((stage.name, stage.value) for stage in self._stages)
        image = self._image or Scalar("runicos/base", "runicos/base", start)
        root = Map(
            (
                (_key("version", start), Scalar("1", 1, start)),
                (_key("image", image.span), image),
                (_key("pipeline", run), Map(stages, run)),
            ),
            # It starts nowhere in the text, so that nobody offers to write YAML in front of it.
            Span(start.end, start.end),
        )
        broken = frozenset(stage.name.span.start.offset for stage in self._stages if stage.is_broken)
        damaged = tuple(
            (stage.span.start.offset, stage.end) for stage in self._stages if stage.is_damaged and not stage.is_broken
        )
        return Composed(root, self._is_whole, broken, damaged)

    def _connect(self) -> None:
        """Each stage of a chain reads from the one before it."""
        if not self._chains and self._stages:
            message = "Unable to parse the input: no line says in which order the stages run"
            notes = ["Write `RUN` and the names of the stages, each behind the one that it reads from."]
            self._report.error(Code.BAD_INSTRUCTION, message, self._stages[-1].name.span, notes)
            self._is_whole = False
        stages = {stage.name.text: stage for stage in reversed(self._stages)}
        outputs = {name.lower(): name for name, stage in stages.items() if _kind(stage) == "out"}
        for chain in self._chains:
            before: Scalar | None = None
            for index, named in enumerate(chain):
                text = named.text if named.text in stages else outputs.get(named.text.lower(), named.text)
                word = Scalar(text, text, named.span)
                if text in stages:
                    if before is not None and _kind(stages[text]) == "capability":
                        message = f"Unable to parse the input: {quoted(text)} is a capability and reads from no stage"
                        notes = ["A chain starts with a capability. Write another `RUN` for another chain."]
                        self._report.error(Code.BAD_INSTRUCTION, message, named.span, notes)
                    elif before is not None:
                        stages[text].inputs.append(before)
                elif index == len(chain) - 1 and self._is_whole:
                    near = self._report.nearest(text, stages)
                    notes = [f"Did you mean `{near}`?"] if near else []
                    fixes = [self._report.replace(named.span, near)] if near else []
                    message = f"Unable to find {quoted(text)}, which `RUN` names"
                    self._report.error(Code.UNKNOWN_INPUT, message, named.span, notes, fixes)
                before = word


_LISTED = f"A line starts with {', '.join(_INSTRUCTIONS[:-1])} or {_INSTRUCTIONS[-1]}."


def _kind(stage: _Stage) -> str | None:
    """The key that makes the stage what it is; None when its line could not be read so far."""
    key = stage.entries[0][0] if stage.entries else None
    return key.text if isinstance(key, Scalar) else None


def _key(text: str, span: Span) -> Scalar:
    return Scalar(text, text, span)


class _Words:
    """Goes through the words of one instruction, over the lines that it is continued on."""

    def __init__(self, source: SourceText, start: int, end: int, left: int) -> None:
        self._source = source
        self._text = source.text
        self._at = start
        self._end = end
        self.last = end
        """Where the line ends."""
        self.left = left
        """How many words may still be read; the line ends where they do."""
        self._skip()

    @property
    def is_done(self) -> bool:
        return self._at >= self._end

    @property
    def rest(self) -> Span:
        """What was not read yet; behind the last word when there is nothing."""
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
            self.left -= 1
            if self.left <= 0:
                self._at = self._end
        return match

    def word(self, what: str) -> Scalar:
        """The next word, in quotes or not."""
        if self.is_done:
            raise _BadLine(f"{what} is missing", self.rest)
        return self._quoted() or self._plain(_WORD)

    def _quoted(self) -> Scalar | None:
        match = self.take(_QUOTED)
        if match is None:
            if self._text[self._at : self._at + 1] in ('"', "'") and not self.is_done:
                raise _BadLine("this quote is not closed", self._source.span(self._at, self._at + 1))
            return None
        inner = match[0][1:-1]
        text = _ESCAPE.sub(r"\1", inner) if match[0][0] == '"' else inner
        return Scalar(text, text, self._source.span(match.start(), match.end()))

    def _plain(self, pattern: re.Pattern[str]) -> Scalar:
        match = self.take(pattern)
        if match is None:
            raise _BadLine(f"nothing can start with {quoted(self._text[self._at])}", self.rest)
        text = match[0]
        # A backslash that continues the line may stand right behind a word.
        if text.endswith("\\") and match.end() == self._line_of(match.start()):
            text = text[:-1]
        return Scalar(text, text, self._source.span(match.start(), match.start() + len(text)))

    def _line_of(self, offset: int) -> int:
        return self._source.line_bounds(self._source.position(offset).line)[1]

    def all_words(self, what: str) -> Iterator[Scalar]:
        yield self.word(what)
        while not self.is_done:
            yield self.word(what)

    def end(self) -> None:
        if not self.is_done:
            raise _BadLine(
                f"nothing can follow here, but there is {quoted(self._text[self._at : self._end])}", self.rest
            )

    def types(self, most: int) -> Sequence | None:
        """The last type between `<` and `>`, which is what comes out; None when it is left to be found out."""
        if self._text[self._at : self._at + 1] != "<" or self.is_done:
            return None
        start = self._at
        close = self._text.find(">", start, self._end)
        if close < 0:
            raise _BadLine("this `<` is not closed", self._source.span(start, start + 1))
        self._at = close + 1
        self._skip()
        found = [self._type(first, last) for first, last in _parts(self._text, start + 1, close)]
        span = self._source.span(start, close + 1)
        if len(found) != most:
            one = "1 type stands" if most == 1 else f"{most} types stand"
            raise _BadLine(f"{one} here between `<` and `>`, and not {len(found)}", span)
        return None if found[-1] is None else Sequence((found[-1],), found[-1].span)

    def _type(self, start: int, end: int) -> Map | None:
        """`I16[16000]` as the map that it is in YAML; None for `_`."""
        text = self._text[start:end]
        span = self._source.span(start, end)
        match = _TYPE.match(text)
        if match is None:
            raise _BadLine(f"{quoted(text)} is no type; write `I16[16000]`, or `_`", span)
        if match["element"] == "_" and match["dimensions"] is None:
            return None
        element = Scalar(match["element"], match["element"], self._source.span(start, start + match.end("element")))
        entries: list[tuple[Value, Value]] = [(_key("type", element.span), element)]
        if match["dimensions"] is not None:
            first, last = start + match.start("dimensions"), start + match.end("dimensions")
            numbers = tuple(
                Scalar(found[0], _number(found[0]), self._source.span(found.start(), found.end()))
                for found in _NUMBER.finditer(self._text, first, last)
            )
            whole = self._source.span(first - 1, last + 1)
            entries.append((_key("dimensions", whole), Sequence(numbers, whole)))
        return Map(tuple(entries), span)

    def arguments(self) -> Iterator[tuple[Scalar, Value]]:
        while not self.is_done:
            match = _OPTION.match(self._text, self._at, self._end)
            if match is None:
                cause = f"{quoted(self._text[self._at : self._end])} is no argument"
                raise _BadLine(cause, self.rest, ("Write `--name value`, or `--name=value`.",))
            self._at = match.end()
            if match["equals"] is None:
                self._skip()
            key = _key(match["name"], self._source.span(match.start("name"), match.end("name")))
            is_another = match["equals"] is None and _OPTION.match(self._text, self._at, self._end) is not None
            if self.is_done or is_another or (match["equals"] is not None and self._text[self._at].isspace()):
                raise _BadLine(f"the argument {plain(match['name'])} has no value", key.span)
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

    def _item(self) -> Scalar:
        found = self._quoted()
        if found is not None:
            return found
        plain_ = self._plain(_BARE)
        return Scalar(plain_.text, _number(plain_.text), plain_.span)


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
