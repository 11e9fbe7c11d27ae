"""The arguments of a proc-block: texts, numbers and resources become values that fit the block's own list."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from rune.compiler.blocks.paths import parse_block_path
from rune.compiler.blocks.signature import Argument, ArgumentKind, ArgumentValue, Block, HostText
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Span
from rune.source.runefile.parsing.zune import is_zune_stage
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.stages.old_arguments import modern, warn_of_old_argument
from rune.source.runefile.stages.resources import Resources
from rune.source.runefile.syntax import ArgumentSyntax, StageSyntax
from rune.source.runefile.yaml.values import FLOAT, INTEGER
from rune.wording import plain, quoted

_SWITCHES = frozenset({"yes", "no", "on", "off", "y", "n", "true", "false"})
_AS_GOOD_AS_ENDLESS = 1e38
"""A bound that only says how large a number of 32 bits can be."""

_MOST_QUOTED = 40
"""How many characters of a value a message quotes."""


def block_arguments(
    stage: StageSyntax, block: Block, resources: Resources, report: DiagnosticReport
) -> dict[str, ArgumentValue | HostText] | None:
    """All of the block's arguments in its own order, defaults included; None when something was reported."""
    before = report.error_count
    known = {argument.name: argument for argument in block.arguments}
    values: dict[str, ArgumentValue | HostText] = {}
    written = [modern(argument, block) for argument in stage.arguments]
    named = Counter(argument.name for argument in written)
    for argument in written:
        if argument.name == "element_type" and argument.name not in known and _is_of_modules(stage):
            message = f"{block.name} takes no element_type as it did as a module: it follows from what is read"
            lines = Span(argument.name_span.start, argument.span.end)
            fixes = [replace(fix, is_safe=True) for fix in report.remove(lines, "Remove element_type")]
            code = Code.ZUNE_PART if is_zune_stage(stage) else Code.OLD_ARGUMENT
            report.warning(code, message, argument.name_span, ["It is ignored."], fixes)
            continue
        if argument.name not in known:
            _report_unknown(argument, block, named, report)
            continue
        if argument.name in values:
            message = f"The argument {quoted(argument.name)} of {block.name} is given twice, under two names"
            report.error(Code.REPEATED_KEY, message, argument.name_span, ["Keep one of them."])
            continue
        if argument.is_list and known[argument.name].kind is not ArgumentKind.LONG_TEXT:
            _report_list(argument, block, known[argument.name], report)
            continue
        if named[argument.name] == 1:
            warn_of_old_argument(argument, block, report)
        value = _value(argument, known[argument.name], block, resources, report)
        if value is not None:
            values[argument.name] = value
    complete: dict[str, ArgumentValue | HostText] = {}
    for name, argument_ in known.items():
        value = values.get(name, _default(argument_, stage))
        if value is not None:
            complete[name] = value
        elif name not in named and stage.is_sound:
            message = f"{block.name} needs the argument {quoted(name)}"
            notes = [f"{argument_.help} Write `{name}: ` and {_kind(argument_)} under `args`."]
            report.error(Code.MISSING_ARGUMENT, message, stage.target.span, notes)
    # An argument may also be missing because its resource was reported before.
    is_complete = len(complete) == len(known) and report.error_count == before and stage.is_sound
    return complete if is_complete else None


def _is_of_modules(stage: StageSyntax) -> bool:
    """Whether a stage names a block as it was when blocks were modules of their own: of a zune, or of a version."""
    path = parse_block_path(stage.target.text.strip())
    return is_zune_stage(stage) or (path is not None and path.is_published and path.version is not None)


def _default(known: Argument, stage: StageSyntax) -> ArgumentValue | None:
    if known.is_output_element and stage.outputs:
        return str(stage.outputs[0].element)
    return known.default


def _report_list(argument: ArgumentSyntax, block: Block, known: Argument, report: DiagnosticReport) -> None:
    message = f"{block.name}'s {quoted(argument.name)} cannot be a list: it must be {_kind(known)}"
    report.error(Code.BAD_ARGUMENT, message, argument.span, [known.help])


def _report_unknown(
    argument: ArgumentSyntax, block: Block, written_names: Collection[str], report: DiagnosticReport
) -> None:
    names = [known.name for known in block.arguments]
    left = [name for name in names if name not in written_names]
    notes, fixes = report.suggestion(argument.name, argument.name_span, left)
    listed = f"It takes {', '.join(names)}." if names else "It takes none."
    message = f"{block.name} has no argument {quoted(argument.name)}"
    report.error(Code.UNKNOWN_ARGUMENT, message, argument.name_span, (*notes, listed), fixes)


def _value(
    written: ArgumentSyntax, known: Argument, block: Block, resources: Resources, report: DiagnosticReport
) -> ArgumentValue | HostText | None:
    content: int | float | str | None = written.value
    if written.resource is not None:
        if known.kind is ArgumentKind.LONG_TEXT:
            text = resources.long_text(written.resource, written.span)
            if isinstance(text, HostText):
                return text
            content = text
        else:
            why = f"{block.name} needs {quoted(known.name)} then, and only a long text can come from the host"
            content = resources.text(written.resource, written.span, why)
        if content is None:
            return None
    value = read_argument(content if content is not None else "", known)
    if value is not None and _is_within(value, known):
        return value
    notes = [known.help]
    fixes = []
    if known.choices and isinstance(content, str):
        near, nearest = report.suggestion(content.strip(), written.span, known.choices)
        notes, fixes = [*near, *notes], [*nearest]
    elif isinstance(content, str) and content.strip().lower() in _SWITCHES:
        notes.append(f"`{content.strip()}` is a text, and no number and no truth value, in YAML 1.2.")
    elif written.resource is None and isinstance(content, str) and INTEGER.match(bare := content.replace("_", "")):
        notes.append("Numbers are written without `_` between their digits.")
        fixes = [report.replace(written.span, bare)]
    is_number = not isinstance(content, str) or FLOAT.match(content.strip()) is not None
    text, kind = _as_written(written, content, report), _kind(known, with_all_limits=is_number)
    message = f"Unable to set {block.name}'s {quoted(known.name)} to {quoted(text)}: it must be {kind}"
    report.error(Code.BAD_ARGUMENT, message, written.span, notes, fixes)
    return None


def _as_written(written: ArgumentSyntax, content: int | float | str | None, report: DiagnosticReport) -> str:
    """Returns an argument's value as a message quotes it. A float shows a number that is too large as "inf", so
    the text of the file is quoted."""
    text = str(content)
    if isinstance(content, float) and not math.isfinite(content) and report.source is not None:
        text = report.source.text[written.span.start.offset : written.span.end.offset]
    return text if len(text) <= _MOST_QUOTED else f"{text[: _MOST_QUOTED - 1]}…"


def read_argument(content: int | float | str, known: Argument) -> ArgumentValue | None:
    """The value that a text or number means for an argument; None when it is not valid."""
    if known.kind in (ArgumentKind.TEXT, ArgumentKind.LONG_TEXT):
        if isinstance(content, float) and content.is_integer():
            return str(int(content))
        return str(content).strip() if known.choices else str(content)
    if isinstance(content, str):
        text = content.strip()
        if known.kind is ArgumentKind.INTEGER:
            return int(text) if INTEGER.match(text) else None
        content = float(text) if FLOAT.match(text) else math.nan
    if known.kind is ArgumentKind.INTEGER:
        # `360.0` was always read as `360`.
        return int(content) if math.isfinite(content) and content == int(content) else None
    return float(content) if math.isfinite(content) else None


def _is_within(value: ArgumentValue, known: Argument) -> bool:
    if isinstance(value, str):
        return not known.choices or value in known.choices
    return not (
        (known.minimum is not None and value < known.minimum) or (known.maximum is not None and value > known.maximum)
    )


def _kind(known: Argument, *, with_all_limits: bool = False) -> str:
    """Returns the type of an argument, in words, with its limits. Those of 32 bits only tell something to a number that
    is beyond them, `with_all_limits`."""
    match known.kind:
        case ArgumentKind.TEXT if known.choices:
            return f"one of {', '.join(known.choices)}"
        case ArgumentKind.TEXT:
            return "a text"
        case ArgumentKind.LONG_TEXT:
            return "a text or a `$RESOURCE`"
        case ArgumentKind.INTEGER:
            name = "a whole number"
        case ArgumentKind.FLOAT:
            name = "a number"
    low, high = known.minimum, known.maximum
    is_endless = low is not None and high is not None and low == -high and high > _AS_GOOD_AS_ENDLESS
    if is_endless and not with_all_limits:
        return name
    if low is not None and high is not None:
        return f"{name} from {plain(f'{low:.9g}')} to {plain(f'{high:.9g}')}"
    if low is not None:
        return f"{name} from {low:.9g}"
    return name if high is None else f"{name} up to {high:.9g}"
