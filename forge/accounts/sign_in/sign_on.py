"""Signing in by another service: by OpenID Connect, or by GitHub, GitLab or Google, as the environment configures.

The service says which address a person has and that it was checked. Here it lets in the person who confirmed this
address here too; an unconfirmed one could have been written by somebody else, who still knows the password. An account
is made for a new person only if their address is in a domain that SIGN_ON_DOMAINS names.
"""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from requests import RequestException, Response, Session

from forge.accounts.errors import ServiceUnavailable
from forge.accounts.models import User
from forge.accounts.sign_in.actions.sign_on import create_person

_log = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 10.0
"""Seconds that a service may take to answer."""

_UNCHECKED_ADDRESS = "The service did not say that your email address is confirmed, so it cannot be used here."
_UNCONFIRMED_ADDRESS = (
    "There is an account with your address here, which is not confirmed yet. Sign in as you did before, and confirm "
    "the address in your profile. After that this service lets you in."
)
_CLOSED = (
    "There is no account with your address here. Ask an owner of an organisation for an invitation link, and join "
    "with this address."
)
_DISABLED_ACCOUNT = "This account is disabled. Ask the administrator of this server."


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The rule for the people who sign in by a service."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        # A service is tied to an account by signing in with it. To tie one to the session that is open would let
        # another site's page tie its own author's.
        sociallogin.state["process"] = "login"
        if sociallogin.is_existing:
            if not sociallogin.user.is_active:
                raise _refusal_response(request, _DISABLED_ACCOUNT)
            return
        if refusal := _refusal(sociallogin):
            raise _refusal_response(request, refusal)
        sociallogin.email_addresses = [each for each in sociallogin.email_addresses if _may_be_new(each)][:1]

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        return bool(EmailAddress.objects.filter(email=email.lower(), verified=True, user__is_active=True).exists())

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """`pre_social_login` has refused the others."""
        return True

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        email = sociallogin.email_addresses[0].email
        user = create_person(sociallogin.user.name, email, sociallogin.account.provider)
        sociallogin.user = user
        sociallogin.save(request)
        return user

    def get_requests_session(self) -> _ServiceSession:
        return _ServiceSession()

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = sociallogin.user
        parts = (data.get("first_name"), data.get("last_name"))
        user.name = data.get("name") or " ".join(part for part in parts if part)
        user.email = (data.get("email") or "").lower()
        return user


class _ServiceSession(Session):
    """The HTTP session for requests to a service. A service that does not answer raises a named error."""

    def request(self, method: str, *args: Any, **kwargs: Any) -> Response:
        try:
            answer = super().request(method, *args, **{"timeout": _TIMEOUT_SECONDS, **kwargs})
            # A document that we read must be there; the provider may refuse to exchange a code, which allauth
            # understands.
            if method == "GET" or answer.status_code >= 500:
                answer.raise_for_status()
        except RequestException as error:
            _log.warning("A service that signs people in does not answer: %s", error)
            raise ServiceUnavailable from error
        return answer


def _refusal(sociallogin: SocialLogin) -> str:
    """Returns why nobody signs in by the addresses that a service has checked; "" if an account may be made."""
    checked_addresses = [each.email.lower() for each in sociallogin.email_addresses if each.verified is True]
    if not checked_addresses:
        return _UNCHECKED_ADDRESS
    if User.objects.filter(email__in=checked_addresses, is_active=False).exists():
        return _DISABLED_ACCOUNT
    if (
        User.objects.filter(email__in=checked_addresses).exists()
        or EmailAddress.objects.filter(email__in=checked_addresses).exists()
    ):
        return _UNCONFIRMED_ADDRESS
    return "" if any(_may_be_new(each) for each in sociallogin.email_addresses) else _CLOSED


def _may_be_new(address: EmailAddress) -> bool:
    """Returns whether an account may be made for a new person of this address."""
    return address.verified is True and address.email.lower().rpartition("@")[2] in settings.SIGN_ON_DOMAINS


def _refusal_response(request: HttpRequest, detail: str) -> ImmediateHttpResponse:
    context = {"title": "You cannot sign in this way", "detail": detail, "leads_to_sign_in": True}
    return ImmediateHttpResponse(render(request, "problem.html", context, status=403))
