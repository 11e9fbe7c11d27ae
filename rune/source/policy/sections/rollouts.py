"""The section `rollouts` of a `forge.yml`: how many persons let a rollout go on that a guard stopped."""

from __future__ import annotations

from typing import Final

from rune.source.runefile.parsing.fields import Field, is_null, read_fields, wrong_shape
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.yaml.values import Map, YamlScalar

GO_ON: Final = "go-on"
MOST_PERSONS: Final = 5


def read_rollouts(field: Field | None, report: DiagnosticReport) -> int:
    """The number of persons who must agree: one where the file does not say, or has an error there."""
    if field is None or is_null(field[1]):
        return 1
    if not isinstance(field[1], Map):
        wrong_shape(report, "`rollouts`", f"a map with the key `{GO_ON}`", field[1])
        return 1
    fields = read_fields(field[1], (GO_ON,), "in `rollouts`", report, strict=True)
    if GO_ON not in fields:
        return 1
    value = fields[GO_ON][1]
    persons = value.value if isinstance(value, YamlScalar) else None
    if isinstance(persons, int) and not isinstance(persons, bool) and 1 <= persons <= MOST_PERSONS:
        return persons
    wrong_shape(report, f"`{GO_ON}`", f"a whole number from 1 to {MOST_PERSONS}", value)
    return 1
