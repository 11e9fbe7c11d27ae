"""The result of verdicts: who must still decide, and whether a review is approved. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ReviewState(StrEnum):
    """The state of a review."""

    WAITING = "waiting"
    CHANGES = "changes"
    APPROVED = "approved"
    CLOSED = "closed"


@dataclass(frozen=True)
class RequiredGroup:
    """People of whom `required_approvals` must approve; with 0 they may, and nobody waits for them."""

    people: frozenset[UUID]
    required_approvals: int


@dataclass(frozen=True)
class Verdicts:
    """The people who approve the bytes, and those who want them changed."""

    approving: frozenset[UUID] = frozenset()
    objecting: frozenset[UUID] = frozenset()

    def of(self, person: UUID) -> str | None:
        """A member's verdict, `approve` or `changes`; None without one."""
        if person in self.approving:
            return "approve"
        return "changes" if person in self.objecting else None


def missing(group: RequiredGroup, verdicts: Verdicts) -> int:
    """Returns how many approvals a group still lacks."""
    return max(0, group.required_approvals - len(group.people & verdicts.approving))


def review_state(groups: Sequence[RequiredGroup], verdicts: Verdicts, *, is_closed: bool) -> ReviewState:
    """Returns the state of a review.

    One member who wants changes is enough, asked or not; without any approval it waits.
    """
    if is_closed:
        return ReviewState.CLOSED
    if verdicts.objecting:
        return ReviewState.CHANGES
    if not verdicts.approving or any(missing(group, verdicts) for group in groups):
        return ReviewState.WAITING
    return ReviewState.APPROVED


def waited_for(groups: Iterable[RequiredGroup], verdicts: Verdicts) -> frozenset[UUID]:
    """Returns the people whose verdict a review waits for: those without one in groups that lack approvals."""
    silent = (group.people - verdicts.approving - verdicts.objecting for group in groups if missing(group, verdicts))
    return frozenset[UUID]().union(*silent)


def verdicts_of(choices: Mapping[UUID, str]) -> Verdicts:
    """Returns the verdicts from each member's standing verdict, `approve` or `changes`."""
    return Verdicts(
        frozenset(person for person, verdict in choices.items() if verdict == "approve"),
        frozenset(person for person, verdict in choices.items() if verdict == "changes"),
    )
