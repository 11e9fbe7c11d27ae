"""The words of a `forge.yml` that name people: roles, groups of the file, teams of the organisation, and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from rune.source.policy.policy import ApprovalRule
from rune.source.policy.roles import ROLES
from rune.source.runefile.codes import Code
from rune.source.runefile.parsing.fields import Field, is_null, read_text, wrong_shape
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.yaml.values import Sequence, Value
from rune.wording import quoted

TEAM: Final = "team:"
"""Begins the name of a team of the organisation."""

_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")
_TEAM_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")

Groups = Mapping[str, tuple[str, ...]]
"""The addresses of each group, by its name."""


def is_address(text: str) -> bool:
    """Returns whether a text can be an email address."""
    return _ADDRESS.fullmatch(text) is not None


def read_list(field: Field, what: str, report: DiagnosticReport) -> tuple[Value, ...] | None:
    """A list's items; one value alone is a list of one. None, and an error, where nothing is written.

    Nothing might mean the default as well as an empty list, and one of them stops nobody.
    """
    value = field[1]
    if isinstance(value, Sequence):
        return value.items
    if is_null(value):
        notes = ["Write `[]` for an empty list, or remove the key for the default."]
        wrong_shape(report, what, "a list", value, notes)
        return None
    return (value,)


def read_approvers(items: Iterable[Value], groups: Groups, report: DiagnosticReport) -> ApprovalRule:
    """One approval by any of those whom the items name, in one order however they are written."""
    named_groups: set[str] = set()
    roles: set[str] = set()
    people: set[str] = set()
    teams: set[str] = set()
    for item in items:
        word = read_text(item, "an approver", report)
        if word is None:
            continue
        team = word.text.removeprefix(TEAM)
        if word.text in ROLES:
            roles.add(word.text)
        elif word.text in groups:
            named_groups.add(word.text)
            people.update(groups[word.text])
        elif team != word.text and _TEAM_NAME.fullmatch(team):
            teams.add(team)
        elif is_address(word.text):
            people.add(word.text.lower())
        else:
            near, fixes = report.suggestion(word.text, word.span, (*ROLES, *groups))
            hint = (
                f"Known are the roles {', '.join(ROLES)}, the groups of this file, teams such as `{TEAM}audio`, and "
                "people by their addresses."
            )
            message = f"{quoted(word.text)} is not a role, a group of this file, a team or an email address"
            report.error(Code.UNKNOWN_APPROVER, message, word.span, [*near, hint], fixes)
    return ApprovalRule(1, *(tuple(sorted(names)) for names in (named_groups, roles, people, teams)))
