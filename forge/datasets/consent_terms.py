"""The terms under which a person gives recordings: who hears them, what for, and until when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.accounts.project_people import ids_of_team, team_of
from forge.core.errors import Invalid
from forge.projects.models import Project

DEFAULT_DAYS = 90
MAX_DAYS = 730
UNTIL_DELETED = 0
"""Instead of days: the samples stay until somebody deletes them."""


GUEST_PROMISE = "I am 18 or older, and nobody else is recorded who has not agreed."
DEVICE_PROMISE = "I am 18 or older, I may decide about this device, and nobody is recorded who has not agreed."
PAGE_PROMISE = GUEST_PROMISE
THINGS_PROMISE = "I am 18 or older, and these are recordings of things: nobody can be heard, seen or felt in them."


_ASSISTANTS_ALLOWED = (
    "Outside assistants of the team's members can read them: then the companies that run these assistants have them, "
    "and what they have cannot be taken back."
)


class Purpose(StrEnum):
    """The permitted uses of samples."""

    TESTS = "tests"
    TRAINING = "training"
    READERS = "readers"
    OTHER_PROJECTS = "other-projects"
    ASSISTANTS = "assistants"
    """Assistants of other companies read them, over the Model Context Protocol."""


DEFAULT_PURPOSES = frozenset({Purpose.TESTS, Purpose.TRAINING})
PURPOSE_LABELS = {
    Purpose.TESTS: "Test builds of this project",
    Purpose.TRAINING: "Train models of this project",
    Purpose.READERS: "Show them to readers of what is published",
    Purpose.OTHER_PROJECTS: "Use them in other projects of the organisation",
    Purpose.ASSISTANTS: "Show them to outside assistants, which send them to their companies",
}
"""The labels of boxes that a person ticks."""
DAYS_OFFERED = ((7, "a week"), (30, "30 days"), (90, "90 days"), (365, "a year"), (0, "until I delete them"))
"""How long recordings are kept, as forms offer it."""


@dataclass(frozen=True)
class Terms:
    """The text that a person reads before they record, in three parts. `text` is all of it, the stored consent."""

    purposes: frozenset[Purpose]
    ends: datetime | None
    who: str
    """The people who hear the recordings."""
    uses: str
    """The permitted uses."""
    until: str
    """How long they are kept."""
    promise: str = ""
    """The declaration of a guest; "" for somebody with an account."""
    is_restricted: bool = False
    """Whether only those who manage the project hear them."""

    @property
    def text(self) -> str:
        """All parts, in the order in which they are read."""
        return " ".join(part for part in (self.who, self.uses, self.until, self.promise) if part)


def checked_purposes(names: Collection[str]) -> frozenset[Purpose]:
    """Reads the names of purposes. Raises `Invalid`."""
    try:
        purposes = frozenset(Purpose(name) for name in names)
    except ValueError:
        raise Invalid(f"A purpose must be one of {', '.join(Purpose)}.") from None
    if not purposes & DEFAULT_PURPOSES:
        raise Invalid("Samples are for tests, for training, or for both.")
    return purposes


def purposes_in(text: str | None) -> frozenset[Purpose]:
    """Reads names of purposes, separated by commas; the usual ones where there is no text. Raises `Invalid`."""
    return DEFAULT_PURPOSES if text is None else checked_purposes(text.split(","))


def checked_days(text: str) -> int:
    """Reads a number of days. Raises `Invalid`."""
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Invalid("`days` must be a whole number.")
    return int(text)


def guest_terms_for(
    project: Project, days: int, purposes: frozenset[Purpose] = DEFAULT_PURPOSES, *, is_of_things: bool = False
) -> Terms:
    """The terms for somebody without an account, who also promises something. Raises `Invalid`."""
    return replace(terms_for(project, purposes, days), promise=THINGS_PROMISE if is_of_things else GUEST_PROMISE)


def terms_for(project: Project, purposes: frozenset[Purpose], days: int, now: datetime | None = None) -> Terms:
    """The terms of recordings that are sent now. Raises `Invalid` for a time that is not offered."""
    if not 0 <= days <= MAX_DAYS:
        raise Invalid(f"Samples are kept for 1 to {MAX_DAYS} days, or until somebody deletes them (0).")
    ends = None if days == UNTIL_DELETED else (now or timezone.now()) + timedelta(days=days)
    count = len(ids_of_team(project.organisation_id, project.pk))
    team = project.organisation.title or project.organisation.name
    is_restricted = is_data_restricted(project)
    return Terms(
        purposes,
        ends,
        who=_restricted_sentence(project, team)
        if is_restricted
        else f"Everyone in {team} can see and hear these recordings, now and later, and so can anybody who is given "
        f"a role in {project.full_name}. Today that is {'one person' if count == 1 else f'{count} people'}.",
        uses=" ".join(_purpose_sentences(project, purposes)),
        until="They are deleted when I withdraw them"
        + (f", and on {ends:%-d %B %Y} at the latest." if ends else ". They have no other end."),
        is_restricted=is_restricted,
    )


def is_data_restricted(project: Project) -> bool:
    """Returns whether only those who manage the project play its samples."""
    return Project.objects.filter(pk=project.pk, data_set__is_restricted=True).exists()


def _restricted_sentence(project: Project, team: str) -> str:
    count = len(team_of(project, Verb.PLAY))
    people = "one person" if count == 1 else f"{count} people"
    return f"{_restricted_to(project, f'; today that is {people}')} {_others_of(team)}"


def _restricted_to(project: Project, today: str = "") -> str:
    return f"Only those who manage {project.full_name} can see and hear these recordings{today}."


def _others_of(team: str) -> str:
    return f"Others in {team} train and test on them, and see figures alone."


def standing_who(project: Project) -> str:
    """Returns who hears the recordings, without how many people that is today: for terms that are read later."""
    team = project.organisation.title or project.organisation.name
    if is_data_restricted(project):
        return f"{_restricted_to(project)} {_others_of(team)}"
    return (
        f"Everyone in {team} can see and hear these recordings, now and later, and so can anybody who is given "
        f"a role in {project.full_name}."
    )


def purpose_sentence(project: Project, purpose: Purpose, *, is_allowed: bool) -> str:
    """Returns the sentence about a purpose that a person allows, or does not; "" where nothing is to be said."""
    name = project.full_name
    match purpose:
        case Purpose.TESTS:
            return f"Builds of {name} are tested on them." if is_allowed else ""
        case Purpose.TRAINING:
            return f"Models of {name} learn from them." if is_allowed else ""
        case Purpose.READERS:
            they = "They are" if is_allowed else "They are not"
            return f"{they} shown to everyone who sees what {name} published."
        case Purpose.OTHER_PROJECTS:
            return f"Other projects {'can' if is_allowed else 'cannot'} use them."
        case Purpose.ASSISTANTS:
            return _ASSISTANTS_ALLOWED if is_allowed else ""


def _purpose_sentences(project: Project, purposes: frozenset[Purpose]) -> list[str]:
    sentences = (purpose_sentence(project, purpose, is_allowed=purpose in purposes) for purpose in Purpose)
    return [sentence for sentence in sentences if sentence]
