"""Every address of people, projects and pages, asked by each kind of person, and what each is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from forge.accounts.actions import add_to_team, create_team, invite, join_as
from forge.accounts.models import Invitation, Organisation, Role, User
from forge.builds.packages.firmware import FIRMWARE
from forge.compute.scheduler.slots import Party
from forge.datasets.models import DataSet
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.jobs.models import Job, JobState
from forge.jobs.queue import enqueue
from forge.notices.delivery.unsubscribing import unsubscribe_token
from forge.notices.models import Notice
from forge.projects.actions import delete_project, give_project_role, give_team_role, invite_to_project, write_file
from forge.projects.models import Project
from forge.projects.versions.store import snapshot
from forge.webhooks.actions import create_webhook, ping
from tests.forge.conftest import make_member
from tests.forge.factories.builds import failed_build
from tests.forge.factories.preconditions import etag_form, etag_headers
from tests.forge.web.conversion_cases import CONVERSION_CASES, conversion_addresses
from tests.forge.web.data_cases import DATA_CASES, data_addresses
from tests.forge.web.deployment_cases import DEPLOYMENT_CASES, deployment_addresses
from tests.forge.web.search_cases import SEARCH_CASES, search_addresses
from tests.forge.web.training_cases import TRAINING_CASES, training_addresses
from tests.support.shares import share_and_all, table_by_kind

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class AnsweredAs:
    """A role that is answered as another is, but for some requests: method, route and answer."""

    kind: str
    exceptions: Mapping[tuple[str, str], int] = field(default_factory=dict)


OTHER_ROLES: dict[str, AnsweredAs] = {}
"""The roles that have no column of their own in the table below."""
COLUMNS = ("owner", "maintainer", "developer", "reviewer", "viewer", "stranger", "anonymous")
KINDS = (*COLUMNS, *OTHER_ROLES)

# The answers to the kinds with a column, in order. 401: sign in first; 404: nothing here; 403: not with this role.
READ = (200, 200, 200, 200, 200, 404, 401)
EDIT = (200, 200, 200, 403, 403, 404, 401)
MAKE = (201, 201, 201, 403, 403, 404, 401)
DELETED = (204, 204, 204, 403, 403, 404, 401)
NOT_THERE_TO_EDIT = (404, 404, 404, 403, 403, 404, 401)
OWN = (200, 403, 403, 403, 403, 404, 401)
OWN_MAKE = (201, 403, 403, 403, 403, 404, 401)
OWN_DELETED = (204, 403, 403, 403, 403, 404, 401)
MANAGED = (200, 200, 403, 403, 403, 404, 401)
MANAGED_MAKE = (201, 201, 403, 403, 403, 404, 401)
MANAGED_DELETED = (204, 204, 403, 403, 403, 404, 401)
MINE = (200, 200, 200, 200, 200, 200, 401)
MINE_DELETED = (204, 204, 204, 204, 204, 204, 401)
NONE = (404, 404, 404, 404, 404, 404, 401)
BAD = (400, 400, 400, 400, 400, 400, 400)
LEFT = (204, 204, 204, 204, 204, 204, 204)
# Pages: a visitor is led to sign in.
PAGE = (200, 200, 200, 200, 200, 404, 302)
PAGE_EDIT = (200, 200, 200, 403, 403, 404, 302)
PAGE_OWN = (200, 403, 403, 403, 403, 404, 302)
SENT = (302, 302, 302, 403, 403, 404, 302)
SENT_OWN = (302, 403, 403, 403, 403, 404, 302)
SENT_MANAGED = (302, 302, 403, 403, 403, 404, 302)
NONE_PAGE = (404, 404, 404, 404, 404, 404, 302)
ANY_PAGE = (200, 200, 200, 200, 200, 200, 302)

_P = "api/v1/projects/acme/kitchen"
_ROUTE = "api/v1/projects/<str:organisation>/<str:name>"
_O = "api/v1/organisations/acme"
_RAW = "application/octet-stream"
_NO_ID = "00000000-0000-0000-0000-000000000009"

_TEAM = "api/v1/organisations/<str:organisation>/teams/<str:team>"
_HOOKS = "api/v1/organisations/<str:organisation>/webhooks"
_HOOK = f"{_HOOKS}/<uuid:webhook_id>"
_HOOK_PAGE = "<str:organisation>/-/settings/webhooks/<uuid:webhook>"
_GRANTS = "api/v1/organisations/<str:organisation>/members/<uuid:member>/grants"
_NEW_HOOK = {"url": "https://example.com/hook", "topics": ["build"]}

Case = tuple[str, str, str, Any, tuple[int, ...]]
CASES: list[Case] = [
    # method, route, address, body, answers
    ("get", "api/v1/me", "", None, MINE),
    ("delete", "api/v1/me/hints/<str:hint>", "api/v1/me/hints/first-steps", None, MINE_DELETED),
    ("get", "api/v1/organisations", "", None, MINE),
    ("post", "api/v1/organisations", "", {"name": "fresh"}, (201, 201, 201, 201, 201, 201, 401)),
    ("get", "api/v1/organisations/<str:organisation>", _O, None, READ),
    ("patch", "api/v1/organisations/<str:organisation>", _O, {"title": "New"}, OWN),
    ("get", "api/v1/organisations/<str:organisation>/usage", f"{_O}/usage", None, READ),
    ("get", "api/v1/organisations/<str:organisation>/members", f"{_O}/members", None, READ),
    ("get", "api/v1/organisations/<str:organisation>/members/<uuid:member>", "MEMBER", None, READ),
    ("patch", "api/v1/organisations/<str:organisation>/members/<uuid:member>", "MEMBER", {"role": "viewer"}, OWN),
    ("delete", "api/v1/organisations/<str:organisation>/members/<uuid:member>", "MEMBER", None, OWN_DELETED),
    ("get", "api/v1/organisations/<str:organisation>/invitations", f"{_O}/invitations", None, OWN),
    ("post", "api/v1/organisations/<str:organisation>/invitations", f"{_O}/invitations", {"role": "viewer"}, OWN_MAKE),
    (
        "delete",
        "api/v1/organisations/<str:organisation>/invitations/<uuid:invitation>",
        "INVITATION",
        None,
        OWN_DELETED,
    ),
    (
        "post",
        "api/v1/organisations/<str:organisation>/members/<uuid:member>/hand-over",
        "MEMBER/hand-over",
        {},
        OWN_DELETED,
    ),
    ("get", "api/v1/me/grants", "", None, MINE),
    ("delete", "api/v1/me/grants/<str:kind>/<uuid:grant>", "GRANT", None, (204, 404, 404, 404, 404, 404, 401)),
    ("get", _GRANTS, "MEMBER/grants", None, OWN),
    ("delete", f"{_GRANTS}/<str:kind>/<uuid:grant>", "MEMBER_GRANT", None, OWN_DELETED),
    (
        "post",
        f"{_GRANTS}/<str:kind>/<uuid:grant>/hand-over",
        "MEMBER_GRANT/hand-over",
        {"heir": _NO_ID},
        (404, 403, 403, 403, 403, 404, 401),
    ),
    (
        "post",
        "api/v1/organisations/<str:organisation>/invitations/letters",
        f"{_O}/invitations/letters",
        {"role": "viewer", "emails": ["ana@elsewhere.example"]},
        OWN_MAKE,
    ),
    ("post", f"{_ROUTE}/duplicate", f"{_P}/duplicate", {"organisation": "acme", "name": "fresh"}, MAKE),
    ("post", f"{_ROUTE}/fork", f"{_P}/fork", {"organisation": "acme", "name": "fresh"}, MAKE),
    ("get", "api/v1/organisations/<str:organisation>/jobs", f"{_O}/jobs", None, READ),
    ("get", "<str:organisation>/-/jobs", "acme/-/jobs", None, PAGE),
    ("get", "<str:organisation>/-/jobs/<uuid:job>", "JOB_PAGE", None, PAGE),
    ("form", "<str:organisation>/-/jobs/<uuid:job>/do", "JOB_PAGE/do", {"do": "cancel"}, SENT),
    ("get", "api/v1/jobs/<uuid:job_id>", "JOB", None, READ),
    ("get", "api/v1/jobs/<uuid:job_id>/log", "JOB/log", None, READ),
    ("post", "api/v1/jobs/<uuid:job_id>/cancel", "JOB/cancel", {}, EDIT),
    ("post", "api/v1/jobs/<uuid:job_id>/retry", "FAILED_JOB/retry", {}, (202, 202, 202, 403, 403, 404, 401)),
    ("get", "api/v1/organisations/<str:organisation>/teams", f"{_O}/teams", None, READ),
    ("post", "api/v1/organisations/<str:organisation>/teams", f"{_O}/teams", {"name": "vision"}, OWN_MAKE),
    ("get", _TEAM, f"{_O}/teams/audio", None, READ),
    ("patch", _TEAM, f"{_O}/teams/audio", {"description": "x"}, OWN),
    ("delete", _TEAM, f"{_O}/teams/audio", None, OWN_DELETED),
    ("put", f"{_TEAM}/members/<uuid:member>", "TEAM_MEMBER", None, OWN),
    ("delete", f"{_TEAM}/members/<uuid:member>", "TEAM_MEMBER", None, OWN_DELETED),
    ("get", f"{_ROUTE}/teams", f"{_P}/teams", None, READ),
    ("get", f"{_ROUTE}/teams/<str:team>", f"{_P}/teams/audio", None, READ),
    ("put", f"{_ROUTE}/teams/<str:team>", f"{_P}/teams/audio", {"role": "viewer"}, MANAGED),
    ("delete", f"{_ROUTE}/teams/<str:team>", f"{_P}/teams/audio", None, MANAGED_DELETED),
    ("get", f"{_ROUTE}/people", f"{_P}/people", None, READ),
    ("get", f"{_ROUTE}/people/<uuid:person>", "TEAMMATE", None, READ),
    ("patch", f"{_ROUTE}/people/<uuid:person>", "TEAMMATE", {"role": "viewer"}, MANAGED),
    ("delete", f"{_ROUTE}/people/<uuid:person>", "TEAMMATE", None, MANAGED_DELETED),
    ("get", f"{_ROUTE}/invitations", f"{_P}/invitations", None, MANAGED),
    ("post", f"{_ROUTE}/invitations", f"{_P}/invitations", {"role": "viewer"}, MANAGED_MAKE),
    (
        "post",
        f"{_ROUTE}/invitations/letters",
        f"{_P}/invitations/letters",
        {"role": "viewer", "emails": ["ana@elsewhere.example"]},
        MANAGED_MAKE,
    ),
    ("delete", f"{_ROUTE}/invitations/<uuid:invitation>", "PROJECT_INVITATION", None, MANAGED_DELETED),
    ("get", "api/v1/me/audit", "", None, MINE),
    ("get", "api/v1/me/notices", "", None, MINE),
    ("patch", "api/v1/me/notices", "", {"mail": "none"}, MINE),
    ("get", "api/v1/notices", "", None, MINE),
    ("post", "api/v1/notices/read", "", {}, MINE),
    ("patch", "api/v1/notices/<uuid:notice_id>", "NOTICE", {"read": True}, (200, 404, 404, 404, 404, 404, 401)),
    ("get", f"{_ROUTE}/watch", f"{_P}/watch", None, READ),
    ("put", f"{_ROUTE}/watch", f"{_P}/watch", {"level": "all"}, READ),
    ("get", f"{_ROUTE}/favourite", f"{_P}/favourite", None, READ),
    ("put", f"{_ROUTE}/favourite", f"{_P}/favourite", {"favourite": True}, READ),
    ("get", "api/v1/search", "api/v1/search?q=k", None, MINE),
    ("get", "api/v1/organisations/<str:organisation>/audit", f"{_O}/audit?limit=5", None, OWN),
    ("get", "api/v1/organisations/<str:organisation>/audit/export", f"{_O}/audit/export?as=csv", None, OWN),
    ("get", _HOOKS, f"{_O}/webhooks", None, OWN),
    ("post", _HOOKS, f"{_O}/webhooks", _NEW_HOOK, OWN_MAKE),
    ("get", _HOOK, "WEBHOOK", None, OWN),
    ("patch", _HOOK, "WEBHOOK", {"on": False}, OWN),
    ("delete", _HOOK, "WEBHOOK", None, OWN_DELETED),
    ("post", f"{_HOOK}/rotate", "WEBHOOK/rotate", {}, OWN),
    ("post", f"{_HOOK}/ping", "WEBHOOK/ping", {}, (202, 403, 403, 403, 403, 404, 401)),
    ("get", f"{_HOOK}/deliveries", "WEBHOOK/deliveries", None, OWN),
    ("post", f"{_HOOK}/deliveries/<uuid:delivery_id>/repeat", "DELIVERY", {}, (202, 403, 403, 403, 403, 404, 401)),
    ("post", "api/v1/device-sign-ins", "", {"machine": "bench"}, (201, 201, 201, 201, 201, 201, 201)),
    ("post", "api/v1/device-sign-ins/token", "", {"device_code": "x"}, BAD),
    ("get", "api/v1/tokens", "", None, MINE),
    ("post", "api/v1/tokens", "", {"name": "x", "scopes": ["read"]}, (201, 201, 201, 201, 201, 201, 401)),
    ("delete", "api/v1/tokens/<uuid:token>", "TOKEN", None, (404, 404, 404, 404, 404, 404, 401)),
    ("get", "api/v1/templates", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "api/v1/projects", "", None, MINE),
    ("post", "api/v1/projects", "", {"organisation": "acme", "name": "fresh"}, MAKE),
    (
        "post",
        "api/v1/projects/from-model",
        "api/v1/projects/from-model?organisation=acme",
        b"x",
        (422, 422, 422, 403, 403, 404, 401),
    ),
    (
        "post",
        "api/v1/projects/from-archive",
        "api/v1/projects/from-archive?organisation=acme",
        b"x",
        (422, 422, 422, 403, 403, 404, 401),
    ),
    ("get", "api/v1/reports", "", None, MINE),
    ("post", "api/v1/reports", "", {"about": "acme/kitchen", "reason": "harm"}, NONE),
    (
        "post",
        "api/v1/projects/from-git",
        "",
        {"organisation": "acme", "url": "https://nowhere.example/a.git"},
        (400, 400, 400, 403, 403, 404, 401),
    ),
    ("get", "api/v1/projects/<str:organisation>/<str:name>", _P, None, READ),
    ("patch", "api/v1/projects/<str:organisation>/<str:name>", _P, {"description": "x"}, EDIT),
    ("delete", "api/v1/projects/<str:organisation>/<str:name>", _P, None, MANAGED_DELETED),
    ("post", "api/v1/projects/<str:organisation>/<str:name>/restore", "api/v1/projects/acme/lost/restore", {}, MANAGED),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/state", f"{_P}/state", None, READ),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/files", f"{_P}/files", None, READ),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/files/<path:path>", f"{_P}/files/Runefile.yml", None, READ),
    ("put", "api/v1/projects/<str:organisation>/<str:name>/files/<path:path>", f"{_P}/files/a.md", b"x", EDIT),
    (
        "delete",
        "api/v1/projects/<str:organisation>/<str:name>/files/<path:path>",
        f"{_P}/files/notes.md",
        None,
        DELETED,
    ),
    (
        "post",
        "api/v1/projects/<str:organisation>/<str:name>/files/<path:path>/rename",
        f"{_P}/files/notes.md/rename",
        {"path": "b.md"},
        EDIT,
    ),
    (
        "get",
        "api/v1/projects/<str:organisation>/<str:name>/models/<path:path>",
        f"{_P}/models/notes.md",
        None,
        (404, 404, 404, 404, 404, 404, 401),
    ),
    ("get", "api/v1/samples", "", None, MINE),
    ("get", "api/v1/samples/<uuid:sample_id>/recording", "RECORDING", None, READ),
    ("delete", "api/v1/samples/<uuid:sample_id>", "SAMPLE", None, (204, 204, 404, 404, 404, 404, 401)),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/samples", f"{_P}/samples", None, READ),
    (
        "post",
        "api/v1/projects/<str:organisation>/<str:name>/samples",
        f"{_P}/samples?label=x&consent=",
        b"x",
        (409, 409, 409, 409, 403, 404, 401),
    ),
    (
        "post",
        "api/v1/projects/<str:organisation>/<str:name>/samples/import",
        f"{_P}/samples/import?consent=",
        b"x",
        (409, 409, 409, 403, 403, 404, 401),
    ),
    (
        "post",
        "api/v1/projects/<str:organisation>/<str:name>/samples/import/preview",
        f"{_P}/samples/import/preview",
        b"x",
        (422, 422, 422, 403, 403, 404, 401),
    ),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/samples/terms", f"{_P}/samples/terms", None, READ),
    (
        "post",
        "api/v1/projects/<str:organisation>/<str:name>/files/<path:path>/copy",
        f"{_P}/files/notes.md/copy",
        {"path": "b.md"},
        EDIT,
    ),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/archive", f"{_P}/archive", None, READ),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/repository", f"{_P}/repository", None, READ),
    ("get", f"{_ROUTE}/repository/link", f"{_P}/repository/link", None, NOT_THERE_TO_EDIT),
    (
        "put",
        f"{_ROUTE}/repository/link",
        f"{_P}/repository/link",
        {"url": "https://nowhere.example/a.git", "branch": "main"},
        (400, 400, 400, 403, 403, 404, 401),
    ),
    ("delete", f"{_ROUTE}/repository/link", f"{_P}/repository/link", None, NOT_THERE_TO_EDIT),
    ("get", f"{_ROUTE}/repository/pulls", f"{_P}/repository/pulls", None, EDIT),
    ("post", f"{_ROUTE}/repository/pulls", f"{_P}/repository/pulls", {}, NOT_THERE_TO_EDIT),
    (
        "post",
        "api/v1/projects/<str:organisation>/<str:name>/repository",
        f"{_P}/repository",
        {"url": "https://nowhere.example/a.git", "branch": "main"},
        (400, 400, 400, 403, 403, 404, 401),
    ),
    (
        "post",
        "api/v1/projects/<str:organisation>/<str:name>/archive",
        f"{_P}/archive",
        b"x",
        (422, 422, 422, 403, 403, 404, 401),
    ),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/authors", f"{_P}/authors", None, READ),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/versions", f"{_P}/versions", None, READ),
    ("post", "api/v1/projects/<str:organisation>/<str:name>/versions", f"{_P}/versions", {"message": "x"}, MAKE),
    (
        "get",
        "api/v1/projects/<str:organisation>/<str:name>/versions/compare",
        f"{_P}/versions/compare?from=x",
        None,
        (400, 400, 400, 400, 400, 404, 401),
    ),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/versions/<int:number>", f"{_P}/versions/1", None, READ),
    (
        "get",
        "api/v1/projects/<str:organisation>/<str:name>/versions/<int:number>/archive",
        f"{_P}/versions/1/archive",
        None,
        READ,
    ),
    (
        "post",
        "api/v1/projects/<str:organisation>/<str:name>/versions/<int:number>/restore",
        f"{_P}/versions/1/restore",
        {},
        EDIT,
    ),
    (
        "get",
        "api/v1/projects/<str:organisation>/<str:name>/versions/<int:number>/files/<path:path>",
        f"{_P}/versions/1/files/Runefile.yml",
        None,
        READ,
    ),
    ("get", "", "/", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "healthz", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "readyz", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "metrics", "", None, (404, 404, 404, 404, 404, 404, 404)),
    ("get", "dist/", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "dist/<str:name>", "dist/none.whl", None, (404, 404, 404, 404, 404, 404, 404)),
    ("get", "schemas/runefile.json", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "schemas/forge.json", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "player/", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "player/<str:organisation>/<str:name>", "player/acme/kitchen", None, (200, 200, 200, 200, 200, 200, 200)),
    (
        "get",
        "player/<str:organisation>/<str:name>/app.webmanifest",
        "player/acme/kitchen/app.webmanifest",
        None,
        (200, 200, 200, 200, 200, 200, 200),
    ),
    ("get", "player/1.js", "", None, (200, 200, 200, 200, 200, 200, 200)),
    # Of public projects alone, and to nobody by a role.
    ("get", "player/<str:organisation>/<str:name>/embed", "player/acme/kitchen/embed", None, (404,) * 7),
    (
        "form",
        "<str:organisation>/<str:name>/tags/<str:tag>",
        "acme/kitchen/tags/1.0",
        {"do": "notes", "notes": "New"},
        (404, 404, 404, 403, 403, 404, 302),
    ),
    ("get", "player/<str:organisation>/<str:name>/state", "player/acme/kitchen/state", None, READ),
    ("get", "player/<str:organisation>/<str:name>/runes/<str:digest>", "player/acme/kitchen/runes/x", None, NONE),
    (
        "get",
        "player/<str:organisation>/<str:name>/runes/<str:digest>/examples",
        "player/acme/kitchen/runes/x/examples",
        None,
        NONE,
    ),
    (
        "get",
        "player/<str:organisation>/<str:name>/runes/<str:digest>/examples/<path:path>",
        "player/acme/kitchen/runes/x/examples/a.wav",
        None,
        NONE,
    ),
    ("post", "player/<str:organisation>/<str:name>/enter", "player/acme/kitchen/enter", {"token": "x"}, BAD),
    ("post", "player/<str:organisation>/<str:name>/leave", "player/acme/kitchen/leave", {}, LEFT),
    ("get", f"{_ROUTE}/mirrors", f"{_P}/mirrors", None, MANAGED),
    (
        "put",
        f"{_ROUTE}/mirrors/<str:direction>",
        f"{_P}/mirrors/to",
        {"registry": "https://registry.example", "repository": "team/door"},
        MANAGED,
    ),
    ("get", f"{_ROUTE}/mirrors/<str:direction>", f"{_P}/mirrors/from", None, (404, 404, 403, 403, 403, 404, 401)),
    ("post", f"{_ROUTE}/mirrors/to/copy", f"{_P}/mirrors/to/copy", None, (404, 404, 403, 403, 403, 404, 401)),
    ("delete", f"{_ROUTE}/mirrors/<str:direction>", f"{_P}/mirrors/from", None, (404, 404, 403, 403, 403, 404, 401)),
    ("get", f"{_ROUTE}/registry/trash", f"{_P}/registry/trash", None, EDIT),
    (
        "post",
        f"{_ROUTE}/registry/trash/<str:digest>/restore",
        f"{_P}/registry/trash/sha256:0/restore",
        None,
        NOT_THERE_TO_EDIT,
    ),
    ("get", f"{_ROUTE}/blocks", f"{_P}/blocks", None, READ),
    # Who may publish is told that there is no such file.
    ("post", f"{_ROUTE}/blocks", f"{_P}/blocks", {"path": "x.py", "version": "1"}, (404, 404, 404, 403, 403, 404, 401)),
    ("get", f"{_ROUTE}/blocks/usable", f"{_P}/blocks/usable", None, READ),
    ("get", f"{_ROUTE}/blocks/<str:block>/<str:version>", f"{_P}/blocks/smooth/1.0", None, NONE),
    (
        "put",
        f"{_ROUTE}/blocks/<str:block>/<str:version>/deprecation",
        f"{_P}/blocks/smooth/1.0/deprecation",
        {"reason": "x"},
        (404, 404, 404, 403, 403, 404, 401),
    ),
    (
        "delete",
        f"{_ROUTE}/blocks/<str:block>/<str:version>/deprecation",
        f"{_P}/blocks/smooth/1.0/deprecation",
        None,
        (404, 404, 404, 403, 403, 404, 401),
    ),
    # The rights to see an organisation: none, where it is another's.
    ("get", "api/v1/organisations/<str:organisation>/blocks", f"{_O}/blocks", None, READ),
    ("get", f"{_ROUTE}/phones", f"{_P}/phones", None, READ),
    ("post", f"{_ROUTE}/phones", f"{_P}/phones", {}, (201, 201, 201, 201, 201, 404, 401)),
    ("delete", f"{_ROUTE}/phones", f"{_P}/phones", None, READ),
    ("get", "sign-in", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "join", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "accounts/login/", "", None, (302, 302, 302, 302, 302, 302, 200)),
    ("get", "accounts/logout/", "", None, (200, 200, 200, 200, 200, 200, 302)),
    ("get", "accounts/signup/", "", None, (403, 403, 403, 403, 403, 403, 403)),
    ("get", "accounts/signup/service", "", None, (403, 403, 403, 403, 403, 403, 403)),
    ("get", "accounts/cancelled", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "accounts/forgotten", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("form", "accounts/forgotten", "", {"email": "nobody@acme.example"}, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "accounts/reset", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("form", "accounts/reset", "", {"token": "x"}, BAD),
    ("get", "accounts/confirm", "", None, ANY_PAGE),
    ("form", "accounts/confirm", "", {"token": "x"}, (400, 400, 400, 400, 400, 400, 302)),
    ("form", "accounts/address", "", {"email": "new@acme.example"}, ANY_PAGE),
    ("get", "accounts/security", "", None, ANY_PAGE),
    # allauth's: a change of the second factor asks who it is (302), and a second factor is asked for while signing in.
    ("get", "accounts/reauthenticate/", "", None, (200, 200, 200, 200, 200, 200, 302)),
    ("get", "accounts/identity", "", None, (302, 302, 302, 302, 302, 302, 302)),
    ("get", "accounts/identity/confirmed", "", None, (200, 200, 200, 200, 200, 200, 302)),
    ("get", "accounts/2fa/authenticate/", "", None, (302, 302, 302, 302, 302, 302, 302)),
    ("get", "accounts/2fa/reauthenticate/", "", None, (302, 302, 302, 302, 302, 302, 302)),
    ("get", "accounts/2fa/totp/activate/", "", None, (302, 302, 302, 302, 302, 302, 302)),
    ("get", "accounts/2fa/totp/deactivate/", "", None, (404, 404, 404, 404, 404, 404, 302)),
    ("get", "accounts/2fa/recovery-codes/", "", None, (404, 404, 404, 404, 404, 404, 302)),
    ("get", "accounts/2fa/recovery-codes/generate/", "", None, (302, 302, 302, 302, 302, 302, 302)),
    ("get", "accounts/2fa/recovery-codes/download/", "", None, (404, 404, 404, 404, 404, 404, 302)),
    ("get", "accounts/inactive/", "", None, (403, 403, 403, 403, 403, 403, 403)),
    ("get", "new/places", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "accounts/session", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "accounts/signed-in", "", None, ANY_PAGE),
    ("get", "accounts/profile", "", None, ANY_PAGE),
    ("form", "accounts/password", "", {"old": "wrong", "password": "x"}, (400, 400, 400, 400, 400, 400, 302)),
    ("get", "accounts/device", "", None, ANY_PAGE),
    ("form", "accounts/device", "", {"token": "BCDF-GHJK"}, (400, 400, 400, 400, 400, 400, 302)),
    ("get", "accounts/audit", "", None, ANY_PAGE),
    ("get", "accounts/sessions", "", None, ANY_PAGE),
    ("form", "accounts/favourites", "", {"add": "acme/kitchen"}, (302, 302, 302, 302, 302, 404, 302)),
    ("get", "search", "search?q=k", None, ANY_PAGE),
    ("get", "docs", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "docs/<path:path>", "docs/guides/studio", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "accounts/notices", "", None, ANY_PAGE),
    ("form", "accounts/notices/read-all", "", {}, (302, 302, 302, 302, 302, 302, 302)),
    ("form", "accounts/notices/<uuid:notice>", "NOTICE_PAGE", {"do": "done"}, (302, 404, 404, 404, 404, 404, 302)),
    ("get", "accounts/notices/settings", "", None, ANY_PAGE),
    ("form", "accounts/notices/settings", "", {"mail": "none"}, (302, 302, 302, 302, 302, 302, 302)),
    ("get", "accounts/notices/unsubscribe/<str:token>", "UNSUBSCRIBE", None, (200, 200, 200, 200, 200, 200, 200)),
    ("form", "accounts/notices/unsubscribe/<str:token>", "accounts/notices/unsubscribe/x", {}, BAD),
    ("form", "accounts/sessions/end-others", "", {}, (302, 302, 302, 302, 302, 302, 302)),
    (
        "form",
        "accounts/sessions/<uuid:session>/end",
        f"accounts/sessions/{_NO_ID}/end",
        {},
        (302, 302, 302, 302, 302, 302, 302),
    ),
    ("get", "accounts/report", "", None, ANY_PAGE),
    ("form", "accounts/report", "", {"about": "acme/kitchen", "reason": "harm"}, NONE_PAGE),
    ("form", "accounts/appeal", "", {"text": "x"}, (409, 409, 409, 409, 409, 409, 302)),
    ("get", "admin/reports", "", None, NONE_PAGE),
    ("form", "admin/reports/do", "", {"about": "x", "do": "dismiss"}, NONE_PAGE),
    ("get", "users/<uuid:person>", "PERSON_PAGE", None, PAGE),
    ("get", "accounts/tokens", "", None, ANY_PAGE),
    ("form", "accounts/tokens/<uuid:token>/delete", "TOKEN_PAGE", {}, (404, 404, 404, 404, 404, 404, 302)),
    ("get", "accounts/made", "", None, ANY_PAGE),
    ("form", "accounts/made/<str:kind>/<uuid:grant>/end", "MADE", {}, (302, 404, 404, 404, 404, 404, 302)),
    ("get", "new", "", None, ANY_PAGE),
    ("form", "new", "", {"organisation": "acme", "name": "fresh"}, SENT),
    ("get", "new/from-archive", "", None, ANY_PAGE),
    ("form", "new/from-archive", "", {"organisation": "acme"}, (400, 400, 400, 400, 400, 400, 302)),
    ("get", "new/from-git", "", None, ANY_PAGE),
    (
        "form",
        "new/from-git",
        "",
        {"organisation": "acme", "url": "https://nowhere.example/a.git"},
        (400, 400, 400, 403, 403, 404, 302),
    ),
    ("get", "organisations/new", "", None, ANY_PAGE),
    ("get", "<str:organisation>", "acme", None, PAGE),
    ("get", "<str:organisation>/-/blocks", "acme/-/blocks?q=a", None, PAGE),
    (
        "get",
        "<str:organisation>/<str:name>/blocks/<str:block>",
        "acme/kitchen/blocks/smooth",
        None,
        (404, 404, 404, 404, 404, 404, 302),
    ),
    (
        "form",
        "<str:organisation>/<str:name>/blocks/<str:block>/<str:version>",
        "acme/kitchen/blocks/smooth/1.0",
        {"do": "deprecate", "reason": "x"},
        (404, 404, 404, 403, 403, 404, 302),
    ),
    ("get", f"{_ROUTE}/dependants", f"{_P}/dependants", None, READ),
    ("get", "<str:organisation>/<str:name>/published/dependants", "acme/kitchen/published/dependants", None, PAGE),
    (
        "get",
        "<str:organisation>/<str:name>/published/mirrors",
        "acme/kitchen/published/mirrors",
        None,
        (200, 200, 403, 403, 403, 404, 302),
    ),
    (
        "form",
        "<str:organisation>/<str:name>/published/mirrors",
        "acme/kitchen/published/mirrors",
        {"do": "copy"},
        (404, 404, 403, 403, 403, 404, 302),
    ),
    ("get", "<str:organisation>/<str:name>/published/trash", "acme/kitchen/published/trash", None, PAGE_EDIT),
    (
        "form",
        "<str:organisation>/<str:name>/published/trash",
        "acme/kitchen/published/trash",
        {"digest": "sha256:0"},
        (404, 404, 404, 403, 403, 404, 302),
    ),
    ("get", "<str:organisation>/-/members", "acme/-/members?q=a", None, PAGE),
    ("get", "<str:organisation>/-/teams", "acme/-/teams", None, PAGE),
    ("form", "<str:organisation>/-/teams", "acme/-/teams", {"name": "vision"}, SENT_OWN),
    ("get", "<str:organisation>/-/teams/<str:team>", "acme/-/teams/audio", None, PAGE),
    ("form", "<str:organisation>/-/teams/<str:team>/do", "acme/-/teams/audio/do", {"do": "delete"}, SENT_OWN),
    ("get", "<str:organisation>/-/activity", "acme/-/activity", None, PAGE),
    ("get", "<str:organisation>/<former:page>", "acme/settings", None, (301, 301, 301, 301, 301, 301, 301)),
    (
        "get",
        "<str:organisation>/<former:page>/<path:rest>",
        "acme/settings/audit",
        None,
        (301, 301, 301, 301, 301, 301, 301),
    ),
    ("get", "<str:organisation>/-/settings", "acme/-/settings", None, PAGE_OWN),
    ("form", "<str:organisation>/-/settings", "acme/-/settings", {"name": "acme", "title": "T"}, SENT_OWN),
    ("form", "<str:organisation>/-/second-factor", "acme/-/second-factor", {}, SENT_OWN),
    ("get", "<str:organisation>/-/settings/audit", "acme/-/settings/audit?limit=5", None, PAGE_OWN),
    ("get", "<str:organisation>/-/settings/audit/export", "acme/-/settings/audit/export?as=json", None, PAGE_OWN),
    ("get", "<str:organisation>/-/settings/webhooks", "acme/-/settings/webhooks", None, PAGE_OWN),
    ("form", "<str:organisation>/-/settings/webhooks", "acme/-/settings/webhooks", _NEW_HOOK, PAGE_OWN),
    ("get", _HOOK_PAGE, "WEBHOOK_PAGE", None, PAGE_OWN),
    ("form", f"{_HOOK_PAGE}/do", "WEBHOOK_PAGE/do", {"do": "ping"}, SENT_OWN),
    ("form", f"{_HOOK_PAGE}/deliveries/<uuid:delivery>/repeat", "DELIVERY_PAGE", {}, SENT_OWN),
    ("get", "<str:organisation>/-/deleted", "acme/-/deleted", None, PAGE),
    ("form", "<str:organisation>/-/deleted/<str:name>/restore", "acme/-/deleted/lost/restore", {}, SENT_MANAGED),
    ("form", "<str:organisation>/-/invitations", "acme/-/invitations", {"role": "viewer"}, PAGE_OWN),
    ("form", "<str:organisation>/-/invitations/<uuid:invitation>/revoke", "REVOKE_PAGE", {}, SENT_OWN),
    ("form", "<str:organisation>/-/members/<uuid:member>", "MEMBER_PAGE", {"role": "viewer"}, SENT_OWN),
    ("get", "<str:organisation>/-/members/<uuid:member>/made", "MEMBER_PAGE/made", None, PAGE_OWN),
    (
        "form",
        "<str:organisation>/-/members/<uuid:member>/made/<str:kind>/<uuid:grant>",
        "MEMBER_MADE",
        {},
        (404, 403, 403, 403, 403, 404, 302),
    ),
    (
        "form",
        "<str:organisation>/-/hand-over",
        "acme/-/hand-over",
        {"member": _NO_ID},
        (404, 403, 403, 403, 403, 404, 302),
    ),
    ("get", "compare", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "compare", "compare?one=acme/kitchen@1", None, NONE_PAGE),
    ("get", "explore", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "<str:organisation>/<str:name>/copy", "acme/kitchen/copy", None, PAGE),
    ("get", "<str:organisation>/<str:name>/devices", "acme/kitchen/devices", None, PAGE),
    ("form", "<str:organisation>/<str:name>/devices", "acme/kitchen/devices", {"targets": ["c"]}, SENT),
    (
        "get",
        "<str:organisation>/<str:name>/builds/<int:number>/devices",
        "acme/kitchen/builds/9/devices",
        None,
        (404, 404, 404, 404, 404, 404, 302),
    ),
    ("get", "<str:organisation>/<str:name>/share", "acme/kitchen/share", None, PAGE),
    (
        "form",
        "<str:organisation>/<str:name>/share/invitations",
        "acme/kitchen/share/invitations",
        {"role": "viewer"},
        (200, 200, 403, 403, 403, 404, 302),
    ),
    (
        "form",
        "<str:organisation>/<str:name>/share/invitations/<uuid:invitation>/revoke",
        "PROJECT_INVITATION_PAGE",
        {},
        SENT_MANAGED,
    ),
    (
        "form",
        "<str:organisation>/<str:name>/share/people/<uuid:person>",
        "TEAMMATE_PAGE",
        {"role": "viewer"},
        SENT_MANAGED,
    ),
    (
        "form",
        "<str:organisation>/<str:name>/share/teams",
        "acme/kitchen/share/teams",
        {"team": "audio", "role": "viewer"},
        SENT_MANAGED,
    ),
    ("get", "<str:organisation>/<str:name>", "acme/kitchen", None, PAGE),
    ("get", "<str:organisation>/<str:name>/studio", "acme/kitchen/studio", None, PAGE),
    (
        "form",
        "<str:organisation>/<str:name>/watch",
        "acme/kitchen/watch",
        {"level": "all"},
        (302, 302, 302, 302, 302, 404, 302),
    ),
    ("get", "<str:organisation>/<str:name>/settings", "acme/kitchen/settings", None, PAGE_EDIT),
    ("form", "<str:organisation>/<str:name>/settings", "acme/kitchen/settings", {"name": "kitchen"}, SENT),
    ("get", "<str:organisation>/<str:name>/push", "acme/kitchen/push", None, PAGE_EDIT),
    (
        "form",
        "<str:organisation>/<str:name>/push",
        "acme/kitchen/push",
        {"url": "https://nowhere.example/a.git", "branch": "main"},
        (400, 400, 400, 403, 403, 404, 302),
    ),
    (
        "form",
        "<str:organisation>/<str:name>/appeal",
        "acme/kitchen/appeal",
        {"text": "x"},
        (409, 409, 403, 403, 403, 404, 302),
    ),
    ("form", "<str:organisation>/<str:name>/delete", "acme/kitchen/delete", {}, SENT_MANAGED),
    *CONVERSION_CASES,
    *TRAINING_CASES,
    *SEARCH_CASES,
    *DATA_CASES,
    *DEPLOYMENT_CASES,
]

ELSEWHERE = frozenset(
    {"api/", "api/<path:rest>", "frame/", "try", "player/frame", "player/embed-frame", "player/service-worker.js"}
)
"""Addresses with tests of their own."""

OURS = (
    *(
        "forge.accounts",
        "forge.datasets",
        "forge.deployments",
        "forge.jobs",
        "forge.learning",
        "forge.notices",
        "forge.projects",
        "forge.repositories",
        "forge.search",
        "forge.webhooks",
        "forge.player",
    ),
    *("forge.builds.pages", "forge.registry.blocks.pages", "forge.moderation.pages", "forge.web", "allauth"),
)
NOT_OURS = (
    *("forge.web.builds", "forge.web.runes.page", "forge.web.runes.badge", "forge.serving"),
    # Tested beside the change requests whose previews they are: tests/forge/reviews/changes/test_who_may_change.py.
    "forge.deployments.previews",
)


def job_addresses(project: Project) -> dict[str, str]:
    """The addresses of a job that waits and of one that failed."""
    party = Party(project.organisation_id)
    jobs = [
        enqueue(FIRMWARE, party.organisation, {"build": _NO_ID, "n": number}, party=party, project=project)
        for number in range(2)
    ]
    Job.objects.filter(pk=jobs[1].pk).update(state=JobState.FAILED)
    waiting, failed = (f"api/v1/jobs/{job.pk}" for job in jobs)
    page = f"acme/-/jobs/{jobs[0].pk}"
    return {
        "JOB": waiting,
        "JOB/log": f"{waiting}/log",
        "JOB/cancel": f"{waiting}/cancel",
        "FAILED_JOB/retry": f"{failed}/retry",
        "JOB_PAGE": page,
        "JOB_PAGE/do": f"{page}/do",
    }


@pytest.fixture
def things(project: Project, owner: User, organisation: Organisation) -> dict[str, str]:
    """The values of the names in capitals in addresses: a member besides the six, an open invitation, someone's
    token."""
    from forge.accounts.actions import create_token
    from forge.accounts.models import Membership, Role

    write_file(owner, project, "notes.md", b"x")
    snapshot(project, owner)
    lost = Project.objects.create(organisation=organisation, name="lost", created_by=owner)
    delete_project(owner, lost)
    member = User.objects.create_user("extra@acme.example", name="Extra")
    Membership.objects.create(organisation=organisation, user=member, role=Role.DEVELOPER)
    invitation, _ = invite(owner, organisation, "viewer")
    token, _ = create_token(member, "x", ["read"], None)
    consent = recording_terms(project).text
    failed_build(owner, project)
    notice = Notice.objects.get(person=owner)
    data = data_addresses(member, project)
    sample = send_sample(member, project, [b"1,2,3\n"], label="x", days=90, consent=consent)
    DataSet.objects.update(revision=2)
    return {
        "MEMBER": f"{_O}/members/{member.pk}",
        "INVITATION": f"{_O}/invitations/{invitation.pk}",
        "SAMPLE": f"api/v1/samples/{sample.pk}",
        "RECORDING": f"api/v1/samples/{sample.pk}/recording",
        "TOKEN": f"api/v1/tokens/{token.pk}",
        "TOKEN_PAGE": f"accounts/tokens/{token.pk}/delete",
        "REVOKE_PAGE": f"acme/-/invitations/{invitation.pk}/revoke",
        "NOTICE": f"api/v1/notices/{notice.pk}",
        "NOTICE_PAGE": f"accounts/notices/{notice.pk}",
        **job_addresses(project),
        "UNSUBSCRIBE": f"accounts/notices/unsubscribe/{unsubscribe_token(member)}",
        **webhook_addresses(owner, organisation),
        "MEMBER_PAGE": f"acme/-/members/{member.pk}",
        "MADE": f"accounts/made/invitation/{invitation.pk}/end",
        "MEMBER_PAGE/made": f"acme/-/members/{member.pk}/made",
        "MEMBER_MADE": f"acme/-/members/{member.pk}/made/invitation/{invitation.pk}",
        "MEMBER/hand-over": f"{_O}/members/{member.pk}/hand-over",
        **grant_addresses(owner, member, invitation),
        **people_addresses(owner, project, member),
        **conversion_addresses(member, project),
        **training_addresses(member, project),
        **search_addresses(member, project),
        **data,
        **deployment_addresses(owner, project),
    }


def people_addresses(owner: User, project: Project, member: User) -> dict[str, str]:
    """The values of the addresses of a member with a role in the project, and of an invitation to it; the member is in
    the team `audio`, which has a role in it too."""
    team = create_team(owner, project.organisation, "audio")
    add_to_team(owner, team, [member.pk])
    give_team_role(owner, team, [project], "reviewer")
    give_project_role(owner, project, member.pk, "reviewer")
    invitation, _ = invite_to_project(owner, project, "viewer")
    return {
        "PERSON_PAGE": f"users/{member.pk}",
        "TEAM_MEMBER": f"{_O}/teams/audio/members/{member.pk}",
        "TEAMMATE": f"{_P}/people/{member.pk}",
        "PROJECT_INVITATION": f"{_P}/invitations/{invitation.pk}",
        "TEAMMATE_PAGE": f"acme/kitchen/share/people/{member.pk}",
        "PROJECT_INVITATION_PAGE": f"acme/kitchen/share/invitations/{invitation.pk}/revoke",
    }


def grant_addresses(owner: User, member: User, invitation: Invitation) -> dict[str, str]:
    """The values of the addresses of the owner's invitation, as a thing that somebody made."""
    grant = f"invitation/{invitation.pk}"
    return {
        "GRANT": f"api/v1/me/grants/{grant}",
        "MEMBER/grants": f"{_O}/members/{member.pk}/grants",
        "MEMBER_GRANT": f"{_O}/members/{owner.pk}/grants/{grant}",
        "MEMBER_GRANT/hand-over": f"{_O}/members/{owner.pk}/grants/{grant}/hand-over",
    }


def webhook_addresses(owner: User, organisation: Organisation) -> dict[str, str]:
    """The values of the addresses of a webhook that has a delivery."""
    webhook, _ = create_webhook(owner, organisation, "https://example.com/hook", ["review"])
    delivery = ping(owner, webhook)
    hook, page = f"{_O}/webhooks/{webhook.pk}", f"acme/-/settings/webhooks/{webhook.pk}"
    return {
        "WEBHOOK": hook,
        "WEBHOOK/rotate": f"{hook}/rotate",
        "WEBHOOK/ping": f"{hook}/ping",
        "WEBHOOK/deliveries": f"{hook}/deliveries",
        "DELIVERY": f"{hook}/deliveries/{delivery.pk}/repeat",
        "WEBHOOK_PAGE": page,
        "WEBHOOK_PAGE/do": f"{page}/do",
        "DELIVERY_PAGE": f"{page}/deliveries/{delivery.pk}/repeat",
    }


def expected_answer(kind: str, request: tuple[str, str], answers: Sequence[int]) -> int:
    """The answer of a row of the table for a kind of person."""
    other = OTHER_ROLES.get(kind)
    if other is None:
        return answers[COLUMNS.index(kind)]
    return other.exceptions.get(request, answers[COLUMNS.index(other.kind)])


def member_with_role(organisation: Organisation, role: str) -> User:
    return make_member(organisation, f"{role}@acme.example", role.title(), Role(role))


def name_of(case: Case) -> str:
    method, route, address, body, _ = case
    return f"{method} {route} {address} {body}"


def answers_of(case: Case) -> dict[str, int]:
    method, route, _, _, answers = case
    return {kind: expected_answer(kind, (method, route), answers) for kind in KINDS}


@pytest.mark.slow
@pytest.mark.usefixtures("wheels")
@pytest.mark.protects("roles/missing-permission", "roles/self-promotion")
@pytest.mark.parametrize(("kind", "cases"), table_by_kind(KINDS, CASES, answers_of, name_of))
def test_each_kind_of_person_is_answered_as_the_table_says(
    kind: str,
    cases: list[Case],
    people: dict[str, Any],
    organisation: Organisation,
    things: dict[str, str],
    browser_of: Callable[[User | None], Client],
) -> None:
    from django.core.cache import cache
    from django.db import transaction

    wrong = []
    browser = browser_of(people[kind] if kind in people else member_with_role(organisation, kind))
    cookies = browser.cookies
    for method, route, address, body, answers in cases:
        cache.clear()
        path = "/" + things.get(address, address or route).lstrip("/")
        # Each case starts from the same state, whatever the one before it did.
        browser.cookies = deepcopy(cookies)
        with transaction.atomic():
            answer = _ask(browser, method, path, body)
            transaction.set_rollback(True)
        expected = expected_answer(kind, (method, route), answers)
        if answer.status_code != expected:
            wrong.append(f"{method} {route}: {answer.status_code}, not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.protects("roles/project-roles")
@pytest.mark.parametrize("cases", share_and_all(CASES, 3, name_of))
def test_a_role_in_one_project_makes_a_member_there_and_a_stranger_everywhere_else(
    cases: list[Case],
    people: dict[str, Any],
    project: Project,
    things: dict[str, str],
    browser_of: Callable[[User | None], Client],
) -> None:
    from django.core.cache import cache
    from django.db import transaction

    partner = people["stranger"]
    _, link = invite_to_project(people["owner"], project, "developer")
    join_as(partner, link.partition("token=")[2])
    beside = Project.objects.create(organisation=project.organisation, name="beside")
    browser = browser_of(partner)
    wrong = []
    for method, route, address, body, answers in cases:
        if "<str:organisation>" not in route:
            continue
        cache.clear()
        path = "/" + things.get(address, address or route).lstrip("/")
        if route == "<str:organisation>" or (isinstance(body, dict) and "organisation" in body):
            continue  # it has a page for who is no member; a copy goes into an organisation, of which they are none
        kind = "developer" if "/acme/kitchen" in path else "stranger"
        with transaction.atomic():
            answer = _ask(browser, method, path, body)
            transaction.set_rollback(True)
        expected = expected_answer(kind, (method, route), answers)
        if answer.status_code != expected:
            wrong.append(f"{method} {path}: {answer.status_code}, not {expected} as for a {kind}")
    assert not wrong, "\n".join(wrong)
    assert beside.name not in browser.get("/").content.decode()
    assert [
        each["name"] for each in browser.get("/api/v1/projects").json()["results"] if each["organisation"] == "acme"
    ] == ["kitchen"]


def _ask(browser: Client, method: str, path: str, body: Any) -> Any:
    if method == "form":
        return browser.post(path, etag_form(path, **body))
    if method == "get":
        return browser.get(path)
    kind = _RAW if isinstance(body, bytes) else "application/json"
    return getattr(browser, method)(path, body, content_type=kind, headers=etag_headers(path, body))


@pytest.mark.protects("roles/missing-permission")
def test_the_table_leaves_no_address_of_these_parts_out() -> None:
    routes = {
        route for route, view in _routes(get_resolver(), "") if view.startswith(OURS) and not view.startswith(NOT_OURS)
    }
    assert routes - {case[1] for case in CASES} - ELSEWHERE == set()


def _routes(resolver: Any, before: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback.__module__
        else:
            yield from _routes(pattern, route)


@pytest.mark.slow
def test_nothing_tells_a_stranger_whether_a_private_project_is_there(
    project: Project, stranger: User, browser_of: Callable[[User | None], Client]
) -> None:
    for browser in (browser_of(stranger), browser_of(None)):
        for tail in ("", "/state", "/files", "/files/Runefile.yml"):
            there = browser.get(f"/api/v1/projects/acme/kitchen{tail}")
            nowhere = browser.get(f"/api/v1/projects/acme/nothing{tail}")
            assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)


def test_a_public_project_shows_a_visitor_that_it_is_there_and_nothing_inside(
    project: Project, browser_of: Callable[[User | None], Client]
) -> None:
    Project.objects.update(visibility="public")
    visitor = browser_of(None)
    assert visitor.get("/api/v1/projects/acme/kitchen").status_code == 200
    for tail in ("/state", "/files", "/files/Runefile.yml"):
        assert visitor.get(f"/api/v1/projects/acme/kitchen{tail}").status_code == 401
    assert visitor.put("/api/v1/projects/acme/kitchen/files/a", b"x", content_type=_RAW).status_code == 401
