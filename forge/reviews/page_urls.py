"""The addresses of the pages of reviews and change requests."""

from __future__ import annotations

from django.urls import path

from forge.reviews.change_requests.pages import change_requests
from forge.reviews.guests import pages as guests
from forge.reviews.reviewing.pages import reviews
from forge.reviews.rules import pages as rules
from forge.reviews.suggestions import pages as suggestions
from forge.reviews.threads.pages import conversation

site_pages = [
    path("try/reviews/<uuid:review_id>", guests.review, name="guest-review"),
    path("try/reviews/<uuid:review_id>/say", guests.comment, name="guest-say"),
    path("try/reviews/<uuid:review_id>/conversation", guests.conversation, name="guest-conversation"),
    path("try/reviews/<uuid:review_id>/rune", guests.rune, name="guest-rune"),
    path("try/reviews/<uuid:review_id>/examples/<path:path>", guests.example, name="guest-example"),
]
organisation_pages = [
    path("<str:organisation>/-/settings/rules", rules.rules_page, name="organisation-rules"),
]
project_pages = [
    path("<str:organisation>/<str:name>/builds/<int:number>/ask", reviews.ask, name="ask-for-review"),
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
]
