"""What waits for a moderator on their home page."""

from __future__ import annotations

from forge.core.actors import Actor
from forge.moderation.access import is_moderator, open_cases
from forge.projects.hooks import Waiting, Waits, waits
from rune.wording import counted


@waits.register
def reports_waiting(actor: Actor) -> Waits:
    """One line for all reports and appeals; nothing for whoever is no moderator. One query for them."""
    cases = open_cases(actor) if is_moderator(actor) else []
    if not cases:
        return Waits()
    told = Waiting(
        title="Reports",
        detail=f"{counted(len(cases), 'page')} waiting for a decision",
        url="/admin/reports",
        action="Decide",
        icon="flag",
        since=cases[0].since,
    )
    return Waits(for_me=[told])
