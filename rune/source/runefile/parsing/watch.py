"""Reads what a Runefile says of counting: `watch: level` of a stage, and `watch: off` of the whole file."""

from __future__ import annotations

import re

from rune.source.runefile.codes import Code
from rune.source.runefile.parsing.fields import Field, description_of, is_null, is_text
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import FeatureSyntax, Word
from rune.source.runefile.yaml.values import Sequence, Value, YamlScalar
from rune.watch.layout import Statistic
from rune.wording import quoted

OFF = "off"
_FEATURE = re.compile(r"(?P<statistic>[A-Za-z_-]+)(?:\.(?P<index>[0-9]{1,9}))?\Z")
_STATISTICS = {each.value: each for each in Statistic}
_EXPLANATION = (
    "A stage says `watch: level`, `watch: mean`, or `watch: [level, mean]`; `level.1` is of its second output."
)


def counts_answers(field: Field | None, report: DiagnosticReport) -> bool:
    """Returns whether the rune counts: unless the file says `watch: off`."""
    if field is None or is_null(field[1]):
        return True
    value = field[1]
    if isinstance(value, YamlScalar) and value.value == OFF:
        return False
    message = f"`watch` of a Runefile must be `off`, not {description_of(value)}"
    notes = ["`watch: off` leaves all counting out; without it a classifier counts. Features belong to their stages."]
    is_no = isinstance(value, YamlScalar) and value.text.strip().lower() in ("off", "no", "false")
    report.error(Code.WATCH, message, value.span, notes, [report.replace(value.span, OFF)] if is_no else [])
    return True


def read_features(field: Field | None, stage: Word, report: DiagnosticReport) -> tuple[FeatureSyntax, ...]:
    """Returns the features of a stage, each once."""
    if field is None or is_null(field[1]):
        return ()
    value = field[1]
    features: dict[tuple[Statistic, int], FeatureSyntax] = {}
    for item in value.items if isinstance(value, Sequence) else (value,):
        feature = _feature(item, stage, report)
        if feature is None:
            continue
        if (feature.statistic, feature.index) in features:
            report.error(Code.WATCH, f"{quoted(stage.text)} watches the same twice", item.span, ["Remove one of them."])
            continue
        features[feature.statistic, feature.index] = feature
    return tuple(features.values())


def _feature(item: Value, stage: Word, report: DiagnosticReport) -> FeatureSyntax | None:
    text = item.text.strip() if isinstance(item, YamlScalar) and is_text(item) else ""
    match = _FEATURE.match(text)
    name = match["statistic"] if match is not None else ""
    if match is not None and name in _STATISTICS:
        return FeatureSyntax(_STATISTICS[name], int(match["index"] or 0), item.span)
    near = report.nearest(name, _STATISTICS) if name else None
    fixes = [] if near is None else [report.replace_name(item.span, name, near, near + text[len(name) :])]
    message = f"{quoted(stage.text)} cannot watch {description_of(item)}"
    report.error(Code.WATCH, message, item.span, [_EXPLANATION], fixes)
    return None
