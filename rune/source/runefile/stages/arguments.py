"""The arguments of a proc-block: texts, numbers and resources become values that fit the block's own list."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from rune.blocks.paths import parse_block_path
from rune.blocks.signature import Argument, ArgumentKind, ArgumentValue, Block, HostText
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
    known_arguments = {argument.name: argument for argument in block.arguments}
    values: dict[str, ArgumentValue | HostText] = {}
    stage_arguments = [modern(argument, block) for argument in stage.arguments]
    name_counts = Counter(argument.name for argument in stage_arguments)
    for argument in stage_arguments:
        if argument.name == "element_type" and argument.name not in known_arguments and _is_of_modules(stage):
            message = f"{block.name} takes no element_type as it did as a module: it follows from what is read"
            lines = Span(argument.name_span.start, argument.span.end)
            fixes = [replace(fix, is_safe=True) for fix in report.remove(lines, "Remove element_type")]
            code = Code.ZUNE_PART if is_zune_stage(stage) else Code.OLD_ARGUMENT
            report.warning(code, message, argument.name_span, ["It is ignored."], fixes)
            continue
        if argument.name not in known_arguments:
            _report_unknown(argument, block, name_counts, report)
            continue
        if argument.name in values:
            message = f"The argument {quoted(argument.name)} of {block.name} is given twice, under two names"
            report.error(Code.REPEATED_KEY, message, argument.name_span, ["Keep one of them."])
            continue
        if argument.is_list and known_arguments[argument.name].kind is not ArgumentKind.LONG_TEXT:
            _report_list(argument, block, known_arguments[argument.name], report)
            continue
        if name_counts[argument.name] == 1:
            warn_of_old_argument(argument, block, report)
        value = _value(argument, known_arguments[argument.name], block, resources, report)
        if value is not None:
            values[argument.name] = value
    complete: dict[str, ArgumentValue | HostText] = {}
    for name, argument_ in known_arguments.items():
        value = values.get(name, _default(argument_, stage))
        if value is not None:
            complete[name] = value
        elif name not in name_counts and stage.is_sound:
            message = f"{block.name} needs the argument {quoted(name)}"
            notes = [f"{argument_.help} Write `{name}: ` and {_kind(argument_)} under `args`."]
            report.error(Code.MISSING_ARGUMENT, message, stage.target.span, notes)
    # An argument may also be missing because its resource was reported before.
    is_complete = len(complete) == len(known_arguments) and report.error_count == before and stage.is_sound
    return complete if is_complete else None


def _is_of_modules(stage: StageSyntax) -> bool:
    """Returns whether a stage names a block as it was when blocks were modules of their own: of a zune, or of a
    version."""
    path = parse_block_path(stage.target.text.strip())
    return is_zune_stage(stage) or (path is not None and path.is_published and path.version is not None)


def _default(declaration: Argument, stage: StageSyntax) -> ArgumentValue | None:
    if declaration.is_output_element and stage.outputs:
        return str(stage.outputs[0].element)
    return declaration.default


def _report_list(argument: ArgumentSyntax, block: Block, declaration: Argument, report: DiagnosticReport) -> None:
    message = f"{block.name}'s {quoted(argument.name)} cannot be a list: it must be {_kind(declaration)}"
    report.error(Code.BAD_ARGUMENT, message, argument.span, [declaration.help])


def _report_unknown(
    argument: ArgumentSyntax, block: Block, written_names: Collection[str], report: DiagnosticReport
) -> None:
    names = [each.name for each in block.arguments]
    free_names = [name for name in names if name not in written_names]
    notes, fixes = report.suggestion(argument.name, argument.name_span, free_names)
    hint = f"It takes {', '.join(names)}." if names else "It takes none."
    message = f"{block.name} has no argument {quoted(argument.name)}"
    report.error(Code.UNKNOWN_ARGUMENT, message, argument.name_span, (*notes, hint), fixes)


def _value(
    argument: ArgumentSyntax, declaration: Argument, block: Block, resources: Resources, report: DiagnosticReport
) -> ArgumentValue | HostText | None:
    content: int | float | str | None = argument.value
    if argument.resource is not None:
        if declaration.kind is ArgumentKind.LONG_TEXT:
            text = resources.long_text(argument.resource, argument.span)
            if isinstance(text, HostText):
                return text
            content = text
        else:
            why = f"{block.name} needs {quoted(declaration.name)} then, and only a long text can come from the host"
            content = resources.text(argument.resource, argument.span, why)
        if content is None:
            return None
    value = read_argument(content if content is not None else "", declaration)
    if value is not None and _is_within(value, declaration):
        return value
    notes = [declaration.help]
    fixes = []
    if declaration.choices and isinstance(content, str):
        near, nearest = report.suggestion(content.strip(), argument.span, declaration.choices)
        notes, fixes = [*near, *notes], [*nearest]
    elif isinstance(content, str) and content.strip().lower() in _SWITCHES:
        notes.append(f"`{content.strip()}` is a text in YAML 1.2, not a number or a truth value.")
    elif argument.resource is None and isinstance(content, str) and INTEGER.match(bare := content.replace("_", "")):
        notes.append("Numbers are written without `_` between their digits.")
        fixes = [report.replace(argument.span, bare)]
    is_number = not isinstance(content, str) or FLOAT.match(content.strip()) is not None
    text, kind = _as_written(argument, content, report), _kind(declaration, with_all_limits=is_number)
    message = f"Unable to set {block.name}'s {quoted(declaration.name)} to {quoted(text)}: it must be {kind}"
    report.error(Code.BAD_ARGUMENT, message, argument.span, notes, fixes)
    return None


def _as_written(argument: ArgumentSyntax, content: int | float | str | None, report: DiagnosticReport) -> str:
    """Returns an argument's value as a message quotes it. A float shows a number that is too large as "inf", so
    the text of the file is quoted."""
    text = str(content)
    if isinstance(content, float) and not math.isfinite(content) and report.source is not None:
        text = report.source.text[argument.span.start.offset : argument.span.end.offset]
    return text if len(text) <= _MOST_QUOTED else f"{text[: _MOST_QUOTED - 1]}…"


def read_argument(content: int | float | str, declaration: Argument) -> ArgumentValue | None:
    """The value that a text or number means for an argument; None when it is not valid."""
    if declaration.kind in (ArgumentKind.TEXT, ArgumentKind.LONG_TEXT):
        if isinstance(content, float) and content.is_integer():
            return str(int(content))
        return str(content).strip() if declaration.choices else str(content)
    if isinstance(content, str):
        text = content.strip()
        if declaration.kind is ArgumentKind.INTEGER:
            return int(text) if INTEGER.match(text) else None
        content = float(text) if FLOAT.match(text) else math.nan
    if declaration.kind is ArgumentKind.INTEGER:
        # `360.0` was always read as `360`.
        return int(content) if math.isfinite(content) and content == int(content) else None
    return float(content) if math.isfinite(content) else None


def _is_within(value: ArgumentValue, declaration: Argument) -> bool:
    if isinstance(value, str):
        return not declaration.choices or value in declaration.choices
    return not (
        (declaration.minimum is not None and value < declaration.minimum)
        or (declaration.maximum is not None and value > declaration.maximum)
    )


def _kind(declaration: Argument, *, with_all_limits: bool = False) -> str:
    """Returns the type of an argument, in words, with its limits. Those of 32 bits only tell something to a number that
    is beyond them, `with_all_limits`."""
    match declaration.kind:
        case ArgumentKind.TEXT if declaration.choices:
            return f"one of {', '.join(declaration.choices)}"
        case ArgumentKind.TEXT:
            return "a text"
        case ArgumentKind.LONG_TEXT:
            return "a text or a `$RESOURCE`"
        case ArgumentKind.INTEGER:
            name = "a whole number"
        case ArgumentKind.FLOAT:
            name = "a number"
    low, high = declaration.minimum, declaration.maximum
    is_endless = low is not None and high is not None and low == -high and high > _AS_GOOD_AS_ENDLESS
    if is_endless and not with_all_limits:
        return name
    if low is not None and high is not None:
        return f"{name} from {plain(f'{low:.9g}')} to {plain(f'{high:.9g}')}"
    if low is not None:
        return f"{name} from {low:.9g}"
    return name if high is None else f"{name} up to {high:.9g}"
