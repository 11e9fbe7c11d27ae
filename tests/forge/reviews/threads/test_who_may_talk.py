"""Every address of conversations, asked by each kind of person, and what each is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from forge.accounts.models import User
from forge.datasets.recordings.access import recording_terms
from forge.reviews.actions import RequestedGroup, ask_for_review, begin_thread, invite_guest
from forge.reviews.models import Review
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.suggestions import ready_copy, suggested
from tests.support.forge.outsiders import ask, name_of
from tests.support.shares import table_by_kind

pytestmark = pytest.mark.django_db

KINDS = ("owner", "developer", "reviewer", "stranger", "anonymous")
READ = (200, 200, 200, 404, 401)
CREATED = (201, 201, 201, 404, 401)
PAGE = (200, 200, 200, 404, 302)
SENT = (302, 302, 302, 404, 302)
# The comment is the reviewer's.
AUTHOR = (409, 409, 200, 404, 401)
AUTHOR_OR_OWNER = (200, 409, 200, 404, 401)
SENT_BY_AUTHOR = (409, 409, 302, 404, 302)

NOBODY = (404, 404, 404, 404, 404)
EDITOR = (200, 200, 403, 404, 401)

LENGTH = {"stage": "number", "argument": "length", "value": "4"}
TEXT: dict[str, str] = {"text": "hello"}
CASES: list[tuple[str, str, Any, tuple[int, ...]]] = [
    ("get", "/api/v1/reviews/{review}/threads", None, READ),
    ("post", "/api/v1/reviews/{review}/threads", TEXT, CREATED),
    ("post", "/api/v1/reviews/{review}/wrong-results?{terms}", b"1,2,3\n", CREATED),
    ("get", "/api/v1/builds/{build}/threads", None, READ),
    ("post", "/api/v1/builds/{build}/threads", TEXT, CREATED),
    ("post", "/api/v1/builds/{build}/wrong-results?{terms}", b"1,2,3\n", CREATED),
    ("get", "/api/v1/threads/{thread}", None, READ),
    ("post", "/api/v1/threads/{thread}/comments", TEXT, CREATED),
    ("post", "/api/v1/threads/{thread}/resolve", {}, READ),
    ("post", "/api/v1/threads/{thread}/reopen", {}, (409, 409, 409, 404, 401)),
    ("patch", "/api/v1/comments/{comment}", TEXT, AUTHOR),
    ("delete", "/api/v1/comments/{comment}", None, AUTHOR_OR_OWNER),
    ("get", "/api/v1/reviews/{review}/fields", None, READ),
    ("post", "/api/v1/reviews/{review}/trials", {"changes": [LENGTH]}, (202, 202, 202, 404, 401)),
    ("get", "/api/v1/reviews/{review}/trials/{trial}", None, READ),
    ("post", "/api/v1/reviews/{review}/suggestions", {"trial": "{trial}"}, CREATED),
    ("post", "/api/v1/threads/{suggested}/suggestion/take", {}, EDITOR),
    ("post", "/api/v1/threads/{suggested}/suggestion/decline", TEXT, EDITOR),
    ("post", "/api/v1/threads/{suggested}/suggestion/withdraw", {}, AUTHOR),
    ("get", "/api/v1/reviews/{review}/guest-links", None, EDITOR),
    ("post", "/api/v1/reviews/{review}/guest-links", {"title": "Lena"}, (201, 201, 403, 404, 401)),
    ("delete", "/api/v1/reviews/{review}/guest-links/{link}", None, (204, 204, 403, 404, 401)),
    ("form", "/acme/kitchen/reviews/1/guests", {"title": "Lena"}, (200, 200, 403, 404, 302)),
    ("form", "/acme/kitchen/reviews/1/guests/{link}", {}, (302, 302, 403, 404, 302)),
    # A guest's own pages know nobody by their account.
    ("get", "/try/reviews/{review}", None, (200, 200, 200, 200, 200)),
    ("form", "/try/reviews/{review}", {"token": "wrong"}, (400, 400, 400, 400, 400)),
    ("form", "/try/reviews/{review}/say", {"name": "Lena", "text": "x"}, NOBODY),
    ("get", "/try/reviews/{review}/rune", None, NOBODY),
    ("get", "/acme/kitchen/reviews/1/suggest", None, PAGE),
    ("form", "/acme/kitchen/reviews/1/suggest", {"do": "send", "trial": "{trial}"}, SENT),
    ("form", "/acme/kitchen/suggestions/{suggested}", {"do": "take"}, (302, 302, 403, 404, 302)),
    ("form", "/acme/kitchen/suggestions/{suggested}", {"do": "withdraw"}, SENT_BY_AUTHOR),
    ("get", "/acme/kitchen/builds/1/conversation", None, PAGE),
    ("get", "/acme/kitchen/reviews/1/conversation", None, PAGE),
    ("form", "/acme/kitchen/threads/{thread}", TEXT, SENT),
    ("form", "/acme/kitchen/threads/{thread}", {"do": "resolve"}, SENT),
    ("form", "/acme/kitchen/comments/{comment}", TEXT, SENT_BY_AUTHOR),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "cases"),
    table_by_kind(KINDS, CASES, lambda case: dict(zip(KINDS, case[3], strict=True)), name_of),
)
def test_each_kind_of_person_is_answered_as_the_table_says(
    kind: str,
    cases: list[tuple[str, str, Any, tuple[int, ...]]],
    project: Any,
    people: dict[str, Any],
    browser_of: Callable[[User | None], Client],
) -> None:
    parameters = talk(project, people)
    wrong = []
    for method, address, body, answers in cases:
        path = address.format(**parameters)
        # Each case starts from the same state, whatever the one before it did.
        payload = {**body, "trial": parameters["trial"]} if isinstance(body, dict) and "trial" in body else body
        with transaction.atomic():
            status = ask(browser_of(people[kind]), method, path, payload)
            transaction.set_rollback(True)
        if status != answers[KINDS.index(kind)]:
            wrong.append(f"{method} {path}: {status}, not {answers[KINDS.index(kind)]}")
    assert not wrong, "\n".join(wrong)


def talk(project: Any, people: dict[str, Any]) -> dict[str, str]:
    """A review in which the reviewer began a thread."""
    build = built(people["developer"], project)
    review: Review = ask_for_review(
        people["developer"], build, "Hears whispers", reviewers=[RequestedGroup((people["reviewer"].pk,))]
    )
    thread = begin_thread(people["reviewer"], review, "How loud?")
    terms = {"label": "down", "answer": "up", "consent": recording_terms(project).text}
    return {
        "review": str(review.pk),
        "build": str(build.pk),
        "thread": str(thread.pk),
        "comment": str(thread.thread.comments.get().pk),
        "terms": urlencode(terms),
        "link": str(invite_guest(people["owner"], review, "Lena")[0].pk),
        "trial": str(ready_copy(review).pk),
        "suggested": str(suggested(people["reviewer"], review).pk),
    }
