"""The proofs of who a person is that they gave within the last minutes, by signing in or by confirming."""

from __future__ import annotations

import time

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from forge.accounts.principals import signed_in_user

LINK = "link"
"""How someone signed in, as allauth keeps it in the session: by a printed link."""
SIGN_IN_AGAIN = "You have no password, and signed in more than five minutes ago. Sign out and in again, then try again."


def signed_in_by_recent_link(request: HttpRequest) -> bool:
    """Returns whether a printed link signed them in within the last minutes: the way back for a forgotten password
    too."""
    return LINK in _recent_methods(request)


def asks_old_password(request: HttpRequest) -> bool:
    """Returns whether changing the password or the address asks for the old password: not after signing in by a link
    just now."""
    return signed_in_user(request).has_usable_password() and not signed_in_by_recent_link(request)


def must_sign_in_again(request: HttpRequest) -> bool:
    """Returns whether they have no password that can be asked for, and did not sign in within the last minutes.
    Otherwise a stolen session could become the whole account."""
    return not signed_in_user(request).has_usable_password() and not _recent_methods(request)


def _recent_methods(request: HttpRequest) -> set[str]:
    """The ways in which they signed in or confirmed that it is them, within the last minutes."""
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, signed_in_user(request))
    return {record["method"] for record in records if record["at"] > since}
