"""Limits, judgements and changes of a policy as sentences, which pages, commands and logs share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rune.source.policy.judging import Figure, Judgement, LimitResult
from rune.source.policy.limits import LimitKind
from rune.source.policy.policy import ApprovalRule, Limit, Policy
from rune.source.policy.quantities import read_quantity
from rune.source.policy.tags import VERSIONS
from rune.wording import counted, listed, plain

MAX_NAMED_FILES: Final = 3

OUTCOME_WORDS: Final = {
    LimitResult.MET: "Met",
    LimitResult.MISSED: "Missed",
    LimitResult.UNCLEAR: "Too close to tell",
    LimitResult.UNKNOWN: "Not known",
}
_SIGNS: Final = {LimitResult.MET: "✓", LimitResult.MISSED: "✗", LimitResult.UNCLEAR: "≈", LimitResult.UNKNOWN: "?"}


def limit_name(limit: Limit) -> str:
    """Returns the name of a limit: `Size`, `Recall of seven`."""
    name = limit.kind.declaration.title
    if limit.label is None:
        return name
    return f"{name} {'on' if limit.kind.is_of_target else 'of'} {plain(limit.label)}"


def amount_text(kind: LimitKind, value: float) -> str:
    """A figure or a limit with its unit."""
    return kind.declaration.measure.text(value)


def bound_text(limit: Limit) -> str:
    """`at most 100 kB`, `at least 95 %`; with all digits where a short text would say another number."""
    measure = limit.kind.declaration.measure
    text = measure.text(limit.bound)
    is_exact = read_quantity(text, measure) == limit.bound
    return f"at {'least' if limit.kind.is_least else 'most'} {text if is_exact else measure.exact(limit.bound)}"


def value_text(judgement: Judgement) -> str:
    """The figure as text, exact where rounding would hide on which side of the limit it is; empty without one."""
    limit, figure = judgement.limit, judgement.figure
    if figure is None:
        return ""
    text = amount_text(limit.kind, figure.value)
    if figure.value == limit.bound or text != amount_text(limit.kind, limit.bound):
        return text
    return limit.kind.declaration.measure.exact(figure.value)


def judgement_sentence(judgement: Judgement) -> str:
    """The figure, the limit, and how certain the judgement is."""
    if judgement.figure is None:
        return judgement.reason
    return f"{value_text(judgement)}, and the limit is {bound_text(judgement.limit)}.{_how_sure(judgement)}"


def _how_sure(judgement: Judgement) -> str:
    limit, figure = judgement.limit, judgement.figure
    if figure is None:
        return ""
    interval = f"{amount_text(limit.kind, figure.low)} to {amount_text(limit.kind, figure.high)}"
    match limit.kind:
        case LimitKind.INFERENCE_TIME if judgement.outcome is LimitResult.UNCLEAR:
            runs = counted(figure.count, "run")
            return f" Another measurement may fall on the other side: half of {runs} took {interval}."
        case LimitKind.ACCURACY | LimitKind.RECALL if _straddles(figure, limit.bound):
            return f" The 95 % interval of {counted(figure.count, 'sample')} is {interval}."
        case LimitKind.FALSE_ALARMS if _straddles(figure, limit.bound):
            return f" The 95 % interval of {counted(figure.count, 'recording')} is {interval}."
    return ""


def _straddles(figure: Figure, bound: float) -> bool:
    return figure.low < bound < figure.high


def limits_standing(results: Sequence[LimitResult]) -> str:
    """Says how many of the limits of a build are met, and what the others are: pages and gates say the same."""
    met = sum(each is LimitResult.MET for each in results)
    if met == len(results):
        return "All limits met"
    others = (LimitResult.MISSED, LimitResult.UNCLEAR, LimitResult.UNKNOWN)
    counts = [f"{count} {OUTCOME_WORDS[kind].lower()}" for kind in others if (count := list(results).count(kind))]
    return ", ".join((f"{met} of {counted(len(results), 'limit')} met", *counts))


def judgement_line(judgement: Judgement) -> str:
    """One line for a terminal: a sign, a word, and the sentence."""
    word = OUTCOME_WORDS[judgement.outcome].lower()
    return f"{_SIGNS[judgement.outcome]} {limit_name(judgement.limit)}: {word}. {judgement_sentence(judgement)}"


def lines(judgements: Iterable[Judgement]) -> Iterator[str]:
    """Yields the lines of all limits for a terminal; nothing where nothing is limited."""
    for number, each in enumerate(judgements):
        if number == 0:
            yield "Limits of forge.yml:"
        yield f"  {judgement_line(each)}"


def approval_text(approval: ApprovalRule) -> str:
    """Who must approve: `1 approval by anyone`, `2 approvals by owner, product`."""
    count = counted(approval.count, "approval")
    if approval.is_of_anyone:
        return f"{count} by any member"
    return f"{count} by {' or '.join(approver_names(approval))}"


def approver_names(approval: ApprovalRule) -> tuple[str, ...]:
    """The roles, groups, teams and people that may approve."""
    # People who are only in a group appear by the group's name.
    people = () if approval.groups else approval.people
    return (*approval.roles, *approval.groups, *(f"team {name}" for name in approval.teams), *people)


def files_text(paths: Sequence[str]) -> str:
    """Names some of the files, and says how many more there are."""
    first_paths, more = paths[:MAX_NAMED_FILES], len(paths) - MAX_NAMED_FILES
    names = [plain(path, 120) for path in first_paths]
    return listed([*names, counted(more, "more file")] if more > 0 else names)


def rule_changes(before: Policy, after: Policy) -> tuple[str, ...]:
    """The differences between two policies as sentences; rules that become looser as well as stricter ones."""
    return (
        *_limit_changes(before, after),
        *_approval_changes(before, after),
        *_tag_changes(before, after),
        *_owner_changes(before, after),
        *_check_changes(before, after),
    )


def _limit_changes(before: Policy, after: Policy) -> Iterator[str]:
    old_limits = {(each.kind, each.label): each for each in before.limits}
    new_limits = {(each.kind, each.label): each for each in after.limits}
    for key in [*old_limits, *(key for key in new_limits if key not in old_limits)]:
        old, new = old_limits.get(key), new_limits.get(key)
        if old == new:
            continue
        if new is None and old is not None:
            yield f"{limit_name(old)} is no longer limited. The limit was {bound_text(old)}."
        elif old is None and new is not None:
            yield f"{limit_name(new)} is limited now: {bound_text(new)}."
        elif old is not None and new is not None:
            is_looser = new.bound < old.bound if old.kind.is_least else new.bound > old.bound
            how = "looser" if is_looser else "stricter"
            yield f"The limit of {_in_sentence(old)} is {how}: {bound_text(new)}, was {bound_text(old)}."


def _in_sentence(limit: Limit) -> str:
    name = limit_name(limit)
    return name if limit.kind is LimitKind.RAM else f"{name[:1].lower()}{name[1:]}"


def _approval_changes(before: Policy, after: Policy) -> Iterator[str]:
    if before.approvals != after.approvals:
        yield f"Needed approvals: {_approvals_text(after)}, was {_approvals_text(before)}."


def _approvals_text(policy: Policy) -> str:
    if policy.approvals is None:
        return "the default"
    return listed([_with_people(each) for each in policy.approvals]) or "none"


def _with_people(approval: ApprovalRule) -> str:
    """The approval with the people of its groups, because those may be what changed."""
    return f"{approval_text(approval)} ({', '.join(approval.people)})" if approval.groups else approval_text(approval)


def _tag_changes(before: Policy, after: Policy) -> Iterator[str]:
    if before.protected_tags != after.protected_tags:
        yield f"Protected tags: {tags_text(after)}, was {tags_text(before)}."


def _owner_changes(before: Policy, after: Policy) -> Iterator[str]:
    if before.owners == after.owners:
        return
    old, new = ({each.paths: each.owners for each in policy.owners} for policy in (before, after))
    changed = [
        pattern for pattern in dict.fromkeys([*old, *new]) if _owner_text(old, pattern) != _owner_text(new, pattern)
    ]
    for pattern in changed:
        yield f"Owners of {plain(pattern, 120)}: {_owner_text(new, pattern)}, was {_owner_text(old, pattern)}."
    if not changed:
        yield "The owners of files are in another order, and the last pattern that describes a file counts."


def _owner_text(owners: Mapping[str, ApprovalRule | None], pattern: str) -> str:
    approval = owners.get(pattern)
    if approval is None:
        return "nobody" if pattern in owners else "not named"
    names = " or ".join(approver_names(approval))
    return f"{names} ({', '.join(approval.people)})" if approval.groups else names


def _check_changes(before: Policy, after: Policy) -> Iterator[str]:
    old, new = ({each.name: each.robot for each in policy.checks} for policy in (before, after))
    for name in {**old, **new}:
        if name not in new:
            yield f"The check {name} is no longer required. Its robot was {plain(old[name], 200)}."
        elif name not in old:
            yield f"The check {name} is required now, from the robot {plain(new[name], 200)}."
        elif old[name] != new[name]:
            yield f"The robot of the check {name} is {plain(new[name], 200)}, was {plain(old[name], 200)}."


def tags_text(policy: Policy) -> str:
    """The tags that a policy protects, in words."""
    if policy.protected_tags is None:
        return "the default"
    return listed([_tag_text(each) for each in policy.protected_tags]) or "none"


def _tag_text(pattern: str) -> str:
    return "versions such as 1.0" if pattern == VERSIONS else pattern
