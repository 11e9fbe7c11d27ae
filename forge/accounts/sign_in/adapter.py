"""The adapter by which allauth signs people in here: nobody signs up by themselves, attempts are counted, and emails
are our own."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.messages import ERROR
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.accounts.mail.emails import compose_email
from forge.accounts.models import User
from forge.accounts.sign_in import attempts
from forge.accounts.sign_in.recent import SIGN_IN_AGAIN, must_sign_in_again


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in and out, with letters in our own words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The address or the password is wrong.",
        "too_many_login_attempts": "Too many failed attempts. Wait five minutes, then try again.",
        "account_inactive": "This account is disabled. Ask the administrator of this server.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Returns whether signing in may lead there: not to an address that cannot be read, which allauth takes for an
        error."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """The pages themselves show what was done; only problems are shown on the next page."""
        if level >= ERROR:
            super().add_message(request, level, *args, **kwargs)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        self._attempt = attempts.begin(request, str(credentials.get("email", "")))
        if not self._attempt.is_allowed:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        self._attempt.forgive()

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        attempts.remember_browser(request, response, user.email)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Returns whether the person has to confirm that it is them.

        A person without a way to do so must have signed in just now to add one: a passkey, or an app with codes.
        """
        if must_sign_in_again(self.request) and not get_reauthentication_flows(self.request.user):
            context = {"title": "Sign in again", "detail": SIGN_IN_AGAIN}
            raise ImmediateHttpResponse(render(self.request, "problem.html", context, status=403))
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        return compose_email(template_prefix.rpartition("/")[2], email, context)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tells a person of a change to their account, at an address that they confirmed."""
        to = email or user.email
        if EmailAddress.objects.filter(user=user, email=to, verified=True).exists():
            super().send_notification_mail(template_prefix, user, {**(context or {}), "person": user}, to)
