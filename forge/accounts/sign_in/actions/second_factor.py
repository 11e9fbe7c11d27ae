"""Second factors: what a person sets up for themselves, and that an organisation requires one of its members.

allauth's pages do the first; what they did is written down here.
"""

from __future__ import annotations

from django.db import transaction

from forge.accounts.announcements import MEMBERS_CHANGED
from forge.accounts.errors import OwnSecondFactorNeeded
from forge.accounts.models import Organisation, User
from forge.accounts.organisations.access import require_in, require_person
from forge.accounts.people.actions.account import end_connections
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event


@transaction.atomic
def note_second_factor(user: User, change: str, kind: str) -> None:
    """`change` is add or remove, `kind` is allauth's: totp, webauthn, recovery_codes.

    Open sockets ask again whether they may be open: an organisation may require the factor.
    """
    write_entry(user, f"second-factor.{change}", f"user:{user.pk}", user.place, kind=kind)
    end_connections(user)


@transaction.atomic
def require_second_factor(actor: Actor, organisation: Organisation, *, required: bool) -> Organisation:
    """Keeps members without a second factor out until they have set one up, or lets them in again.

    Who requires it has one, so that an organisation always has an owner who can take it back.
    Raises `Forbidden`, `NotFound` and `OwnSecondFactorNeeded`.
    """
    require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    require_person(actor)
    if required and not actor.person.has_second_factor:
        raise OwnSecondFactorNeeded(
            "You would lose access yourself. Set up your own second factor under Security first."
        )
    if organisation.requires_second_factor != required:
        organisation.requires_second_factor = required
        organisation.save(update_fields=["requires_second_factor"])
        write_entry(
            actor,
            "organisation.second-factor",
            f"organisation:{organisation.pk}",
            organisation.place,
            **_change(required),
        )
        append_event(organisation.stream, MEMBERS_CHANGED(), actor)
    return organisation


def _change(required: bool) -> dict[str, dict[str, str]]:
    """Returns the changed setting as the audit log names it."""
    words = ("optional", "required")
    return {"before": {"second factor": words[not required]}, "after": {"second factor": words[required]}}
