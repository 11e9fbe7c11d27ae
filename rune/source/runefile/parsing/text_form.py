"""The text form that Runefiles had before YAML, read into the values that the same Runefile in YAML would have.

One instruction a line: `FROM`, `CAPABILITY<T>`, `PROC_BLOCK<T,T>`, `MODEL<T,T>`, `OUT`, `RUN`. Knows the grammar alone:
what the values mean, and what is wrong with them, is said by the same code for both forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Span
from rune.source.runefile.parsing.text_words import BadLine, Words, key_of
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.values import MAX_VALUES, ComposedDocument, Map, Sequence, Value, YamlScalar
from rune.wording import quoted

_INSTRUCTIONS = ("FROM", "CAPABILITY", "PROC_BLOCK", "MODEL", "OUT", "RUN")
_KINDS = {
    "CAPABILITY": ("capability", "KIND", 1),
    "PROC_BLOCK": ("proc-block", "path", 2),
    "MODEL": ("model", "file", 2),
}
"""The key of the stage of each instruction, what stands behind the name, and how many types it has."""

_FIRST = re.compile(r"(?:FROM|CAPABILITY|PROC_BLOCK|MODEL|OUT|RUN)(?=[ \t<]|$)")
_KEY = re.compile(r"[\"']?[\w-]+[\"']?[ \t]*:(?=\s|$)")
_LINE_CONTINUATION = re.compile(r"\\[ \t]*\Z")
_KEYWORD = re.compile(r"\w+")


def is_text_form(text: str) -> bool:
    """Returns whether the first line that says anything is an instruction; when it is nothing at all, the first that
    is one."""
    for line in text.splitlines():
        content = line.strip().removeprefix("\ufeff")
        if _FIRST.match(content):
            return True
        if _KEY.match(content) or content.startswith(("---", "%", "{", "[", "- ")):
            return False
    return False


def compose_text(source: SourceText, report: DiagnosticReport) -> ComposedDocument:
    """Reads the instructions. A line that is none goes into the report, and the others are still read; never raises."""
    reading = _TextFormReader(source, report)
    for start, end in _lines(source):
        if not reading.line(start, end):
            return ComposedDocument(None, is_whole=False)
    return reading.compose()


def _lines(source: SourceText) -> Iterator[tuple[int, int]]:
    """Yields where each instruction starts and ends: a line that ends with a backslash goes on in the next."""
    start: int | None = None
    end = 0
    for number in range(1, source.line_count + 1):
        first, end = source.line_bounds(number)
        line = source.text[first:end]
        if start is None:
            start = first
        elif line.lstrip().startswith("#"):
            continue  # A remark between the lines of one instruction.
        if not _LINE_CONTINUATION.search(line):
            yield start, end
            start = None
    if start is not None:
        yield start, end


@dataclass
class _Stage:
    """One stage as it is put together."""

    name: YamlScalar
    entries: list[tuple[Value, Value]]
    span: Span
    end: int
    """The end of its line."""
    inputs: list[Value] = field(default_factory=list)
    is_broken: bool = False
    is_damaged: bool = False

    @property
    def value(self) -> Map:
        entries = list(self.entries)
        if self.inputs:
            span = Span(self.inputs[0].span.start, self.inputs[-1].span.end)
            entries.append((key_of("inputs", span), Sequence(tuple(self.inputs), span)))
        return Map(tuple(entries), self.span)


class _TextFormReader:
    """The instructions read so far."""

    def __init__(self, source: SourceText, report: DiagnosticReport) -> None:
        self._source = source
        self._report = report
        self._image: YamlScalar | None = None
        self._stages: list[_Stage] = []
        self._chains: list[list[YamlScalar]] = []
        self._is_whole = True
        self._first: Span | None = None
        self._remaining = MAX_VALUES

    def line(self, start: int, end: int) -> bool:
        """Reads one instruction. False when there are more words than any Runefile needs."""
        words = Words(self._source, start, end, self._remaining)
        if words.is_done:
            return True
        try:
            self._instruction(words)
        except BadLine as problem:
            self._is_whole = self._is_whole and problem.of_stage
            message = f"Unable to parse the input: {problem.cause}"
            self._report.error(Code.BAD_INSTRUCTION, message, problem.span, problem.notes)
        self._remaining = words.remaining
        if self._remaining <= 0:
            message = f"The Runefile has more than {MAX_VALUES} values"
            self._report.error(Code.TOO_LARGE, message, self._source.span(end, end))
        return self._remaining > 0

    def _instruction(self, words: Words) -> None:
        match = words.take(_KEYWORD)
        if match is None:
            raise BadLine("this line does not start with an instruction", words.rest, (_INSTRUCTION_LIST,))
        span = self._source.span(match.start(), match.end())
        self._first = self._first or span
        name = match[0]
        if name not in _INSTRUCTIONS:
            near = self._report.nearest(name, _INSTRUCTIONS)
            if near is None:
                raise BadLine(f"{quoted(name)} is not an instruction", span, (_INSTRUCTION_LIST,))
            fix = self._report.replace_name(span, name, near)
            message = f"Unable to parse the input: {quoted(name)} is not an instruction"
            self._report.error(Code.BAD_INSTRUCTION, message, span, [f"Did you mean `{near}`?"], [fix])
            name = near  # The body is still checked.
        if name == "FROM":
            self._image = words.word("the image")
            words.end()
        elif name == "OUT":
            kind = words.word("the kind of output")
            self._stages.append(_Stage(kind, [(key_of("out", span), kind)], span, words.last))
            words.end()
        elif name == "RUN":
            self._chains.append(list(words.all_words("the name of a stage")))
        else:
            self._stage(name, span, words)

    def _stage(self, instruction: str, keyword: Span, words: Words) -> None:
        key, what, most = _KINDS[instruction]
        types = words.types(most)
        name = words.word("the name of the stage")
        stage = _Stage(name, [], Span(keyword.start, name.span.end), words.last)
        self._stages.append(stage)
        try:
            target = words.word(f"the {what}")
            stage.entries.append((key_of(key, keyword), target))
            if types is not None:
                stage.entries.append((key_of("outputs", types.span), types))
            arguments = tuple(words.arguments())
            if arguments:
                span = Span(arguments[0][0].span.start, arguments[-1][1].span.end)
                stage.entries.append((key_of("args", span), Map(arguments, span)))
        except BadLine as problem:
            stage.is_broken = not stage.entries
            stage.is_damaged = True
            raise BadLine(problem.cause, problem.span, problem.notes, of_stage=True) from problem

    def compose(self) -> ComposedDocument:
        self._connect()
        start = self._first or self._source.span(0, 0)
        note = "It is understood and can be built. `rune fmt` writes it as YAML, which the graph can edit too."
        self._report.warning(Code.OLD_FORM, "This is the text form that Runefiles had before YAML", start, [note])
        run = start if not self._chains or not self._chains[0] else self._chains[0][0].span
        stages = tuple((stage.name, stage.value) for stage in self._stages)
        image = self._image or YamlScalar("runicos/base", "runicos/base", start)
        root = Map(
            (
                (key_of("version", start), YamlScalar("1", 1, start)),
                (key_of("image", image.span), image),
                (key_of("pipeline", run), Map(stages, run)),
            ),
            # It starts nowhere in the text, so that nobody offers to write YAML in front of it.
            Span(start.end, start.end),
        )
        broken_offsets = frozenset(stage.name.span.start.offset for stage in self._stages if stage.is_broken)
        damaged_spans = tuple(
            (stage.span.start.offset, stage.end) for stage in self._stages if stage.is_damaged and not stage.is_broken
        )
        return ComposedDocument(root, self._is_whole, broken_offsets, damaged_spans)

    def _connect(self) -> None:
        """Each stage of a chain reads from the one before it."""
        if not self._chains and self._stages:
            message = "Unable to parse the input: no line says in which order the stages run"
            notes = ["Write `RUN` and the names of the stages, each after the one that it reads from."]
            self._report.error(Code.BAD_INSTRUCTION, message, self._stages[-1].name.span, notes)
            self._is_whole = False
        stages = {stage.name.text: stage for stage in reversed(self._stages)}
        outputs = {name.lower(): name for name, stage in stages.items() if _kind(stage) == "out"}
        for chain in self._chains:
            before: YamlScalar | None = None
            for index, link in enumerate(chain):
                text = link.text if link.text in stages else outputs.get(link.text.lower(), link.text)
                word = YamlScalar(text, text, link.span)
                if text in stages:
                    if before is not None and _kind(stages[text]) == "capability":
                        message = f"Unable to parse the input: {quoted(text)} is a capability and reads from no stage"
                        notes = ["A chain starts with a capability. Write another `RUN` for another chain."]
                        self._report.error(Code.BAD_INSTRUCTION, message, link.span, notes)
                    elif before is not None:
                        stages[text].inputs.append(before)
                elif index == len(chain) - 1 and self._is_whole:
                    near = self._report.nearest(text, stages)
                    notes = [f"Did you mean `{near}`?"] if near else []
                    fixes = [self._report.replace_name(link.span, text, near)] if near else []
                    message = f"Unable to find {quoted(text)}, which `RUN` names"
                    self._report.error(Code.UNKNOWN_INPUT, message, link.span, notes, fixes)
                before = word


_INSTRUCTION_LIST = f"A line starts with {', '.join(_INSTRUCTIONS[:-1])} or {_INSTRUCTIONS[-1]}."


def _kind(stage: _Stage) -> str | None:
    """The key that makes the stage what it is; None when its line could not be read so far."""
    key = stage.entries[0][0] if stage.entries else None
    return key.text if isinstance(key, YamlScalar) else None
