"""Second factors that a person sets up or removes on the pages of allauth, which change them: the audit entry."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.models import User
from forge.accounts.people.actions.account import end_connections
from forge.core.audit.entries import write_entry


@transaction.atomic
def note_second_factor(user: User, change: str, kind: str) -> None:
    """`change` is add or remove, `kind` is allauth's: totp, webauthn, recovery_codes.

    Open sockets ask again whether they may be open: an organisation may require the factor.
    """
    write_entry(user, f"second-factor.{change}", f"user:{user.pk}", user.place, kind=kind)
    end_connections(user)
