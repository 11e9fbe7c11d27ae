"""The section `owners` of a `forge.yml`: patterns of paths, and who must approve a change of such files."""

from __future__ import annotations

from typing import Final

from rune.source.policy.approvers import Groups, read_approvers, read_list
from rune.source.policy.paths import is_path_pattern
from rune.source.policy.policy import Owners
from rune.source.runefile.codes import Code
from rune.source.runefile.parsing.fields import Field, is_null, text_keys, wrong_shape
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.yaml.values import Map
from rune.wording import quoted

MAX_OWNERS: Final = 100
"""Patterns."""


def read_owners(field: Field | None, groups: Groups, report: DiagnosticReport) -> tuple[Owners, ...]:
    """The owners in the order of the file, which has a meaning: of the patterns that fit, the last counts."""
    if field is None or is_null(field[1]):
        return ()
    value = field[1]
    if not isinstance(value, Map):
        wrong_shape(report, "`owners`", "a map from patterns of paths to lists of people", value)
        return ()
    if len(value.entries) > MAX_OWNERS:
        report.error(Code.TOO_LARGE, f"`owners` has more than {MAX_OWNERS} patterns", value.span)
        return ()
    owners: dict[str, Owners] = {}
    for key, item in text_keys(value, report):
        pattern = key.text
        if not is_path_pattern(pattern):
            notes = ["Write a path from the top such as `models/`, or a name such as `*.tflite`; `**` is any folders."]
            report.error(Code.BAD_PATH_PATTERN, f"{quoted(pattern)} is not a pattern of paths", key.span, notes)
        elif pattern in owners:
            report.error(Code.REPEATED_KEY, f"The pattern {quoted(pattern)} is repeated", key.span)
        else:
            items = read_list((key, item), f"The owners of {quoted(pattern)}", report)
            approval = read_approvers(items, groups, report) if items else None
            owners[pattern] = Owners(pattern, approval)
    return tuple(owners.values())
