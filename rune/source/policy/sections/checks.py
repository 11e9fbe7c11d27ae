"""The section `checks` of a `forge.yml`: what others than people must find good, and the one robot that says so."""

from __future__ import annotations

import re
from typing import Final

from rune.source.policy.policy import RequiredCheck
from rune.source.runefile.codes import Code
from rune.source.runefile.parsing.fields import Field, is_null, read_text, text_keys, wrong_shape
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.yaml.values import Map
from rune.wording import quoted

MAX_CHECKS: Final = 20
CHECK_NAME: Final = r"[a-z0-9][a-z0-9-]{0,39}"
ROBOT: Final = r"([^\s@/]{1,64}@[^\s@/]{1,190})/([^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,78}[^\s\x00-\x1f\x7f])?)"
"""The address of an account, and the name of one of its tokens."""

_NAME = re.compile(CHECK_NAME)
_ROBOT = re.compile(ROBOT)


def is_check_name(text: str) -> bool:
    """Returns whether a text can name a check."""
    return _NAME.fullmatch(text) is not None


def read_checks(field: Field | None, report: DiagnosticReport) -> tuple[RequiredCheck, ...]:
    """The checks, by name in whatever order they are written."""
    if field is None or is_null(field[1]):
        return ()
    value = field[1]
    if not isinstance(value, Map):
        wrong_shape(report, "`checks`", "a map from names to robots", value)
        return ()
    if len(value.entries) > MAX_CHECKS:
        report.error(Code.TOO_LARGE, f"`checks` has more than {MAX_CHECKS} checks", value.span)
        return ()
    checks: dict[str, RequiredCheck] = {}
    for key, item in text_keys(value, report):
        word = read_text(item, f"The robot of {quoted(key.text)}", report)
        robot = None if word is None else _ROBOT.fullmatch(word.text.strip())
        if not is_check_name(key.text):
            notes = ["A name has small letters, digits and `-`, at most 40."]
            report.error(Code.BAD_CHECK, f"{quoted(key.text)} is not a valid name for a check", key.span, notes)
        elif key.text in checks:
            report.error(Code.REPEATED_KEY, f"The check {quoted(key.text)} is repeated", key.span)
        elif word is not None and robot is None:
            notes = ["Write the address of its account, `/` and the name of its token: `robot@example.com/lab rig`."]
            report.error(Code.BAD_CHECK, f"{quoted(word.text)} is not a robot", word.span, notes)
        elif robot is not None:
            checks[key.text] = RequiredCheck(key.text, robot[1].lower(), robot[2])
    return tuple(sorted(checks.values(), key=lambda check: check.name))
