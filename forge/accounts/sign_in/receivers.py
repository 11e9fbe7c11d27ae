"""Changes of an account by pages of allauth and Django, passed on to our acts: they write the log, and notify open
sockets."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.signals import social_account_added
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from forge.accounts.models import User
from forge.accounts.people.actions.account import end_connections
from forge.accounts.sign_in.actions.second_factor import note_second_factor
from forge.accounts.sign_in.actions.sign_on import note_sign_on


@receiver(user_logged_out)
def on_signing_out(sender: Any, user: User | None, **_: Any) -> None:
    if user is not None:
        end_connections(user)


# The rows and not allauth's signals, of which some come after the transaction: what is written down is what was done.
@receiver(post_save, sender=Authenticator)
def on_second_factor_saved(sender: Any, instance: Authenticator, created: bool, **_: Any) -> None:
    if created:
        note_second_factor(instance.user, "add", instance.type)


@receiver(post_delete, sender=Authenticator)
def on_second_factor_deleted(sender: Any, instance: Authenticator, **_: Any) -> None:
    note_second_factor(instance.user, "remove", instance.type)


@receiver(social_account_added)
def on_sign_on_connected(sender: Any, sociallogin: SocialLogin, **_: Any) -> None:
    note_sign_on(sociallogin.user, sociallogin.account.provider)
