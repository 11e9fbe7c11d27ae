"""What is done to an account by allauth's pages and Django's, passed on to our acts: they write it down, and tell open
sockets."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.signals import social_account_added
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from forge.accounts.actions import end_connections
from forge.accounts.actions.second_factor import note_second_factor
from forge.accounts.actions.sign_on import note_sign_on
from forge.accounts.models import User


@receiver(user_logged_out)
def on_signing_out(sender: Any, user: User | None, **_: Any) -> None:
    if user is not None:
        end_connections(user)


@receiver(authenticator_added)
def on_second_factor_added(sender: Any, user: User, authenticator: Authenticator, **_: Any) -> None:
    note_second_factor(user, "add", authenticator.type)


@receiver(authenticator_removed)
def on_second_factor_removed(sender: Any, user: User, authenticator: Authenticator, **_: Any) -> None:
    note_second_factor(user, "remove", authenticator.type)


@receiver(authenticator_reset)
def on_recovery_codes_renewed(sender: Any, user: User, authenticator: Authenticator, **_: Any) -> None:
    note_second_factor(user, "renew", authenticator.type)


@receiver(social_account_added)
def on_sign_on_connected(sender: Any, sociallogin: SocialLogin, **_: Any) -> None:
    note_sign_on(sociallogin.user, sociallogin.account.provider)
