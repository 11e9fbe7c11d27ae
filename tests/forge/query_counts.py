"""How often each address asks the database: what is asked, of how large an installation, and the committed counts.

`tests/forge/query_counts.json` has a count for each method and route, or the reason why it has none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from forge.accounts.actions import add_to_team, create_team, create_token, invite
from forge.accounts.models import Membership, Organisation, Role, User
from forge.builds.packages.firmware import FIRMWARE
from forge.compute.scheduler.slots import Party
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.jobs.queue import enqueue
from forge.notices.delivery.unsubscribing import unsubscribe_token
from forge.notices.models import Notice
from forge.player.actions import make_phone_link
from forge.projects.actions import delete_project, fork_project, give_team_role, save_version, write_file
from forge.projects.models import Project
from forge.registry.publishing.actions import publish_build
from forge.registry.signing.actions.keys import add_signing_key
from forge.reviews.actions import (
    GuestTerms,
    RequestedGroup,
    ask_for_review,
    begin_thread,
    give_verdict,
    invite_guest,
    offer_changes,
)
from forge.webhooks.actions import create_webhook
from tests.forge.factories.blocks import published_block
from tests.forge.factories.builds import RUNE, approved, built, failed_build, packed
from tests.forge.factories.preconditions import etag_form, etag_headers
from tests.forge.factories.samples import zipped
from tests.forge.factories.signing_keys import SIGNING_KEY
from tests.forge.factories.suggestions import OVERRIDE, ready_copy, suggested
from tests.forge.web.conversion_cases import conversion_addresses
from tests.forge.web.data_cases import data_addresses
from tests.forge.web.deployment_cases import deployment_addresses
from tests.forge.web.search_cases import search_addresses
from tests.forge.web.test_permissions_matrix import (
    CASES,
    ELSEWHERE,
    grant_addresses,
    job_addresses,
    people_addresses,
    webhook_addresses,
)
from tests.forge.web.training_cases import training_addresses

COUNTS = Path(__file__).with_name("query_counts.json")
WRITE = "FORGE_WRITE_QUERY_COUNTS"
"""The variable of the environment with which the test writes the file; look at what changed in it."""

_P = "api/v1/projects/<str:organisation>/<str:name>"
_SUGGESTION = "api/v1/threads/<uuid:thread_id>/suggestion"
_LINKS = "api/v1/reviews/<uuid:review_id>/guest-links"
_LENGTH = {"stage": "number", "argument": "length", "value": "4"}
_RUN = "player/<str:organisation>/<str:name>/runes/<str:digest>"
_PAGE = "<str:organisation>/<str:name>"
_CHANGE = "api/v1/change-requests/<uuid:change_id>"
_NAMED = "api/v1/change-requests/{change}"

_RULES = "api/v1/organisations/<str:organisation>/rules"
_REGISTRY = "api/v1/organisations/<str:organisation>/registry"
_SIGNING = "api/v1/organisations/<str:organisation>/signing-keys"
_UPDATES = "api/v1/organisations/<str:organisation>/update-keys"


UNCOUNTED: Mapping[str, str] = {
    f"POST {_P}/language": "starts a process, which answers",
    f"POST {_P}/duplicate": "stores each file, as making a project of files does",
    f"POST {_P}/fork": "the same",
    f"POST {_P}/preview/watch": "starts a build",
    "POST api/v1/builds/<uuid:build_id>/firmware": "starts a compiler",
    f"GET {_P}/preview/watch/<uuid:watch_id>": "has nothing to show before a build of its own",
}
"""Addresses without a count, and why."""

_MORE: list[tuple[str, str, str, Any]] = [
    ("get", f"{_P}/builds", "api/v1/projects/acme/kitchen/builds", None),
    ("post", f"{_P}/builds", "api/v1/projects/acme/kitchen/builds", {}),
    ("get", f"{_P}/targets", "api/v1/projects/acme/kitchen/targets", None),
    ("put", f"{_P}/targets", "api/v1/projects/acme/kitchen/targets", {"targets": ["c", "cortex-m4"]}),
    ("get", f"{_P}/preview", "api/v1/projects/acme/kitchen/preview", None),
    ("post", f"{_P}/preview", "api/v1/projects/acme/kitchen/preview", {}),
    ("get", "api/v1/builds/<uuid:build_id>", "api/v1/builds/{build}", None),
    ("get", "api/v1/builds/<uuid:build_id>/log", "api/v1/builds/{build}/log", None),
    ("post", "api/v1/builds/<uuid:build_id>/cancel", "api/v1/builds/{build}/cancel", {}),
    ("get", "api/v1/builds/<uuid:build_id>/rune", "api/v1/builds/{build}/rune", None),
    ("get", "api/v1/builds/<uuid:build_id>/packages/<str:target>", "api/v1/builds/{build}/packages/c", None),
    ("get", "api/v1/builds/<uuid:build_id>/firmware", "api/v1/builds/{build}/firmware", None),
    ("get", "api/v1/builds/<uuid:build_id>/firmware.uf2", "api/v1/builds/{build}/firmware.uf2", None),
    ("get", _RULES, "api/v1/organisations/acme/rules", None),
    ("put", _RULES, "api/v1/organisations/acme/rules", {"approvals": 1, "protected_tags": ["v*"], "confirms": False}),
    ("get", "<str:organisation>/-/settings/rules", "acme/-/settings/rules", None),
    ("form", "<str:organisation>/-/settings/rules", "acme/-/settings/rules", {"approvals": "1"}),
    ("get", _REGISTRY, "api/v1/organisations/acme/registry", None),
    ("put", _REGISTRY, "api/v1/organisations/acme/registry", {"takes_all": True, "versions_move": False}),
    ("get", f"{_REGISTRY}/retention", "api/v1/organisations/acme/registry/retention", None),
    (
        "put",
        f"{_REGISTRY}/retention",
        "api/v1/organisations/acme/registry/retention",
        {"rules": [{"tags": "*", "older_days": 1}], "keep": []},
    ),
    (
        "post",
        f"{_REGISTRY}/retention/preview",
        "api/v1/organisations/acme/registry/retention/preview",
        {"rules": [{"tags": "*", "older_days": 1}], "keep": []},
    ),
    ("get", "<str:organisation>/-/settings/retention", "acme/-/settings/retention", None),
    (
        "form",
        "<str:organisation>/-/settings/retention",
        "acme/-/settings/retention",
        {"tags-0": "*", "older-0": "1", "do": "save"},
    ),
    ("get", "<str:organisation>/-/settings/registry", "acme/-/settings/registry", None),
    ("form", "<str:organisation>/-/settings/registry", "acme/-/settings/registry", {"takes_all": "1"}),
    ("get", _SIGNING, "api/v1/organisations/acme/signing-keys", None),
    ("post", _SIGNING, "api/v1/organisations/acme/signing-keys", {"algorithm": "ed25519"}),
    (
        "put",
        f"{_SIGNING}/<uuid:key>/revocation",
        "api/v1/organisations/acme/signing-keys/{signing-key}/revocation",
        {"reason": "The laptop was stolen."},
    ),
    ("get", _UPDATES, "api/v1/organisations/acme/update-keys", None),
    (
        "put",
        f"{_UPDATES}/replacement",
        "api/v1/organisations/acme/update-keys/replacement",
        {"reason": "The laptop was stolen."},
    ),
    ("get", "<str:organisation>/-/settings/signing", "acme/-/settings/signing", None),
    ("form", "<str:organisation>/-/settings/signing", "acme/-/settings/signing", {"do": "create"}),
    ("get", f"{_P}/signing-keys", "api/v1/projects/acme/kitchen/signing-keys", None),
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
    ("get", f"{_P}/reviews", "api/v1/projects/acme/kitchen/reviews", None),
    (
        "post",
        f"{_P}/reviews",
        "api/v1/projects/acme/kitchen/reviews",
        {"build": "{build}", "title": "x", "reviewers": []},
    ),
    ("get", "api/v1/reviews/<uuid:review_id>", "api/v1/reviews/{review}", None),
    ("post", "api/v1/reviews/<uuid:review_id>/rounds", "api/v1/reviews/{review}/rounds", {"build": "{build}"}),
    ("put", "api/v1/reviews/<uuid:review_id>/reviewers", "api/v1/reviews/{review}/reviewers", {"reviewers": []}),
    ("post", "api/v1/reviews/<uuid:review_id>/close", "api/v1/reviews/{review}/close", {}),
    ("get", "api/v1/reviews/<uuid:review_id>/threads", "api/v1/reviews/{review}/threads", None),
    ("post", "api/v1/reviews/<uuid:review_id>/threads", "api/v1/reviews/{review}/threads", {"text": "x"}),
    ("post", "api/v1/reviews/<uuid:review_id>/wrong-results", "WRONG", b"7,8,9\n"),
    ("post", "api/v1/builds/<uuid:build_id>/wrong-results", "WRONG_OF_BUILD", b"7,8,9\n"),
    ("get", _LINKS, "api/v1/reviews/{review}/guest-links", None),
    ("post", _LINKS, "api/v1/reviews/{review}/guest-links", {"title": "x"}),
    ("delete", f"{_LINKS}/<uuid:link_id>", "api/v1/reviews/{review}/guest-links/{link}", None),
    ("get", "api/v1/reviews/<uuid:review_id>/fields", "api/v1/reviews/{review}/fields", None),
    ("post", "api/v1/reviews/<uuid:review_id>/trials", "api/v1/reviews/{review}/trials", {"changes": [_LENGTH]}),
    ("get", "api/v1/reviews/<uuid:review_id>/trials/<uuid:trial_id>", "api/v1/reviews/{review}/trials/{trial}", None),
    ("post", "api/v1/reviews/<uuid:review_id>/suggestions", "api/v1/reviews/{review}/suggestions", {"trial": ""}),
    ("post", f"{_SUGGESTION}/take", "api/v1/threads/{suggested}/suggestion/take", {}),
    ("post", f"{_SUGGESTION}/decline", "api/v1/threads/{suggested}/suggestion/decline", {"text": "x"}),
    ("post", f"{_SUGGESTION}/withdraw", "api/v1/threads/{suggested}/suggestion/withdraw", {}),
    ("get", "api/v1/threads/<uuid:thread_id>", "api/v1/threads/{thread}", None),
    ("post", "api/v1/threads/<uuid:thread_id>/comments", "api/v1/threads/{thread}/comments", {"text": "x"}),
    ("post", "api/v1/threads/<uuid:thread_id>/resolve", "api/v1/threads/{thread}/resolve", {}),
    ("post", "api/v1/threads/<uuid:thread_id>/reopen", "api/v1/threads/{thread}/reopen", {}),
    ("get", "api/v1/comments/<uuid:comment_id>", "api/v1/comments/{comment}", None),
    ("patch", "api/v1/comments/<uuid:comment_id>", "api/v1/comments/{comment}", {"text": "x"}),
    ("delete", "api/v1/comments/<uuid:comment_id>", "api/v1/comments/{comment}", None),
    ("get", f"{_P}/tags", "api/v1/projects/acme/kitchen/tags", None),
    ("post", f"{_P}/tags", "api/v1/projects/acme/kitchen/tags", {"build": "{build}", "tag": "9.0"}),
    (
        "post",
        f"{_P}/tags/override",
        "api/v1/projects/acme/kitchen/tags/override",
        {"build": "{build}", "tag": "9.2", "reason": "The fair opens in an hour."},
    ),
    ("get", f"{_P}/tags/<str:tag>/examples", "api/v1/projects/acme/kitchen/tags/0.0/examples", None),
    ("get", f"{_P}/tags/<str:tag>/examples/<path:path>", "api/v1/projects/acme/kitchen/tags/0.0/examples/a.wav", None),
    ("get", f"{_P}/tags/<str:tag>/rune", "api/v1/projects/acme/kitchen/tags/0.0/rune", None),
    ("get", f"{_P}/mirrors", "api/v1/projects/acme/kitchen/mirrors", None),
    (
        "put",
        f"{_P}/mirrors/<str:direction>",
        "api/v1/projects/acme/kitchen/mirrors/to",
        {"registry": "https://registry.example", "repository": "team/door"},
    ),
    ("get", f"{_P}/mirrors/<str:direction>", "api/v1/projects/acme/kitchen/mirrors/to", None),
    ("post", f"{_P}/mirrors/to/copy", "api/v1/projects/acme/kitchen/mirrors/to/copy", None),
    ("delete", f"{_P}/mirrors/<str:direction>", "api/v1/projects/acme/kitchen/mirrors/from", None),
    ("get", f"{_P}/registry/trash", "api/v1/projects/acme/kitchen/registry/trash", None),
    (
        "post",
        f"{_P}/registry/trash/<str:digest>/restore",
        "api/v1/projects/acme/kitchen/registry/trash/sha256:0/restore",
        None,
    ),
    ("get", f"{_P}/dependants", "api/v1/projects/acme/kitchen/dependants", None),
    ("get", "<str:organisation>/<str:name>/published/dependants", "acme/kitchen/published/dependants", None),
    ("get", "<str:organisation>/<str:name>/badge.svg", "acme/kitchen/badge.svg", None),
    ("get", "<str:organisation>/<str:name>/published/mirrors", "acme/kitchen/published/mirrors", None),
    ("form", "<str:organisation>/<str:name>/published/mirrors", "acme/kitchen/published/mirrors", {"do": "copy"}),
    ("get", "<str:organisation>/<str:name>/published/trash", "acme/kitchen/published/trash", None),
    ("form", "<str:organisation>/<str:name>/published/trash", "acme/kitchen/published/trash", {"digest": "sha256:0"}),
    ("get", f"{_P}/tags/<str:tag>/rebuild", "api/v1/projects/acme/kitchen/tags/0.0/rebuild", None),
    (
        "get",
        f"{_P}/tags/<str:tag>/packages/<str:target>",
        "api/v1/projects/acme/kitchen/tags/0.0/packages/cortex-m4",
        None,
    ),
    ("get", f"{_P}/tags/<str:tag>", "api/v1/projects/acme/kitchen/tags/0.0", None),
    ("patch", f"{_P}/tags/<str:tag>", "api/v1/projects/acme/kitchen/tags/0.0", {"notes": "New"}),
    (
        "put",
        f"{_P}/tags/<str:tag>/deprecation",
        "api/v1/projects/acme/kitchen/tags/0.0/deprecation",
        {"reason": "Deaf"},
    ),
    ("delete", f"{_P}/tags/<str:tag>/deprecation", "api/v1/projects/acme/kitchen/tags/0.0/deprecation", None),
    (
        "put",
        f"{_P}/tags/<str:tag>/withdrawal",
        "api/v1/projects/acme/kitchen/tags/0.0/withdrawal",
        {"reason": "Leaked"},
    ),
    ("delete", f"{_P}/tags/<str:tag>/withdrawal", "api/v1/projects/acme/kitchen/tags/0.0/withdrawal", None),
    ("get", f"{_P}/blocks/<str:block>/<str:version>", "api/v1/projects/acme/kitchen/blocks/smooth/1.0", None),
    (
        "put",
        f"{_P}/blocks/<str:block>/<str:version>/deprecation",
        "api/v1/projects/acme/kitchen/blocks/smooth/1.0/deprecation",
        {"reason": "Clicks"},
    ),
    (
        "delete",
        f"{_P}/blocks/<str:block>/<str:version>/deprecation",
        "api/v1/projects/acme/kitchen/blocks/smooth/1.0/deprecation",
        None,
    ),
    (
        "get",
        f"{_P}/blocks/<str:block>/<str:version>/withdrawal",
        "api/v1/projects/acme/kitchen/blocks/smooth/1.0/withdrawal",
        None,
    ),
    (
        "put",
        f"{_P}/blocks/<str:block>/<str:version>/withdrawal",
        "api/v1/projects/acme/kitchen/blocks/smooth/1.0/withdrawal",
        {"reason": "Leaked"},
    ),
    (
        "delete",
        f"{_P}/blocks/<str:block>/<str:version>/withdrawal",
        "api/v1/projects/acme/kitchen/blocks/smooth/1.0/withdrawal",
        None,
    ),
    ("get", "<str:organisation>/<str:name>/blocks/<str:block>", "acme/kitchen/blocks/smooth", None),
    ("get", "<str:organisation>/<str:name>/picture.png", "acme/kitchen/picture.png", None),
    ("get", "api/v1/schema", "api/v1/schema", None),
    ("get", "v2", "v2", None),
    ("get", "v2/", "v2/", None),
    ("get", "v2/<path:rest>", "v2/acme/kitchen/tags/list", None),
    ("get", f"{_P}/versions/compare", "api/v1/projects/acme/kitchen/versions/compare?from=1&to=2", None),
    ("post", f"{_P}/samples", "SAMPLES", b"7,8,9\n"),
    ("post", f"{_P}/samples/import", "IMPORT", zipped({"yes/1.csv": b"5,5,1\n", "no/2.csv": b"5,5,2\n"})),
    ("get", _RUN, "player/acme/kitchen/runes/{digest}", None),
    ("get", f"{_RUN}/examples", "player/acme/kitchen/runes/{digest}/examples", None),
    ("get", f"{_RUN}/examples/<path:path>", "player/acme/kitchen/runes/{digest}/examples/a.wav", None),
    ("get", "trust", "trust", None),
    ("get", "trust/authority.crt", "trust/authority.crt", None),
    ("get", _PAGE, "acme/kitchen", None),
    ("get", f"{_PAGE}/published", "acme/kitchen/published", None),
    ("get", f"{_PAGE}/builds", "acme/kitchen/builds", None),
    ("form", f"{_PAGE}/builds", "acme/kitchen/builds", {}),
    ("get", f"{_PAGE}/builds/<int:number>", "acme/kitchen/builds/2", None),
    ("get", f"{_PAGE}/builds/<int:number>/try", "acme/kitchen/builds/2/try", None),
    ("get", f"{_PAGE}/builds/<int:number>/accuracy", "acme/kitchen/builds/2/accuracy", None),
    ("get", f"{_PAGE}/builds/<int:number>/memory", "acme/kitchen/builds/2/memory", None),
    ("get", f"{_PAGE}/builds/<int:number>/files", "acme/kitchen/builds/2/files", None),
    ("get", f"{_PAGE}/builds/<int:number>/log", "acme/kitchen/builds/2/log", None),
    ("get", f"{_PAGE}/builds/<int:number>/publish", "acme/kitchen/builds/2/publish", None),
    ("get", f"{_PAGE}/builds/<int:number>/devices", "acme/kitchen/builds/2/devices", None),
    ("get", f"{_PAGE}/devices", "acme/kitchen/devices", None),
    ("form", f"{_PAGE}/devices", "acme/kitchen/devices", {"targets": ["c", "cortex-m4"]}),
    ("form", f"{_PAGE}/builds/<int:number>/cancel", "acme/kitchen/builds/1/cancel", {}),
    ("form", f"{_PAGE}/builds/<int:number>/respond", "acme/kitchen/builds/1/respond", {"text": "x"}),
    ("form", f"{_PAGE}/builds/<int:number>/publish", "acme/kitchen/builds/1/publish", {"tag": "9.0"}),
    (
        "form",
        f"{_PAGE}/builds/<int:number>/publish-past-gate",
        "acme/kitchen/builds/2/publish-past-gate",
        {"tag": "9.1", "reason": "The fair opens in an hour."},
    ),
    ("get", f"{_PAGE}/builds/<int:number>/ask", "acme/kitchen/builds/2/ask", None),
    ("form", f"{_PAGE}/builds/<int:number>/ask", "acme/kitchen/builds/2/ask", {"title": "x"}),
    ("get", f"{_PAGE}/builds/<int:number>/conversation", "acme/kitchen/builds/2/conversation", None),
    ("get", f"{_PAGE}/reviews/<int:number>/conversation", "acme/kitchen/reviews/1/conversation", None),
    ("form", f"{_PAGE}/threads/<uuid:thread_id>", "acme/kitchen/threads/{thread}", {"text": "x"}),
    ("form", f"{_PAGE}/comments/<uuid:comment_id>", "acme/kitchen/comments/{comment}", {"text": "x"}),
    ("get", f"{_PAGE}/reviews/<int:number>/suggest", "acme/kitchen/reviews/1/suggest", None),
    ("form", f"{_PAGE}/suggestions/<uuid:thread_id>", "acme/kitchen/suggestions/{suggested}", {"do": "withdraw"}),
    ("form", f"{_PAGE}/reviews/<int:number>/guests", "acme/kitchen/reviews/1/guests", {"title": "x"}),
    ("form", f"{_PAGE}/reviews/<int:number>/guests/<uuid:link>", "acme/kitchen/reviews/1/guests/{link}", {}),
    ("get", "try/reviews/<uuid:review_id>", "try/reviews/{review}", None),
    ("form", "try/reviews/<uuid:review_id>", "try/reviews/{review}", {"token": "x"}),
    ("form", "try/reviews/<uuid:review_id>/say", "try/reviews/{review}/say", {"name": "x", "text": "x"}),
    ("get", "try/reviews/<uuid:review_id>/conversation", "try/reviews/{review}/conversation", None),
    ("get", "try/reviews/<uuid:review_id>/rune", "try/reviews/{review}/rune", None),
    ("get", "try/reviews/<uuid:review_id>/examples/<path:path>", "try/reviews/{review}/examples/a.wav", None),
    ("get", f"{_P}/change-requests", "api/v1/projects/acme/kitchen/change-requests", None),
    ("get", f"{_P}/offers", "api/v1/projects/acme/twin/offers", None),
    ("post", f"{_P}/offers", "api/v1/projects/acme/twin/offers", {"title": "x"}),
    ("get", _CHANGE, _NAMED, None),
    ("get", f"{_CHANGE}/offer", f"{_NAMED}/offer", None),
    ("post", f"{_CHANGE}/offer", f"{_NAMED}/offer", {}),
    ("post", f"{_CHANGE}/ask", f"{_NAMED}/ask", {"text": "x"}),
    ("post", f"{_CHANGE}/resolutions", f"{_NAMED}/resolutions", {"conflict": "x", "side": "ours"}),
    ("delete", f"{_CHANGE}/resolutions", f"{_NAMED}/resolutions", None),
    ("post", f"{_CHANGE}/builds", f"{_NAMED}/builds", {}),
    ("post", f"{_CHANGE}/merge", f"{_NAMED}/merge", {}),
    ("post", f"{_CHANGE}/undo", f"{_NAMED}/undo", {}),
    ("post", f"{_CHANGE}/close", f"{_NAMED}/close", {"reason": "x"}),
    ("post", f"{_CHANGE}/reopen", f"{_NAMED}/reopen", {}),
    ("get", f"{_CHANGE}/preview", f"{_NAMED}/preview", None),
    ("post", f"{_CHANGE}/preview", f"{_NAMED}/preview", {}),
    ("delete", f"{_CHANGE}/preview", f"{_NAMED}/preview", None),
    ("get", f"{_CHANGE}/threads", f"{_NAMED}/threads", None),
    ("post", f"{_CHANGE}/threads", f"{_NAMED}/threads", {"text": "x"}),
    ("get", f"{_PAGE}/change-requests", "acme/kitchen/change-requests", None),
    ("get", f"{_PAGE}/change-requests/<int:number>", "acme/kitchen/change-requests/1", None),
    ("get", f"{_PAGE}/change-requests/<int:number>/preview", "acme/kitchen/change-requests/1/preview", None),
    ("form", f"{_PAGE}/change-requests/<int:number>/preview", "acme/kitchen/change-requests/1/preview", {"do": "end"}),
    ("get", f"{_PAGE}/change-requests/<int:number>/conversation", "acme/kitchen/change-requests/1/conversation", None),
    ("form", f"{_PAGE}/change-requests/<int:number>/respond", "acme/kitchen/change-requests/1/respond", {"text": "x"}),
    ("get", f"{_PAGE}/offer", "acme/twin/offer", None),
    ("get", "compare", "compare?one=acme/kitchen@1&other=acme/kitchen:1.0", None),
    ("get", f"{_PAGE}/reviews", "acme/kitchen/reviews", None),
    ("get", f"{_PAGE}/reviews/<int:number>", "acme/kitchen/reviews/1", None),
    ("form", f"{_PAGE}/reviews/<int:number>/respond", "acme/kitchen/reviews/1/respond", {"text": "x"}),
    ("form", f"{_PAGE}/reviews/<int:number>/close", "acme/kitchen/reviews/1/close", {}),
    *(("get", route, route, None) for route in sorted(ELSEWHERE)),
]


def routes(resolver: Any, before: str = "") -> Iterable[str]:
    """`METHOD route` of each address of ours: all methods of a class; `ANY` for a function, which tells none."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from routes(pattern, route)
            continue
        if pattern.callback.__module__.startswith("allauth."):
            continue
        view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
        methods = [name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)] if view else []
        yield from (f"{method.upper()} {route}" for method in methods or ["any"])


def requests() -> list[tuple[str, str, str, Any]]:
    """The requests of the permissions matrix and those that it leaves out: method, route, address and body."""
    from_cases = [(method, route, address or route, body) for method, route, address, body, _ in CASES]
    all_requests = [*from_cases, *_MORE]
    return [each for each in all_requests if key(each[0], each[1]) not in UNCOUNTED]


def key(method: str, route: str) -> str:
    """How the committed file names an address."""
    return f"{'POST' if method == 'form' else method.upper()} {route}"


def settle(owner: User, organisation: Organisation, project: Project, size: int) -> dict[str, str]:
    """Fills an organisation with `size` of each thing, and gives what the addresses name by id."""
    members = [User.objects.create_user(f"m{number}@acme.example", name=f"M {number}") for number in range(size)]
    for member in members:
        Membership.objects.create(organisation=organisation, user=member, role=Role.DEVELOPER)
    invitations = [invite(owner, organisation, "viewer")[0] for _ in range(size)]
    tokens = [create_token(owner, f"t{number}", ["read"], None)[0] for number in range(size)]
    write_file(members[0], project, "notes.md", b"x")
    consent = recording_terms(project).text
    samples = []
    builds = []
    reviews = []
    for number in range(size):
        other = Organisation.objects.create(name=f"other-{number}")
        Membership.objects.create(organisation=other, user=owner, role=Role.OWNER)
        beside = Project.objects.create(organisation=organisation, name=f"p{number}", created_by=members[number])
        built(members[number], _with_runefile(beside, members[number]))
        team = create_team(owner, organisation, f"team-{number}")
        add_to_team(owner, team, [member.pk for member in members])
        give_team_role(owner, team, [project, beside], "developer")
        deleted = Project.objects.create(organisation=organisation, name=f"gone-{number}", created_by=owner)
        delete_project(owner, deleted)
        write_file(members[number], project, f"file-{number}.md", b"x")
        save_version(members[number], project, f"version {number}")
        published_block(owner, beside)
        published_block(owner, project, f"1.{number}")
        samples.append(send_sample(owner, project, [b"1,2,%d\n" % number], label="x", days=90, consent=consent))
        builds.append(built(members[number], project, RUNE + bytes([number])))
        packed(builds[-1], "c")
        packed(builds[-1], "cortex-m4")
        groups = [RequestedGroup(tuple(member.pk for member in members if member != members[number]))]
        reviews.append(ask_for_review(owner, builds[-1], "Is it good?", reviewers=groups))
        begin_thread(owner, reviews[-1], "said")
        publish_build(owner, approved(builds[-1]), f"{number}.0")
        make_phone_link(owner, project)
    for member in members[1:]:
        give_verdict(member, builds[0], "approve", "good")
        begin_thread(member, builds[0], "said")
    suggestions = [suggested(owner, reviews[0], {**OVERRIDE, "after": str(4 + number)}) for number in range(size)]
    links = [invite_guest(owner, reviews[0], GuestTerms(f"Guest {number}"))[0] for number in range(size)]
    lost = Project.objects.create(organisation=organisation, name="lost", created_by=owner)
    delete_project(owner, lost)
    twin = fork_project(members[0], project, organisation, "twin")
    changes = []
    for number in range(size):
        write_file(members[0], twin, f"offered-{number}.md", b"x")
        changes.append(offer_changes(members[0], twin, f"Offer {number}"))
        begin_thread(owner, changes[-1], "said")
    member, invitation, token = members[0], invitations[0], tokens[0]
    hooked = webhook_addresses(owner, organisation)
    jobs = job_addresses(project)
    for number in range(size):
        failed_build(owner, project)
        firmware = {"build": str(builds[number].pk), "artefact": ""}
        enqueue(FIRMWARE, organisation.pk, firmware, party=Party(organisation.pk, owner.pk), project=project)
        create_webhook(owner, organisation, f"https://example.com/{number}", ["build"])
    notices = list(Notice.objects.filter(person=owner))
    thread = begin_thread(owner, reviews[0], "said")
    marked = urlencode({"label": "x", "said": "y", "consent": consent})
    api = "api/v1/organisations/acme"
    return {
        "MEMBER": f"{api}/members/{member.pk}",
        "INVITATION": f"{api}/invitations/{invitation.pk}",
        "SAMPLE": f"api/v1/samples/{samples[0].pk}",
        "RECORDING": f"api/v1/samples/{samples[0].pk}/recording",
        "WRONG": f"api/v1/reviews/{reviews[0].pk}/wrong-results?{marked}",
        "WRONG_OF_BUILD": f"api/v1/builds/{builds[0].pk}/wrong-results?{marked}",
        "TOKEN": f"api/v1/tokens/{token.pk}",
        "TOKEN_PAGE": f"accounts/tokens/{token.pk}/delete",
        "REVOKE_PAGE": f"acme/-/invitations/{invitation.pk}/revoke",
        "NOTICE": f"api/v1/notices/{notices[0].pk}",
        "NOTICE_PAGE": f"accounts/notices/{notices[0].pk}",
        "UNSUBSCRIBE": f"accounts/notices/unsubscribe/{unsubscribe_token(member)}",
        **hooked,
        **jobs,
        "MEMBER_PAGE": f"acme/-/members/{member.pk}",
        "MADE": f"accounts/made/invitation/{invitation.pk}/end",
        "MEMBER_PAGE/made": f"acme/-/members/{owner.pk}/made",
        "MEMBER_MADE": f"acme/-/members/{owner.pk}/made/invitation/{invitation.pk}",
        "MEMBER/hand-over": f"{api}/members/{member.pk}/hand-over",
        **grant_addresses(owner, owner, invitation),
        **people_addresses(owner, project, member),
        **conversion_addresses(owner, project, size),
        **data_addresses(owner, project, size),
        **training_addresses(owner, project, size),
        **search_addresses(owner, project, size),
        **deployment_addresses(owner, project, size),
        "SAMPLES": f"api/v1/projects/acme/kitchen/samples?{urlencode({'label': 'x', 'days': 90, 'consent': consent})}",
        "IMPORT": f"api/v1/projects/acme/kitchen/samples/import?{urlencode({'days': 90, 'consent': consent})}",
        "{build}": str(builds[0].pk),
        "{review}": str(reviews[0].pk),
        "{thread}": str(thread.pk),
        "{change}": str(changes[0].pk),
        "{comment}": str(thread.thread.comments.get().pk),
        "{suggested}": str(suggestions[0].pk),
        "{link}": str(links[0].pk),
        "{trial}": str(ready_copy(reviews[0]).pk),
        "{signing-key}": str(add_signing_key(owner, project.organisation, SIGNING_KEY).pk),
        "{digest}": builds[0].artefact.digest if builds[0].artefact else "",
        "secret": create_token(owner, "registry", ["registry"], None)[1],
    }


def _with_runefile(project: Project, person: User) -> Project:
    write_file(person, project, "Runefile.yml", b"version: 1\nimage: runicos/base\npipeline: {}\n")
    return project


def counted(
    browser: Client,
    named: Mapping[str, str],
    expected: Mapping[str, int] | None = None,
    only: Container[str] | None = None,
) -> dict[str, int]:
    """How many queries each request makes, or `only` some of them, by its key; what it changes is undone.

    What a process reads once may be among them when it is asked for the first time: with more than `expected`, or
    without anything expected, it is asked again, and that counts.
    """
    counts: dict[str, int] = {}
    for method, route, address, body in requests():
        if only is not None and key(method, route) not in only:
            continue
        path = "/" + named.get(address, address).lstrip("/")
        for name in (each for each in named if each.startswith("{")):
            path = path.replace(name, named[name])
        sent = body | {"build": named["{build}"]} if isinstance(body, dict) and "build" in body else body
        sent = body | {"trial": named["{trial}"]} if isinstance(body, dict) and "trial" in body else sent
        headers = {"Authorization": f"Bearer {named['secret']}"} if route.startswith("v2") else {}
        judges = (method, route) == ("post", "api/v1/builds/<uuid:build_id>/reviews")
        headers |= {"If-Match": f'"{named["{digest}"]}"'} if judges else {}
        if method == "form":
            sent = etag_form(path, **sent)
        elif method != "get" and not judges:
            headers |= etag_headers(path, sent)
        call = partial(_ask, browser, method, path, sent, headers)
        name = key(method, route)
        queries = _queries_of(call)
        if expected is None or queries > expected.get(name, 0):
            queries = _queries_of(call)
        counts[name] = max(counts.get(name, 0), queries)
    return counts


def _queries_of(call: Callable[[], None]) -> int:
    """How many queries a request makes."""
    cache.clear()
    # The log keeps 9,000 queries, fewer than all requests make.
    reset_queries()
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            call()
        transaction.set_rollback(True)
    return len(queries)


def _ask(browser: Client, method: str, path: str, body: Any, headers: dict[str, str]) -> None:
    if method == "form":
        answer: Any = browser.post(path, body)
    elif method == "get":
        answer = browser.get(path, headers=headers)
    else:
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        answer = getattr(browser, method)(path, body, content_type=kind, headers=headers)
    if answer.status_code >= 500:
        raise AssertionError(f"{method} {path} answered {answer.status_code}")


def problems(
    pinned: Mapping[str, int], few: Mapping[str, int], many: Mapping[str, int], known: Iterable[str]
) -> list[str]:
    """Messages about a count that differs from the pinned one or grows with the data, and about an address without
    one."""
    messages = [
        f"{name}: {few[name]} queries with few things, {many[name]} with twice as many: one query a thing?"
        for name in few
        if few[name] != many[name]
    ]
    messages += [
        f"{name}: {many[name]} queries, {pinned[name]} are pinned" if name in pinned else f"{name}: not pinned"
        for name in many
        if pinned.get(name) != many[name]
    ]
    messages += [f"{name}: pinned, and nothing asks it" for name in pinned if name not in many]
    routes = {name.partition(" ")[2] for name in many}
    for name in known:
        method, _, route = name.partition(" ")
        if name not in UNCOUNTED and (route not in routes if method == "ANY" else name not in many):
            messages.append(f"{name}: not asked; give it a request in tests/forge/query_counts.py")
    return messages


def read_counts() -> dict[str, int]:
    """The committed counts."""
    counts: dict[str, int] = json.loads(COUNTS.read_text("utf-8"))
    return counts


def write_counts(counts: Mapping[str, int]) -> None:
    """Commits to new counts."""
    COUNTS.write_text(json.dumps(dict(sorted(counts.items())), indent=2) + "\n", "utf-8")
