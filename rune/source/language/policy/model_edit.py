"""Writes a model into the section `models` of a `forge.yml`. What is written around it stays as it is."""

from __future__ import annotations

from rune.source.language.yaml.edits import Written, block, style_of
from rune.source.language.yaml.scalars import written
from rune.source.policy.read import CheckedPolicy, read_policy
from rune.source.policy.sections.models import CALIBRATIONS, FORMS, INTERFACES, ModelSource
from rune.source.runefile.yaml.values import Map, Sequence, Value, YamlScalar

_INDENT = 2


class PolicyNotWritable(Exception):
    """The file has errors, or is written in a way that is not edited; the text says what to do."""


def with_model(text: str, model: ModelSource) -> str:
    """The text of a `forge.yml` in which this model is made as `model` says. Raises `PolicyNotWritable`."""
    checked = read_policy(text)
    if checked.has_errors:
        first = checked.diagnostics[0]
        raise PolicyNotWritable(f"forge.yml has errors. Fix line {first.span.start.line} first: {first.message}.")
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += "\n"
    start, end, entry = _place(checked, lines, model)
    result = "".join([*lines[:start], *(f"{line}\n" for line in entry), *lines[end:]])
    again = read_policy(result)
    if again.has_errors or model not in again.models:
        raise PolicyNotWritable("The section models of forge.yml is written in brackets. Write it in lines first.")
    return result


def _place(checked: CheckedPolicy, lines: list[str], model: ModelSource) -> tuple[int, int, list[str]]:
    """The lines that are replaced, from one up to the next, and what is written there."""
    section = _entry(checked.root, "models")
    if section is None:
        return len(lines), len(lines), ["", "models:"][not lines :] + _block(model, _INDENT)
    key, value = section
    if not isinstance(value, Map) or not value.entries:
        return key.span.start.line - 1, key.span.start.line, ["models:", *_block(model, _INDENT)]
    at = min(each.span.start.column for each, _ in value.entries) - 1
    old = _entry(value, model.path)
    if old is not None:
        return old[0].span.start.line - 1, _last_line(old[1]), _block(model, at)
    end = _last_line(value)
    return end, end, _block(model, at)


def _entry(value: Value | None, name: str) -> tuple[Value, Value] | None:
    entries = value.entries if isinstance(value, Map) else ()
    return next((each for each in entries if isinstance(each[0], YamlScalar) and each[0].text == name), None)


def _last_line(value: Value) -> int:
    """The line, from 1, in which a value ends."""
    if isinstance(value, Map) and value.entries:
        return _last_line(value.entries[-1][1])
    if isinstance(value, Sequence) and value.items:
        return max(_last_line(each) for each in value.items)
    return value.span.end.line


def _block(model: ModelSource, at: int) -> list[str]:
    """The lines of a model, its path in the column `at`."""
    fields: dict[str, Written] = {"source": model.source}
    if model.form != FORMS[0]:
        fields["quantize"] = model.form
    if model.float_interface:
        fields["interface"] = INTERFACES[1]
    if model.samples is not None:
        fields["samples"] = model.samples
    if model.calibration != CALIBRATIONS[0]:
        fields["calibration"] = model.calibration.value
    if model.float_layers:
        fields["keep"] = model.float_layers
    if model.shapes:
        fields["shapes"] = {name: "x".join(map(str, shape)) for name, shape in model.shapes.items()}
    return block(written(model.path, in_flow=False), fields, at, style_of("", _INDENT))
