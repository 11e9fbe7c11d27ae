"""Giving a program on another machine a token by a short code, as RFC 8628 has it.

The program asks for two secrets: it shows the short one, which a person types on a page where they are signed in, and
fetches its token with the long one. Of both only hashes are kept, and the token is made when it is fetched, so that it
is stored nowhere. It may pull from the registry and nothing else. An unknown, a used and an old code answer alike.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from forge.accounts.errors import CodeEnded, DeviceTokenPending
from forge.accounts.models import ApiToken, DeviceSignIn, User
from forge.accounts.tokens.actions.tokens import create_token
from forge.accounts.tokens.restriction import checked_restriction
from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.core.audit.entries import write_entry

LIFE = timedelta(minutes=10)
INTERVAL = timedelta(seconds=2)
"""The shortest polling interval of a program."""
SCOPES = ("registry:pull",)
TOKEN_LIFE = timedelta(days=90)

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no code is a word (RFC 8628, 6.1). Eight of them have 34 bits, which ten tries a minute by
people with an account do not find in ten minutes."""
_LENGTH = 8
LONGEST_TYPED = 40
"""Characters of a code as it was typed, which are read; the rest is not."""


@dataclass(frozen=True)
class DeviceCodes:
    """The answer to a program's first request."""

    device_code: str
    user_code: str


def start(machine: str) -> DeviceCodes:
    """Two secrets for a program on a machine of this name."""
    now = timezone.now()
    codes = DeviceCodes(new_secret(), "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)))
    DeviceSignIn.objects.create(
        device_hash=hash_secret(codes.device_code),
        code_hash=hash_secret(codes.user_code),
        machine=_machine_name(machine),
        expires=now + LIFE,
    )
    return DeviceCodes(codes.device_code, shown_code(codes.user_code))


def delete_ended_codes() -> None:
    """Deletes codes that ended so long ago that nobody asks for them any more."""
    DeviceSignIn.objects.filter(expires__lt=timezone.now() - LIFE).delete()


def shown_code(code: str) -> str:
    """`BCDF-GHJK`, however it was typed."""
    letters = _letters(code)
    return f"{letters[: _LENGTH // 2]}-{letters[_LENGTH // 2 :]}"


def find(code: str) -> DeviceSignIn:
    """Returns the undecided request with a code. Raises `CodeEnded`."""
    sign_in = DeviceSignIn.objects.filter(
        code_hash=hash_secret(_letters(code)), allowed__isnull=True, expires__gt=timezone.now()
    ).first()
    if sign_in is None:
        raise CodeEnded(
            "Check the code in the terminal. A code works once, within 10 minutes. Run rune login for a new one."
        )
    return sign_in


@transaction.atomic
def decide(user: User, code: str, *, allow: bool, restriction: Collection[str] | None = None) -> DeviceSignIn:
    """Allows or refuses the request with a code; once. The token is restricted to `restriction`, as `create_token`
    takes it.

    Raises `CodeEnded` and `Invalid`.
    """
    sign_in = find(code)
    restriction_keys = checked_restriction(user, restriction)
    undecided_requests = DeviceSignIn.objects.filter(pk=sign_in.pk, allowed__isnull=True)
    if not undecided_requests.update(allowed=allow, person=user, restriction=restriction_keys):
        raise CodeEnded("Someone has just answered this request. Run rune login again for a new code.")
    action = "device.allow" if allow else "device.refuse"
    write_entry(user, action, f"user:{user.pk}", user.place, machine=sign_in.machine)
    return sign_in


def redeem(device_code: str) -> tuple[ApiToken, str]:
    """The token and its secret, once. Raises `DeviceTokenPending`."""
    now = timezone.now()
    with transaction.atomic():
        mine = DeviceSignIn.objects.filter(device_hash=hash_secret(device_code), expires__gt=now, redeemed__isnull=True)
        sign_in = mine.select_related("person").first()
        if sign_in is None:
            raise DeviceTokenPending("The code was used, or is older than 10 minutes.", error="expired_token")
        if sign_in.allowed is False:
            raise DeviceTokenPending("The request was refused in the browser.", error="access_denied")
        person = sign_in.person
        if sign_in.allowed and person is not None and person.is_active:
            if not mine.update(redeemed=now):
                raise DeviceTokenPending("The code was used, or is older than 10 minutes.", error="expired_token")
            return create_token(
                person, f"rune login on {sign_in.machine}", SCOPES, now + TOKEN_LIFE, sign_in.restriction
            )
    # Outside of the transaction, which an error would undo.
    in_time = mine.filter(Q(last_polled__isnull=True) | Q(last_polled__lte=now - INTERVAL)).update(last_polled=now)
    if not in_time:
        raise DeviceTokenPending(f"Ask again after {INTERVAL.seconds} seconds.", error="slow_down")
    raise DeviceTokenPending("The request has not been answered yet.", error="authorization_pending")


def _letters(code: str) -> str:
    return re.sub(r"[^A-Z]", "", code[:LONGEST_TYPED].upper())


def _machine_name(text: str) -> str:
    """A name for one line. It comes from a stranger."""
    printable_text = "".join(character for character in text if character.isprintable())
    return " ".join(printable_text.split())[:60] or "a machine without a name"
