"""Lists undecided reports on the home page of moderators."""

from __future__ import annotations

from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.moderation.access import waiting_cases
from forge.projects.hooks import PendingItem, PendingItems, pending_items
from rune.wording import counted


@pending_items.register
def reports_waiting(actor: Actor) -> PendingItems:
    """Returns one line for all reports and appeals; nothing for people who are no moderators.

    Makes one query for them.
    """
    try:
        count, since = waiting_cases(actor)
    except NotFound:
        return PendingItems()
    if since is None:
        return PendingItems()
    waiting = PendingItem(
        title="Reports",
        detail=f"{counted(count, 'page')} waiting for a decision",
        url="/admin/reports",
        action="Decide",
        icon="flag",
        since=since,
    )
    return PendingItems(for_me=[waiting])
