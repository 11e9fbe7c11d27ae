"""Choosing the projects that stand at the top of one's own home page."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.access import require_scope
from forge.accounts.permissions import Verb
from forge.accounts.scopes import Scope
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import SignInNeeded
from forge.projects.access import require
from forge.projects.models import Favourite, Project


@transaction.atomic
def mark_favourite(actor: Actor, project: Project, *, chosen: bool) -> None:
    """Puts a project among a person's favourites, or takes it out: who sees its page may. Raises `Forbidden`,
    `NotFound` and `SignInNeeded`.

    It is theirs alone: the entry is in the log of their account, and no stream tells of it. The page counts them.
    """
    require(actor, Verb.SEE, project)
    if actor.person is None:
        raise SignInNeeded("Sign in to have favourites.")
    require_scope(actor, Scope.ACCOUNT_WRITE)
    if chosen:
        _, changed = Favourite.objects.get_or_create(person=actor.person, project=project)
    else:
        changed = Favourite.objects.filter(person=actor.person, project=project).delete()[0] > 0
    if changed:
        act = "favourite.add" if chosen else "favourite.remove"
        write_entry(actor, act, f"project:{project.pk}", actor.person.place, favourite=project.full_name)
