"""Scenes of public pages that a moderator takes down and puts back."""

from __future__ import annotations

from forge.accounts.models import User
from forge.moderation import actions as moderation
from tests.forge.events.scenarios import Act, EventWorld, scene


def _moderator() -> User:
    person = User.objects.create_user("mo@host.example", name="Mo")
    moderation.make_moderator(person)
    return person


@scene(moderation.take_down)
def the_public_page_is_unpublished(world: EventWorld) -> Act:
    moderator = _moderator()
    return lambda: moderation.take_down(moderator, world.project, "harm", "Boards got hot.")


@scene(moderation.put_back)
def the_public_page_is_put_back(world: EventWorld) -> Act:
    moderator = _moderator()
    moderation.take_down(moderator, world.project, "harm", "Boards got hot.")
    return lambda: moderation.put_back(moderator, world.project, "It was fixed.")


@scene(moderation.refuse_appeal)
def an_appeal_is_refused(world: EventWorld) -> Act:
    moderator = _moderator()
    moderation.take_down(moderator, world.project, "harm", "Boards got hot.")
    moderation.appeal(world.owner, world.project, "It waits now.")
    return lambda: moderation.refuse_appeal(moderator, world.project, "It is as hot.")
