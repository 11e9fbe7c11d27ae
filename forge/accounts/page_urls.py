"""The addresses of the pages of accounts, organisations and signing in."""

from __future__ import annotations

from allauth.account import views as allauth_views
from allauth.mfa.base import views as mfa_views
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from forge.accounts.audit import pages as audit
from forge.accounts.grants.pages import lists as grant_lists
from forge.accounts.organisations.pages import organisation
from forge.accounts.sign_in.pages import password_reset, profile, security, sessions, sign_in
from forge.accounts.tokens.pages import device, tokens

passkeys: list[URLPattern | URLResolver] = [
    path("accounts/2fa/webauthn/", security.to_security, name="mfa_list_webauthn"),
    path("accounts/2fa/webauthn/", include("allauth.mfa.webauthn.urls")),
]
"""The addresses of passkeys, only if the public address supports them."""

services: list[URLPattern | URLResolver] = [
    path("accounts/", include(f"allauth.socialaccount.providers.{each.kind}.urls")) for each in settings.SIGN_ON
]
"""Single sign-on with the services that the environment names."""

site_pages: list[URLPattern | URLResolver] = [
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("join", sign_in.join, name="join"),
    path("accounts/login/", allauth_views.login, name="account_login"),
    path("accounts/logout/", allauth_views.logout, name="account_logout"),
    path("accounts/session", sign_in.session, name="session"),
    path("accounts/signed-in", sign_in.signed_in, name="signed-in"),
    path("accounts/reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("accounts/identity", security.confirm_identity, name="confirm-identity"),
    path("accounts/identity/confirmed", security.identity_confirmed, name="identity-confirmed"),
    # allauth's own pages refer to these names; people join by invitation only.
    path("accounts/signup/", sign_in.closed, name="account_signup"),
    path("accounts/signup/service", sign_in.closed, name="socialaccount_signup"),
    path("accounts/inactive/", sign_in.disabled, name="account_inactive"),
    path("accounts/cancelled", sign_in.cancelled, name="socialaccount_login_cancelled"),
    path("accounts/password-reset", password_reset.request_link, name="account_reset_password"),
    path("accounts/reset", password_reset.reset, name="reset-password"),
    path("accounts/security", security.security, name="mfa_index"),
    path("accounts/2fa/authenticate/", mfa_views.authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/2fa/totp/", include("allauth.mfa.totp.urls")),
    path("accounts/2fa/recovery-codes/", include("allauth.mfa.recovery_codes.urls")),
    *(passkeys if settings.PASSKEYS else []),
    *services,
    path("accounts/profile", profile.profile, name="profile"),
    path("accounts/address", profile.address, name="address"),
    path("accounts/confirm", profile.confirm, name="confirm-address"),
    path("accounts/password", profile.password, name="password"),
    path("accounts/device", device.device, name="device"),
    path("accounts/audit", audit.own_audit, name="own-audit"),
    path("accounts/sessions", sessions.sessions, name="sessions"),
    path("accounts/sessions/end-others", sessions.end_other_sessions, name="end-other-sessions"),
    path("accounts/sessions/<uuid:session>/end", sessions.end_session, name="end-session"),
    path("accounts/tokens", tokens.tokens, name="tokens"),
    path("accounts/tokens/<uuid:token>/delete", tokens.delete_token, name="delete-token"),
    path("accounts/made", grant_lists.own_grants_page, name="made"),
    path("accounts/made/<str:kind>/<uuid:grant>/end", grant_lists.end_grant, name="end-made"),
    path("organisations/new", organisation.new_organisation, name="new-organisation"),
]
organisation_pages = [
    path("<str:organisation>/-/members", organisation.members, name="members"),
    path("<str:organisation>/-/settings", organisation.settings_page, name="organisation-settings"),
    path("<str:organisation>/-/second-factor", organisation.second_factor, name="organisation-second-factor"),
    path("<str:organisation>/-/settings/audit", audit.organisation_audit, name="organisation-audit"),
    path("<str:organisation>/-/settings/audit/export", audit.organisation_export, name="organisation-audit-export"),
    path("<str:organisation>/-/invitations", organisation.invite, name="invite"),
    path("<str:organisation>/-/invitations/<uuid:invitation>/revoke", organisation.revoke, name="revoke-invitation"),
    path("<str:organisation>/-/members/<uuid:member>", organisation.member, name="member"),
    path("<str:organisation>/-/members/<uuid:member>/made", grant_lists.grants_of_member, name="member-made"),
    path(
        "<str:organisation>/-/members/<uuid:member>/made/<str:kind>/<uuid:grant>",
        grant_lists.change_grant_of_member,
        name="change-member-made",
    ),
    path("<str:organisation>/-/hand-over", organisation.hand_over, name="hand-over"),
]
