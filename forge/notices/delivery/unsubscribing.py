"""The signed links by which email about notices ends, for anybody who has the email (RFC 8058)."""

from __future__ import annotations

from django.core import signing

from forge.accounts.models import User
from forge.core.errors import Invalid

PURPOSE = "forge.notices.unsubscribe"
"""The purpose of the signature; it keeps other signatures of the server from being accepted."""


def unsubscribe_token(person: User) -> str:
    """The token in the link that ends a person's email about notices. It can do nothing else, and does not end:
    somebody may open an old email."""
    return signing.Signer(salt=PURPOSE).sign(person.pk.hex)


def person_of_token(token: str) -> User:
    """Returns the person whose email a link ends. Raises `Invalid`."""
    try:
        key = signing.Signer(salt=PURPOSE).unsign(token)
    except signing.BadSignature:
        key = ""
    person = User.objects.filter(pk=key).first() if key else None
    if person is None:
        raise Invalid("This link is not complete. Copy it from the email again, or change it in your account.")
    return person
