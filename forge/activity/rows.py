"""Activity entries as pages show them: who, what, where, when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forge.accounts.models import User
from forge.accounts.principals import Principal
from forge.activity.messages import RenderedActivity, render
from forge.activity.models import Activity
from forge.core.audit.agents import on_behalf
from forge.core.events.declarations import find_activity_sentence


@dataclass(frozen=True)
class ActivityRow:
    """A line of the feed."""

    activity: Activity
    person: User
    who: str
    """The person, with the agent that acted for them where one did."""
    sentence: RenderedActivity
    url: str
    """The page of the thing; "" where there is none any more."""
    place: str
    """The organisation."""


def activity_rows(principal: Principal, activities: Iterable[Activity]) -> list[ActivityRow]:
    """Returns the lines of entries from `forge.activity.access.activity_of`. An entry whose kind no app declares any
    more, or whose person is gone, has none."""
    return list(_rows(principal, activities))


def _rows(principal: Principal, activities: Iterable[Activity]) -> Iterator[ActivityRow]:
    for activity in activities:
        declaration, person, project = find_activity_sentence(activity.kind), activity.person, activity.project
        if declaration is None or person is None:
            continue
        sentence = render(declaration, activity.facts, activity.times, project.name if project else "")
        yield ActivityRow(
            activity=activity,
            person=person,
            who=_who(principal, person, activity),
            sentence=sentence,
            url=f"{project.get_absolute_url()}{sentence.path}" if project else "",
            place=activity.organisation.name,
        )


def _who(principal: Principal, person: User, activity: Activity) -> str:
    """Returns who acted: "You", "Jo Okafor" or "Claude for you"."""
    if person.pk != principal.pk:
        return on_behalf(str(person), activity.agent)
    return on_behalf("you", activity.agent) if activity.agent else "You"
