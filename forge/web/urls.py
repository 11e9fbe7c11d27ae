"""The pages' addresses. Fixed words come first; `accounts.names` keeps organisations from being called like them."""

from __future__ import annotations

from allauth.account import views as allauth_views
from allauth.mfa.base import views as mfa_views
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import StringConverter

from forge.web import (
    account,
    audit,
    builds,
    change_requests,
    compare,
    conversation,
    copying,
    device,
    devices,
    docs,
    embed,
    explore,
    favourites,
    forgotten,
    frame,
    guests,
    home,
    new_project,
    notices,
    organisation,
    player,
    project,
    published,
    reviews,
    runes,
    schemas,
    search,
    security,
    sessions,
    share,
    sign_in,
    suggestions,
    trying,
    webhooks,
)


class FormerPage(StringConverter):
    """The words of pages that stood beside an organisation's projects; no project may be called like them."""

    regex = "settings|deleted"


register_converter(FormerPage, "former")

passkeys: list[URLPattern | URLResolver] = [
    path("accounts/2fa/webauthn/", security.to_security, name="mfa_list_webauthn"),
    path("accounts/2fa/webauthn/", include("allauth.mfa.webauthn.urls")),
]
"""Where the public address has them."""

services = [
    path("accounts/", include(f"allauth.socialaccount.providers.{each.kind}.urls")) for each in settings.SIGN_ON
]
"""Signing in by those that the environment names."""

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", home.health, name="health"),
    path("frame/", frame.frame, name="frame"),
    path("player/", player.player, name="player-shell"),
    path("player/frame", frame.kept_frame, name="player-frame"),
    path("player/service-worker.js", player.service_worker, name="player-worker"),
    path("player/embed-frame", frame.embedded_frame, name="embed-frame"),
    path("player/1.js", embed.script, name="embed-script"),
    path("player/<str:organisation>/<str:name>", player.player, name="player"),
    path("player/<str:organisation>/<str:name>/embed", embed.embed, name="embed"),
    path("player/<str:organisation>/<str:name>/app.webmanifest", player.manifest, name="player-manifest"),
    path("schemas/runefile.json", schemas.runefile, name="runefile-schema"),
    path("schemas/forge.json", schemas.policy, name="policy-schema"),
    path("docs", docs.docs, name="docs"),
    path("docs/<path:path>", docs.docs, name="docs-page"),
    path("search", search.search, name="search"),
    path("explore", explore.explore, name="explore"),
    path("compare", compare.compare_page, name="compare"),
    path("try", trying.try_page, name="try"),
    path("try/reviews/<uuid:review_id>", guests.review, name="guest-review"),
    path("try/reviews/<uuid:review_id>/say", guests.say, name="guest-say"),
    path("try/reviews/<uuid:review_id>/conversation", guests.conversation, name="guest-conversation"),
    path("try/reviews/<uuid:review_id>/rune", guests.rune, name="guest-rune"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("join", sign_in.join, name="join"),
    path("accounts/login/", allauth_views.login, name="account_login"),
    path("accounts/logout/", allauth_views.logout, name="account_logout"),
    path("accounts/session", sign_in.session, name="session"),
    path("accounts/signed-in", sign_in.signed_in, name="signed-in"),
    path("accounts/reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    # allauth's own pages name these; nobody signs up by themselves.
    path("accounts/signup/", sign_in.closed, name="account_signup"),
    path("accounts/signup/service", sign_in.closed, name="socialaccount_signup"),
    path("accounts/inactive/", sign_in.disabled, name="account_inactive"),
    path("accounts/cancelled", sign_in.cancelled, name="socialaccount_login_cancelled"),
    path("accounts/forgotten", forgotten.forgotten, name="account_reset_password"),
    path("accounts/reset", forgotten.reset, name="reset-password"),
    path("accounts/security", security.security, name="mfa_index"),
    path("accounts/2fa/authenticate/", mfa_views.authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/2fa/totp/", include("allauth.mfa.totp.urls")),
    path("accounts/2fa/recovery-codes/", include("allauth.mfa.recovery_codes.urls")),
    *(passkeys if settings.PASSKEYS else []),
    *services,
    path("accounts/profile", account.profile, name="profile"),
    path("accounts/address", account.address, name="address"),
    path("accounts/confirm", account.confirm, name="confirm-address"),
    path("accounts/password", account.password, name="password"),
    path("accounts/device", device.device, name="device"),
    path("accounts/favourites", favourites.favourites, name="favourites"),
    path("accounts/audit", audit.own_audit, name="own-audit"),
    path("accounts/notices", notices.inbox, name="notices"),
    path("accounts/notices/read-all", notices.read_all, name="read-all-notices"),
    path("accounts/notices/settings", notices.settings_page, name="notice-settings"),
    path("accounts/notices/unsubscribe/<str:token>", notices.unsubscribe, name="unsubscribe"),
    path("accounts/notices/<uuid:notice>", notices.change, name="change-notice"),
    path("accounts/sessions", sessions.sessions, name="sessions"),
    path("accounts/sessions/end-others", sessions.end_other_sessions, name="end-other-sessions"),
    path("accounts/sessions/<uuid:session>/end", sessions.end_session, name="end-session"),
    path("accounts/tokens", account.tokens, name="tokens"),
    path("accounts/tokens/<uuid:token>/delete", account.delete_token, name="delete-token"),
    path("new", new_project.new_project, name="new-project"),
    path("new/places", new_project.places, name="new-project-places"),
    path("organisations/new", organisation.new_organisation, name="new-organisation"),
    path("<str:organisation>", organisation.overview, name="organisation"),
    # What follows the dash is no project's name: none has one there.
    path("<str:organisation>/-/members", organisation.members, name="members"),
    path("<str:organisation>/-/activity", organisation.activity, name="organisation-activity"),
    path("<str:organisation>/-/settings", organisation.settings_page, name="organisation-settings"),
    path("<str:organisation>/-/second-factor", organisation.second_factor, name="organisation-second-factor"),
    path("<str:organisation>/-/settings/audit", audit.organisation_audit, name="organisation-audit"),
    path("<str:organisation>/-/settings/audit/export", audit.organisation_export, name="organisation-audit-export"),
    path("<str:organisation>/-/settings/webhooks", webhooks.webhooks, name="webhooks"),
    path("<str:organisation>/-/settings/webhooks/<uuid:webhook>", webhooks.webhook_page, name="webhook"),
    path("<str:organisation>/-/settings/webhooks/<uuid:webhook>/do", webhooks.change, name="change-webhook"),
    path(
        "<str:organisation>/-/settings/webhooks/<uuid:webhook>/deliveries/<uuid:delivery>/repeat",
        webhooks.repeat,
        name="repeat-delivery",
    ),
    path("<str:organisation>/-/deleted", organisation.deleted, name="deleted-projects"),
    path("<str:organisation>/-/deleted/<str:name>/restore", organisation.restore, name="restore-project"),
    path("<str:organisation>/-/invitations", organisation.invite, name="invite"),
    path("<str:organisation>/-/invitations/<uuid:invitation>/revoke", organisation.revoke, name="revoke-invitation"),
    path("<str:organisation>/-/members/<uuid:member>", organisation.member, name="member"),
    path("<str:organisation>/-/hand-over", organisation.hand_over, name="hand-over"),
    path("<str:organisation>/<former:page>", organisation.moved, name="moved-page"),
    path("<str:organisation>/<former:page>/<path:rest>", organisation.moved, name="moved-page-below"),
    path("<str:organisation>/<str:name>", runes.rune_page, name="project"),
    path("<str:organisation>/<str:name>/picture.png", runes.picture, name="rune-picture"),
    path("<str:organisation>/<str:name>/tags/<str:tag>", published.describe, name="describe-tag"),
    path("<str:organisation>/<str:name>/builds", builds.builds_list, name="builds"),
    path("<str:organisation>/<str:name>/builds/<int:number>", builds.build_page, name="build"),
    path("<str:organisation>/<str:name>/builds/<int:number>/devices", devices.build_devices, name="build-devices"),
    path("<str:organisation>/<str:name>/builds/<int:number>/conversation", builds.conversation, name="build-talk"),
    path("<str:organisation>/<str:name>/builds/<int:number>/cancel", builds.cancel, name="cancel-build"),
    path("<str:organisation>/<str:name>/builds/<int:number>/respond", builds.respond, name="respond"),
    path("<str:organisation>/<str:name>/builds/<int:number>/publish", builds.publish, name="publish"),
    path(
        "<str:organisation>/<str:name>/builds/<int:number>/publish-past-gate", builds.publish_past, name="publish-past"
    ),
    path("<str:organisation>/<str:name>/builds/<int:number>/ask", reviews.ask, name="ask-for-review"),
    path("<str:organisation>/<str:name>/devices", devices.project_devices, name="project-devices"),
    path("<str:organisation>/<str:name>/reviews", reviews.reviews_list, name="reviews"),
    path("<str:organisation>/<str:name>/reviews/<int:number>", reviews.review_page, name="review"),
    path("<str:organisation>/<str:name>/reviews/<int:number>/respond", reviews.respond, name="respond-in-review"),
    path("<str:organisation>/<str:name>/reviews/<int:number>/conversation", reviews.conversation, name="review-talk"),
    path("<str:organisation>/<str:name>/reviews/<int:number>/guests", guests.invite, name="invite-guest"),
    path("<str:organisation>/<str:name>/reviews/<int:number>/guests/<uuid:link>", guests.revoke, name="revoke-guest"),
    path("<str:organisation>/<str:name>/reviews/<int:number>/suggest", suggestions.suggest, name="suggest"),
    path("<str:organisation>/<str:name>/suggestions/<uuid:thread_id>", suggestions.decide, name="suggestion"),
    path("<str:organisation>/<str:name>/threads/<uuid:thread_id>", conversation.thread, name="thread"),
    path("<str:organisation>/<str:name>/comments/<uuid:comment_id>", conversation.comment, name="comment"),
    path("<str:organisation>/<str:name>/reviews/<int:number>/close", reviews.close, name="close-review"),
    path("<str:organisation>/<str:name>/change-requests", change_requests.change_requests, name="change-requests"),
    path(
        "<str:organisation>/<str:name>/change-requests/<int:number>",
        change_requests.change_request,
        name="change-request",
    ),
    path(
        "<str:organisation>/<str:name>/change-requests/<int:number>/respond",
        change_requests.respond,
        name="respond-to-change-request",
    ),
    path(
        "<str:organisation>/<str:name>/change-requests/<int:number>/conversation",
        change_requests.conversation,
        name="change-request-talk",
    ),
    path("<str:organisation>/<str:name>/offer", change_requests.offer, name="offer-changes"),
    path("<str:organisation>/<str:name>/watch", notices.watch, name="watch-project"),
    path("<str:organisation>/<str:name>/studio", project.studio, name="studio"),
    path("<str:organisation>/<str:name>/settings", project.settings_page, name="project-settings"),
    path("<str:organisation>/<str:name>/share", share.share, name="share"),
    path("<str:organisation>/<str:name>/copy", copying.copy, name="copy-project"),
    path("<str:organisation>/<str:name>/share/invitations", share.invite, name="invite-to-project"),
    path(
        "<str:organisation>/<str:name>/share/invitations/<uuid:invitation>/revoke",
        share.revoke,
        name="revoke-project-invitation",
    ),
    path("<str:organisation>/<str:name>/share/people/<uuid:person>", share.teammate, name="teammate"),
    path("<str:organisation>/<str:name>/delete", project.delete, name="delete-project"),
]
