"""What people did, as pages show it: who, what, where, when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forge.accounts.models import User
from forge.accounts.principals import Principal
from forge.activity.kinds import ActivityKind
from forge.activity.models import Activity
from forge.activity.words import Sentence, path, sentence


@dataclass(frozen=True)
class ActivityRow:
    """One line of the feed."""

    activity: Activity
    person: User
    who: str
    said: Sentence
    url: str
    """Where what is named is read; "" where nothing is there any more."""
    place: str
    """The organisation."""


def activity_rows(principal: Principal, activities: Iterable[Activity]) -> list[ActivityRow]:
    """The lines of what happened, read as `forge.activity.access.activity_of` gives it."""
    return [_row(principal, activity, activity.person) for activity in activities if activity.person is not None]


def _row(principal: Principal, activity: Activity, person: User) -> ActivityRow:
    kind, facts = ActivityKind(activity.kind), _facts(activity)
    project = activity.project
    return ActivityRow(
        activity=activity,
        person=person,
        who="You" if person.pk == principal.pk else str(person),
        said=sentence(kind, facts, activity.times, project.name if project else ""),
        url=f"{project.get_absolute_url()}{path(kind, facts)}" if project else "",
        place=activity.organisation.name,
    )


def _facts(activity: Activity) -> Mapping[str, object]:
    facts: Mapping[str, object] = activity.facts
    return facts
