"""The Runefile that tests begin with, and members of an organisation."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from forge.accounts.models import Membership, Organisation, Role, User

RUNEFILE = """\
version: 1
image: runicos/base

pipeline:
  number:
    capability: RAW
    outputs:
      - type: F32
        dimensions: [1, 1]
  out:
    out: SERIAL
    inputs:
      - number
"""
"""A Runefile without a model, for tests that are not about models."""
_PASSWORD = make_password("correct horse battery")


def make_member(organisation: Organisation, email: str, name: str, role: Role) -> User:
    """A person with a role, who signs in with the password of all."""
    user = User.objects.create_user(email, name=name)
    # A password that is set anew ends what an old one opened, which nobody has yet.
    user.password = _PASSWORD
    user.save(update_fields=["password"])
    Membership.objects.create(organisation=organisation, user=user, role=role)
    return user
