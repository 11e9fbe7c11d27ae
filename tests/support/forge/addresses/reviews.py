"""The addresses of reviews, their threads and guests, and of the gate."""

from __future__ import annotations

from tests.support.forge.addresses.table import PROJECT_PAGE, PROJECT_ROUTE, Request

_LENGTH = {"stage": "number", "argument": "length", "value": "4"}
_RULES = "api/v1/organisations/<str:organisation>/rules"

REQUESTS: list[Request] = [
    ("get", _RULES, "api/v1/organisations/acme/rules", None),
    ("put", _RULES, "api/v1/organisations/acme/rules", {"approvals": 1, "protected_tags": ["v*"], "confirms": False}),
    ("get", "<str:organisation>/-/settings/rules", "acme/-/settings/rules", None),
    ("form", "<str:organisation>/-/settings/rules", "acme/-/settings/rules", {"approvals": "1"}),
    ("get", "api/v1/builds/<uuid:build_id>/checks", "api/v1/builds/{build}/checks", None),
    (
        "put",
        "api/v1/builds/<uuid:build_id>/checks/<str:check>",
        "api/v1/builds/{build}/checks/lab",
        {"digest": "sha256:0", "state": "success"},
    ),
    ("get", "api/v1/builds/<uuid:build_id>/gate", "api/v1/builds/{build}/gate", None),
    ("get", "api/v1/builds/<uuid:build_id>/reviews", "api/v1/builds/{build}/reviews", None),
    ("post", "api/v1/builds/<uuid:build_id>/reviews", "api/v1/builds/{build}/reviews", {"verdict": "approve"}),
    ("get", "api/v1/builds/<uuid:build_id>/threads", "api/v1/builds/{build}/threads", None),
    ("post", "api/v1/builds/<uuid:build_id>/threads", "api/v1/builds/{build}/threads", {"text": "x"}),
    ("post", "api/v1/builds/<uuid:build_id>/reviews/undo", "api/v1/builds/{build}/reviews/undo", {}),
    ("get", f"{PROJECT_ROUTE}/reviews", "api/v1/projects/acme/kitchen/reviews", None),
    (
        "post",
        f"{PROJECT_ROUTE}/reviews",
        "api/v1/projects/acme/kitchen/reviews",
        {"build": "{build}", "title": "x", "reviewers": []},
    ),
    ("get", "api/v1/reviews/<uuid:review_id>", "api/v1/reviews/{review}", None),
    ("post", "api/v1/reviews/<uuid:review_id>/rounds", "api/v1/reviews/{review}/rounds", {"build": "{build}"}),
    ("put", "api/v1/reviews/<uuid:review_id>/reviewers", "api/v1/reviews/{review}/reviewers", {"reviewers": []}),
    ("get", "api/v1/reviews/<uuid:review_id>/threads", "api/v1/reviews/{review}/threads", None),
    ("post", "api/v1/reviews/<uuid:review_id>/threads", "api/v1/reviews/{review}/threads", {"text": "x"}),
    ("post", "api/v1/reviews/<uuid:review_id>/wrong-results", "WRONG", b"7,8,9\n"),
    ("post", "api/v1/builds/<uuid:build_id>/wrong-results", "WRONG_OF_BUILD", b"7,8,9\n"),
    ("get", "api/v1/reviews/<uuid:review_id>/guest-links", "api/v1/reviews/{review}/guest-links", None),
    ("get", "api/v1/reviews/<uuid:review_id>/fields", "api/v1/reviews/{review}/fields", None),
    ("post", "api/v1/reviews/<uuid:review_id>/trials", "api/v1/reviews/{review}/trials", {"changes": [_LENGTH]}),
    ("get", "api/v1/reviews/<uuid:review_id>/trials/<uuid:trial_id>", "api/v1/reviews/{review}/trials/{trial}", None),
    ("get", "api/v1/threads/<uuid:thread_id>", "api/v1/threads/{thread}", None),
    ("post", "api/v1/threads/<uuid:thread_id>/resolve", "api/v1/threads/{thread}/resolve", {}),
    ("get", "api/v1/comments/<uuid:comment_id>", "api/v1/comments/{comment}", None),
    ("patch", "api/v1/comments/<uuid:comment_id>", "api/v1/comments/{comment}", {"text": "x"}),
    ("delete", "api/v1/comments/<uuid:comment_id>", "api/v1/comments/{comment}", None),
    ("form", f"{PROJECT_PAGE}/builds/<int:number>/respond", "acme/kitchen/builds/1/respond", {"text": "x"}),
    ("get", f"{PROJECT_PAGE}/builds/<int:number>/ask", "acme/kitchen/builds/2/ask", None),
    ("form", f"{PROJECT_PAGE}/builds/<int:number>/ask", "acme/kitchen/builds/2/ask", {"title": "x"}),
    ("get", f"{PROJECT_PAGE}/builds/<int:number>/conversation", "acme/kitchen/builds/2/conversation", None),
    ("get", f"{PROJECT_PAGE}/reviews/<int:number>/conversation", "acme/kitchen/reviews/1/conversation", None),
    ("form", f"{PROJECT_PAGE}/threads/<uuid:thread_id>", "acme/kitchen/threads/{thread}", {"text": "x"}),
    ("form", f"{PROJECT_PAGE}/comments/<uuid:comment_id>", "acme/kitchen/comments/{comment}", {"text": "x"}),
    ("get", f"{PROJECT_PAGE}/reviews/<int:number>/suggest", "acme/kitchen/reviews/1/suggest", None),
    (
        "form",
        f"{PROJECT_PAGE}/suggestions/<uuid:thread_id>",
        "acme/kitchen/suggestions/{suggested}",
        {"do": "withdraw"},
    ),
    ("form", f"{PROJECT_PAGE}/reviews/<int:number>/guests", "acme/kitchen/reviews/1/guests", {"title": "x"}),
    ("form", f"{PROJECT_PAGE}/reviews/<int:number>/guests/<uuid:link>", "acme/kitchen/reviews/1/guests/{link}", {}),
    ("get", "try/reviews/<uuid:review_id>", "try/reviews/{review}", None),
    ("form", "try/reviews/<uuid:review_id>", "try/reviews/{review}", {"token": "x"}),
    ("form", "try/reviews/<uuid:review_id>/say", "try/reviews/{review}/say", {"name": "x", "text": "x"}),
    ("get", "try/reviews/<uuid:review_id>/conversation", "try/reviews/{review}/conversation", None),
    ("get", "try/reviews/<uuid:review_id>/rune", "try/reviews/{review}/rune", None),
    ("get", "try/reviews/<uuid:review_id>/examples/<path:path>", "try/reviews/{review}/examples/a.wav", None),
    ("get", f"{PROJECT_PAGE}/reviews", "acme/kitchen/reviews", None),
    ("get", f"{PROJECT_PAGE}/reviews/<int:number>", "acme/kitchen/reviews/1", None),
    ("form", f"{PROJECT_PAGE}/reviews/<int:number>/respond", "acme/kitchen/reviews/1/respond", {"text": "x"}),
    ("form", f"{PROJECT_PAGE}/reviews/<int:number>/close", "acme/kitchen/reviews/1/close", {}),
]
"""Requests that are counted, without a row of answers here: other tests say who may send them."""
