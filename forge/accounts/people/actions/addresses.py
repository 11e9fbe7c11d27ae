"""A person's email address: asking for another one, and confirming one by the link that was sent to it.

An address that is not confirmed signs its person in by password, and is good for nothing else: no reset of the password
is sent to it, and no other service signs in by it. The link is good for the person who asked for it alone, so that
nobody confirms somebody else's account as theirs.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.db import IntegrityError, transaction

from forge.accounts.access import is_confirmed
from forge.accounts.errors import BadAccount, LinkEnded
from forge.accounts.mail.emails import compose_email
from forge.accounts.models import User
from forge.accounts.people.checks import email_errors
from forge.core.audit.entries import write_entry

_ADDRESS_IN_USE = "Another account has this address."


@transaction.atomic
def ask_for_address(user: User, email: str) -> None:
    """Sends a link to an address: the present one, or another, which takes its place when it is confirmed.

    Raises `BadAccount`.
    """
    email = email.strip().lower()
    errors = email_errors(email) if email != user.email else {}
    if errors:
        raise BadAccount("Check the fields below.", errors=errors)
    EmailAddress.objects.filter(user=user, verified=False).exclude(email__in=(email, user.email)).delete()
    address, _ = EmailAddress.objects.get_or_create(user=user, email=email, defaults={"primary": email == user.email})
    if address.verified:
        return
    write_entry(user, "address.ask", f"user:{user.pk}", user.place)
    link = f"{settings.PUBLIC_URL}/accounts/confirm#token={EmailConfirmationHMAC.create(address).key}"
    message = compose_email("confirm_address", email, {"person": user, "link": link})
    transaction.on_commit(message.send)


@transaction.atomic
def confirm_by_letter(user: User) -> None:
    """Confirms the present address of somebody who came by a link that was sent to it alone, in the transaction that
    takes the link."""
    if is_confirmed(user):
        return
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    write_entry(user, "address.confirm", f"user:{user.pk}", user.place)


@transaction.atomic
def confirm_address(user: User, secret: str) -> str:
    """Confirms the address of a link; it becomes the person's, and the former one is let go. Gives the address.

    Raises `LinkEnded` and `BadAccount`.
    """
    confirmation = EmailConfirmationHMAC.from_key(secret)
    if confirmation is None:
        raise LinkEnded("The link was used already, or is older than 3 days. Send another one from your profile.")
    address: EmailAddress = confirmation.email_address
    if address.user_id != user.pk:
        raise LinkEnded(f"The link is for another account. Sign in to the account that asked for {address.email}.")
    former = user.email
    try:
        with transaction.atomic():
            EmailAddress.objects.filter(user=user).exclude(pk=address.pk).delete()
            EmailAddress.objects.filter(pk=address.pk).update(verified=True, primary=True)
            user.email = address.email
            user.save(update_fields=["email"])
    except IntegrityError:
        raise BadAccount(_ADDRESS_IN_USE, errors={"email": [_ADDRESS_IN_USE]}) from None
    write_entry(user, "address.confirm", f"user:{user.pk}", user.place)
    if former != user.email:
        message = compose_email("address_changed", former, {"person": user})
        transaction.on_commit(message.send)
    return user.email
