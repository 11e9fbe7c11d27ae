"""The sections of a `forge.yml`: limits, groups, approvals and protected tags, each with what can be wrong in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from rune.aim import AIMS
from rune.source.policy.approvers import Groups, is_address, read_approvers, read_list
from rune.source.policy.limits import LimitKind
from rune.source.policy.policy import RUNTIMES, ApprovalRule, BuildPreferences, Limit
from rune.source.policy.quantities import RATE, SHARE, read_quantity, with_unit
from rune.source.policy.roles import ROLES
from rune.source.policy.tags import PATTERN
from rune.source.runefile.codes import Code
from rune.source.runefile.parsing.fields import (
    Field,
    description_of,
    is_null,
    read_fields,
    read_text,
    text_keys,
    wrong_shape,
)
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.yaml.values import Map, Value, YamlScalar
from rune.wording import counted, quoted

APPROVAL_KEYS: Final = ("count", "from")
BUILD_PREFERENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "optimize": AIMS,
    "optimize-packages": AIMS,
    "match": RUNTIMES,
}
"""The keys below `build`, and the values of each."""
MAX_APPROVALS: Final = 10
"""Entries under `approvals`, and approvals of one entry."""
MAX_LABELS: Final = 200

_GROUP = re.compile(r"[a-zA-Z_][\w-]{0,59}")
_PATTERN = re.compile(PATTERN)


def _description(value: Value) -> str:
    """A description of the value for the beginning of a sentence."""
    text = description_of(value)
    return text[:1].upper() + text[1:]


def read_limits(field: Field | None, report: DiagnosticReport) -> tuple[Limit, ...]:
    """The limits in the order of the keys' meaning, not of the text: the same limits are equal."""
    if field is None or is_null(field[1]):
        return ()
    value = field[1]
    if not isinstance(value, Map):
        wrong_shape(report, "`limits`", "a map from figures to limits", value)
        return ()
    fields = read_fields(value, [kind.value for kind in LimitKind], "in `limits`", report, strict=True)
    limits: list[Limit] = []
    for kind in LimitKind:
        if kind.value not in fields:
            continue
        limit_value = fields[kind.value][1]
        if kind.declaration.names is not None:
            limits += sorted(_of_names(kind, limit_value, report), key=lambda limit: limit.label or "")
        else:
            bound = _bound(kind, limit_value, report)
            limits += [Limit(kind, bound)] if bound is not None else []
    return tuple(limits)


def _of_names(kind: LimitKind, value: Value, report: DiagnosticReport) -> Iterator[Limit]:
    """A limit for each label, or each target."""
    declaration = kind.declaration
    names = "name" if declaration.names is None else declaration.names.value
    if not isinstance(value, Map):
        wrong_shape(report, f"`{kind.value}`", f"a map from {names}s to limits", value, [declaration.example])
        return
    seen_names: set[str] = set()
    for key, item in text_keys(value, report):
        if key.text in seen_names:
            report.error(Code.REPEATED_KEY, f"The {names} {quoted(key.text)} is repeated", key.span)
        elif len(seen_names) == MAX_LABELS:
            report.error(Code.TOO_LARGE, f"`{kind.value}` has more than {MAX_LABELS} {names}s", key.span)
            return
        else:
            bound = _bound(kind, item, report)
            if bound is not None:
                yield Limit(kind, bound, key.text)
        seen_names.add(key.text)


def _bound(kind: LimitKind, value: Value, report: DiagnosticReport) -> float | None:
    return _rate(kind, value, report) if kind.declaration.measure is RATE else _quantity(kind, value, report)


def _quantity(kind: LimitKind, value: Value, report: DiagnosticReport) -> float | None:
    measure = kind.declaration.measure
    quantity = read_quantity(value.text, measure) if isinstance(value, YamlScalar) and value.text else None
    if quantity is not None and (quantity > 0 or kind.is_least):
        return quantity
    correction = with_unit(value.text, measure) if isinstance(value, YamlScalar) else None
    units = ", ".join(f"`{unit}`" for unit in measure.units)
    notes = [f"Write a number and a unit, such as `{measure.example}`. Units: {units}."]
    # A share such as 0.95 may mean 95 % or less than 1 %: nobody but a person can tell.
    fixes = (
        [report.guess(value.span, correction)] if correction is not None and read_quantity(correction, measure) else []
    )
    if measure is SHARE and isinstance(value, YamlScalar):
        share = value.value
        if isinstance(share, float) and 0 < share <= 1:
            fixes.insert(0, report.guess(value.span, f"{share * 100:.6g} %"))
    report.error(
        Code.BAD_LIMIT, f"{_description(value)} is not a valid limit for `{kind.value}`", value.span, notes, fixes
    )
    return None


def _rate(kind: LimitKind, value: Value, report: DiagnosticReport) -> float | None:
    number = value.value if isinstance(value, YamlScalar) else None
    if isinstance(number, (int, float)) and not isinstance(number, bool) and 0 <= number <= RATE.greatest:
        return float(number)
    notes = ["Write a number, such as `0.5`: one false alarm in two hours of listening."]
    message = f"{_description(value)} is not a valid limit for `{kind.value}`"
    report.error(Code.BAD_LIMIT, message, value.span, notes)
    return None


def read_build_preferences(field: Field | None, report: DiagnosticReport) -> BuildPreferences:
    """The build settings under the key `build`."""
    if field is None or is_null(field[1]):
        return BuildPreferences()
    value = field[1]
    if not isinstance(value, Map):
        wrong_shape(report, "`build`", f"a map with some of the keys {', '.join(BUILD_PREFERENCES)}", value)
        return BuildPreferences()
    fields = read_fields(value, list(BUILD_PREFERENCES), "in `build`", report, strict=True)
    values: dict[str, str | None] = {}
    for name, words in BUILD_PREFERENCES.items():
        word = fields[name][1] if name in fields else None
        values[name] = None if word is None or is_null(word) else _word(name, word, words, report)
    return BuildPreferences(values["optimize"], values["optimize-packages"], values["match"])


def _word(name: str, value: Value, words: tuple[str, ...], report: DiagnosticReport) -> str | None:
    """The value if it is one of `words`; None, and an error, for any other."""
    if isinstance(value, YamlScalar) and value.value in words:
        return value.text
    wrong_shape(report, f"`{name}`", f"one of {', '.join(f'`{word}`' for word in words)}", value)
    return None


def read_groups(field: Field | None, report: DiagnosticReport) -> Groups:
    """The people of each group, in one order however they are written."""
    if field is None or is_null(field[1]):
        return {}
    value = field[1]
    if not isinstance(value, Map):
        wrong_shape(report, "`groups`", "a map from names to lists of addresses", value)
        return {}
    groups: dict[str, tuple[str, ...]] = {}
    for key, item in text_keys(value, report):
        name = key.text
        if not _GROUP.fullmatch(name) or name in ROLES:
            reason = "is the name of a role" if name in ROLES else "is not a valid name for a group"
            notes = ["A name has letters, digits, `_` and `-`, and is none of " + ", ".join(ROLES) + "."]
            report.error(Code.BAD_NAME, f"{quoted(name)} {reason}", key.span, notes)
        elif name in groups:
            report.error(Code.REPEATED_KEY, f"The group {quoted(name)} is repeated", key.span)
        else:
            groups[name] = _people(name, (key, item), report)
    return groups


def _people(name: str, field: Field, report: DiagnosticReport) -> tuple[str, ...]:
    items = read_list(field, f"The group {quoted(name)}", report)
    people: set[str] = set()
    for item in items or ():
        word = read_text(item, f"somebody in the group {quoted(name)}", report)
        if word is None:
            continue
        if is_address(word.text):
            people.add(word.text.lower())
        else:
            notes = ["Write the address that the person signs in with, such as `ada@example.com`."]
            report.error(Code.UNKNOWN_APPROVER, f"{quoted(word.text)} is not an email address", word.span, notes)
    if items is not None and not items:
        report.error(Code.BAD_APPROVAL, f"The group {quoted(name)} has no members", field[1].span)
    return tuple(sorted(people))


def read_approvals(field: Field | None, groups: Groups, report: DiagnosticReport) -> tuple[ApprovalRule, ...] | None:
    """Returns the approvals; None where the key is left out; an empty list means that nobody needs to approve."""
    if field is None:
        return None
    items = read_list(field, "`approvals`", report)
    if items is None:
        return None
    if len(items) > MAX_APPROVALS:
        report.error(Code.TOO_LARGE, f"`approvals` has more than {MAX_APPROVALS} entries", field[1].span)
        return None
    approvals = [_approval(item, groups, report) for item in items]
    return tuple(sorted((each for each in approvals if each is not None), key=_order))


def _order(approval: ApprovalRule) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    return approval.roles, approval.people, approval.count


def _approval(value: Value, groups: Groups, report: DiagnosticReport) -> ApprovalRule | None:
    if not isinstance(value, Map):
        wrong_shape(report, "An approval", "a map with `count` and `from`", value)
        return None
    before = report.error_count
    fields = read_fields(value, APPROVAL_KEYS, "in an approval", report, strict=True)
    count = _count(fields.get("count"), report)
    rule = _approvers(fields.get("from"), groups, report)
    if count is None or report.error_count > before:
        return None
    approval = replace(rule, count=count)
    candidates = len(approval.people)
    if not approval.roles and not approval.teams and approval.people and candidates < count:
        message = f"{counted(count, 'approval')} cannot come from {counted(candidates, 'person', 'people')}"
        span = (fields["count"] if "count" in fields else fields["from"])[1].span
        report.error(Code.BAD_APPROVAL, message, span, ["Name more people, or ask for fewer approvals."])
        return None
    return approval


def _approvers(field: Field | None, groups: Groups, report: DiagnosticReport) -> ApprovalRule:
    """One approval by those whom `from` names; by anyone where it is left out."""
    if field is None:
        return ApprovalRule()
    items = read_list(field, "`from`", report)
    if items == ():
        notes = ["Name roles, groups, teams or people; remove `from` where anyone may approve."]
        report.error(Code.BAD_APPROVAL, "`from` names nobody", field[1].span, notes)
    return read_approvers(items or (), groups, report)


def _count(field: Field | None, report: DiagnosticReport) -> int | None:
    if field is None:
        return 1
    value = field[1]
    number = value.value if isinstance(value, YamlScalar) else None
    if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= MAX_APPROVALS:
        return number
    message = f"{_description(value)} is not a number of approvals"
    notes = [f"Write a whole number from 1 to {MAX_APPROVALS}."]
    report.error(Code.BAD_APPROVAL, message, value.span, notes)
    return None


def read_tags(field: Field | None, report: DiagnosticReport) -> tuple[str, ...] | None:
    """Returns the protected tags; None where the key is left out; an empty list means that no tag is protected."""
    if field is None:
        return None
    items = read_list(field, "`protected-tags`", report)
    if items is None:
        return None
    patterns: set[str] = set()
    for item in items:
        text = item.text if isinstance(item, YamlScalar) else ""
        if _PATTERN.fullmatch(text):
            patterns.add(text)
        else:
            notes = ["Write `versions`, a tag such as `latest`, or one with a star, such as `release-*`."]
            message = f"{_description(item)} is not a valid tag"
            report.error(Code.BAD_TAG_PATTERN, message, item.span, notes)
    return tuple(sorted(patterns))
