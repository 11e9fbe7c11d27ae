"""A person who offers changes and has no role in the project takes part in the conversation about the offer, and there
alone: who may what, what they see, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import create_token
from forge.accounts.models import Membership, Organisation, Role, User
from forge.core.errors import NotFound, TooOften
from forge.core.models import AuditEntry, Event
from forge.notices.models import Notice
from forge.projects.actions import fork_project, update_project, write_file
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews import actions
from forge.reviews.changes import participants as taking_part
from forge.reviews.changes.access import find_change_request, find_offer, rounds_of
from forge.reviews.errors import NotOpen, NotYours
from forge.reviews.models import ChangeRequest
from forge.reviews.threads.conversation import find_thread, threads_on_request
from tests.support.forge.factories.builds import approved, built
from tests.support.forge.factories.members import RUNEFILE, make_member
from tests.support.forge.outsiders import ask, name_of
from tests.support.shares import SHARE_OF_PEOPLE_AND_ALL, kinds_to_ask

pytestmark = pytest.mark.django_db

SECRET = "the draft of the kitchen"


@pytest.fixture
def fork(project: Project, developer: User, owner: User, stranger: User) -> Project:
    """The copy of somebody without a role in the project, which is public and shares what it published."""
    publish_build(developer, approved(built(developer, project)), "1.0")
    update_project(owner, project, visibility="public", shares_files=True)
    write_file(developer, project, "draft.md", SECRET.encode())
    return fork_project(stranger, project, Organisation.objects.get(name="other"), "turns")


@pytest.fixture
def offer(fork: Project, stranger: User) -> ChangeRequest:
    write_file(stranger, fork, "Runefile.yml", RUNEFILE.replace("[1, 1]", "[1, 2]").encode())
    request: ChangeRequest = actions.offer_changes(stranger, fork, "Two numbers", "For both ears.")
    return request


@pytest.fixture
def passer() -> User:
    """Somebody of a third organisation."""
    return make_member(Organisation.objects.create(name="third"), "pat@third.example", "Pat", Role.OWNER)


# A viewer of the project, who offers, a viewer of the fork, and somebody else; `test_who_may_change` asks the others.
_BOTH = (200, 200, 200, 404)
_COMMENTS = (201, 201, 201, 404)
_INSIDE = (200, 404, 404, 404)
_PAGE = (200, 200, 200, 404)
_SENT = (302, 302, 302, 404)
_C, _HERE = "/api/v1/change-requests/{change}", "/acme/kitchen/change-requests"
CASES: list[tuple[str, str, Any, tuple[int, ...]]] = [
    ("get", f"{_C}/offer", None, _BOTH),
    ("get", f"{_C}/threads", None, _BOTH),
    ("post", f"{_C}/threads", {"text": "hello"}, _COMMENTS),
    ("get", "/api/v1/threads/{theirs}", None, _BOTH),
    ("post", "/api/v1/threads/{theirs}/comments", {"text": "hello"}, _COMMENTS),
    ("post", "/api/v1/threads/{theirs}/resolve", {}, (200, 409, 409, 404)),
    ("post", "/api/v1/threads/{mine}/resolve", {}, (200, 200, 409, 404)),
    ("post", "/api/v1/threads/{mine}/reopen", {}, (409, 409, 409, 404)),
    ("patch", "/api/v1/comments/{my_comment}", {"text": "hello"}, (409, 200, 409, 404)),
    ("delete", "/api/v1/comments/{their_comment}", None, (409, 409, 409, 404)),
    ("post", f"{_C}/offer", {"message": "as asked"}, (404, 200, 403, 404)),
    ("post", f"{_C}/ask", {"text": "Why?"}, (403, 404, 404, 404)),
    ("post", f"{_C}/close", {}, (403, 200, 404, 404)),
    ("get", _C, None, _INSIDE),
    ("post", f"{_C}/merge", {}, (403, 404, 404, 404)),
    ("post", f"{_C}/builds", {}, (403, 404, 404, 404)),
    ("delete", f"{_C}/resolutions", None, (403, 404, 404, 404)),
    ("get", "/api/v1/projects/acme/kitchen/change-requests", None, _INSIDE),
    ("get", "/api/v1/threads/{elsewhere}", None, _INSIDE),
    ("post", "/api/v1/threads/{elsewhere}/comments", {"text": "hello"}, (201, 404, 404, 404)),
    ("get", "/api/v1/change-requests/{other}/threads", None, _INSIDE),
    ("get", "/api/v1/change-requests/{other}/offer", None, _INSIDE),
    ("get", f"{_HERE}/1", None, _PAGE),
    ("get", f"{_HERE}/1/conversation", None, _PAGE),
    ("form", f"{_HERE}/1/respond", {"do": "say", "text": "hello"}, _SENT),
    ("form", f"{_HERE}/1/respond", {"do": "newer"}, (404, 302, 403, 404)),
    ("form", f"{_HERE}/1/respond", {"do": "ask-changes", "text": "Why?"}, (403, 404, 404, 404)),
    ("form", f"{_HERE}/1/respond", {"do": "build"}, (403, 404, 404, 404)),
    ("form", f"{_HERE}/1/respond", {"do": "merge"}, (403, 404, 404, 404)),
    ("form", "/acme/kitchen/threads/{theirs}", {"text": "hello"}, _SENT),
    ("form", "/acme/kitchen/threads/{theirs}", {"do": "resolve"}, (302, 409, 409, 404)),
    ("form", "/acme/kitchen/comments/{my_comment}", {"text": "hello"}, (409, 302, 409, 404)),
    ("form", "/other/turns/threads/{theirs}", {"text": "hello"}, (404, 404, 404, 404)),
    ("get", f"{_HERE}/2", None, (200, 404, 404, 404)),
    ("get", _HERE, None, (200, 404, 404, 404)),
    ("get", "/acme/kitchen/builds/1", None, (200, 404, 404, 404)),
    ("get", "/other/turns/offer?request={change}", None, (404, 302, 302, 404)),
]


KINDS = ("viewer", "offerer", "viewer of the fork", "passer")


def kinds_for(case: tuple[str, str, Any, tuple[int, ...]]) -> set[str]:
    return kinds_to_ask(name_of(case), dict(zip(KINDS, case[3], strict=True)))


def test_each_kind_is_asked_by_something() -> None:
    assert {kind for case in CASES for kind in kinds_for(case)} == set(KINDS)


@pytest.mark.slow
@pytest.mark.protects("reviews/offerers")
@SHARE_OF_PEOPLE_AND_ALL
def test_each_kind_of_person_is_answered_as_the_table_says(
    whole: bool,
    project: Project,
    offer: ChangeRequest,
    owner: User,
    viewer: User,
    developer: User,
    stranger: User,
    passer: User,
    browser_of: Callable[[User | None], Client],
) -> None:
    looker = User.objects.create_user("lou@other.example", name="Lou")
    Membership.objects.create(organisation=Organisation.objects.get(name="other"), user=looker, role=Role.VIEWER)
    theirs = actions.begin_thread(owner, offer, "Is that measured?")
    mine = actions.begin_thread(stranger, find_offer(stranger, offer.pk), "By 160 takes.")
    elsewhere = actions.begin_thread(owner, built(developer, project), "Of a build.")
    twin = fork_project(developer, project, project.organisation, "twin")
    write_file(developer, twin, "notes.md", b"by a member")
    parameters = {
        "change": str(offer.pk),
        "theirs": str(theirs.pk),
        "their_comment": str(theirs.thread.comments.get().pk),
        "mine": str(mine.pk),
        "my_comment": str(mine.thread.comments.get().pk),
        "elsewhere": str(elsewhere.pk),
        "other": str(actions.offer_changes(developer, twin, "Notes").pk),
    }
    wrong = []
    people = dict(zip(KINDS, (viewer, stranger, looker, passer), strict=True))
    browsers = {kind: browser_of(User.objects.get(pk=person.pk)) for kind, person in people.items()}
    fork = offer.source
    assert fork is not None
    write_file(stranger, fork, "more.md", b"newer files")
    for case in CASES:
        method, address, body, answers = case
        roles = KINDS if whole else kinds_for(case)
        path = address.format(**parameters)
        for kind, expected in zip(KINDS, answers, strict=True):
            if kind not in roles:
                continue
            # Each case starts from the same state, whatever the one before it did.
            with transaction.atomic():
                status = ask(browsers[kind], method, path, body)
                transaction.set_rollback(True)
            if status != expected:
                wrong.append(f"{kind}: {method} {path} {body}: {status}, not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_a_token_takes_part_as_far_as_its_scopes_and_its_reach_go(offer: ChangeRequest, stranger: User) -> None:
    def answers(*scopes: str, restriction: Collection[str] | None = None) -> tuple[int, int]:
        _, secret = create_token(stranger, "bot", scopes, None, restriction)
        client = Client(headers={"authorization": f"Bearer {secret}"})
        at = f"/api/v1/change-requests/{offer.pk}/threads"
        return ask(client, "get", at, None), ask(client, "post", at, {"text": "hello"})

    assert offer.source is not None
    assert answers("project:read", "review:write") == (200, 201)
    assert answers("project:read") == (200, 403)
    assert answers("project:read", "review:write", restriction=[offer.source.stream]) == (200, 201)


@pytest.mark.slow
def test_both_sides_hear_of_it_and_of_nothing_else(
    project: Project, fork: Project, offer: ChangeRequest, owner: User, developer: User, stranger: User
) -> None:
    looker = User.objects.create_user("lou@other.example", name="Lou")
    Membership.objects.create(organisation=fork.organisation, user=looker, role=Role.VIEWER)
    thread = actions.begin_thread(owner, offer, "Is that measured, @Sam? And @Lou?")
    event = Event.objects.filter(stream_id=fork.stream, type="offer_thread.changed").get()
    assert str(project.pk) not in str(event.data)
    notice = Notice.objects.get(person=stranger, subject=f"offer:{offer.pk}")
    assert (notice.kind, notice.get_absolute_url()) == ("mention", f"/other/turns/offer?request={offer.pk}")
    assert not Notice.objects.filter(person=looker).exists()
    assert not Notice.objects.filter(person=stranger, project=project).exists()

    mine = find_thread(User.objects.get(pk=stranger.pk), thread.pk)
    actions.reply_in_thread(stranger, mine, "Yes, @Mika. Ask @Jo.")
    mention = Notice.objects.get(person=owner, subject=offer.subject)
    assert (mention.kind, mention.get_absolute_url()) == ("mention", "/acme/kitchen/change-requests/1")
    # Who takes part may be mentioned; the stranger learns of nobody else.
    assert not Notice.objects.filter(person=developer, kind="mention").exists()
    entries = AuditEntry.objects.filter(action="change.say", project=project.pk)
    assert {entry.actor_id for entry in entries} == {owner.pk, stranger.pk}
    assert Event.objects.filter(stream_id=project.stream, type="thread.changed").count() == 2


@pytest.mark.slow
@pytest.mark.protects("reviews/offerers")
def test_changes_are_asked_for_offered_again_and_both_see_what_changed_since(
    project: Project,
    fork: Project,
    offer: ChangeRequest,
    reviewer: User,
    owner: User,
    stranger: User,
    browser_of: Callable[[User | None], Client],
) -> None:
    actions.ask_for_changes(reviewer, find_change_request(reviewer, offer.pk), "Three would do, and say why.")
    browser, home = browser_of(stranger), "Changes are asked for"
    assert home in browser.get("/").content.decode()
    assert Notice.objects.filter(person=stranger, reason="requested", facts__message="changes").exists()
    page = browser.get("/acme/kitchen/change-requests/1").content.decode()
    assert "Changes asked for" in page
    assert "Three would do" in page
    assert "Since the last offer" not in page
    write_file(stranger, fork, "Runefile.yml", RUNEFILE.replace("[1, 1]", "[1, 3]").encode())
    write_file(stranger, fork, "why.md", b"Because of the third ear.\n")
    response = browser.post("/acme/kitchen/change-requests/1/respond", {"do": "newer", "message": "Three it is."})
    assert response.status_code == 302
    assert home not in browser.get("/").content.decode()
    for person in (stranger, owner):
        page = browser_of(person).get("/acme/kitchen/change-requests/1").content.decode()
        since = page.partition('id="since"')[2].partition("</section>")[0]
        assert "Three it is." in since
        assert "[1, 3]" in since
        assert "Because of the third ear." in since
        assert "Changes asked for" not in page
    page = browser.get("/acme/kitchen/change-requests/1").content.decode()
    assert SECRET not in page
    assert "draft.md" not in page
    assert "Jo Okafor" not in page
    rounds = browser.get(f"/api/v1/change-requests/{offer.pk}/offer").json()["rounds"]
    assert [(each["number"], each["message"]) for each in rounds] == [(1, ""), (2, "Three it is.")]
    assert Notice.objects.filter(person=owner, facts__message="newer").exists()
    acts = AuditEntry.objects.filter(action__in=("change.ask", "change.newer")).values_list("action", "actor")
    assert set(acts) == {("change.ask", reviewer.pk), ("change.newer", stranger.pk)}


@pytest.mark.slow
@pytest.mark.protects("reviews/offerers")
def test_it_ends_when_the_page_or_the_fork_is_closed_to_them(
    project: Project, fork: Project, offer: ChangeRequest, owner: User, stranger: User
) -> None:
    thread = actions.begin_thread(owner, offer, "Is that measured?")
    assert [each.pk for each in threads_on_request(stranger, find_offer(stranger, offer.pk))] == [thread.pk]
    changes: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
        (project, {"visibility": "private"}, {"visibility": "public"}),
        (project, {"taken_down": timezone.now()}, {"taken_down": None}),
        (fork, {"deleted_at": timezone.now()}, {"deleted_at": None}),
    ]
    for row, closing, opening in changes:
        Project.objects.filter(pk=row.pk).update(**closing)
        with pytest.raises(NotFound):
            find_thread(stranger, thread.pk)
        with pytest.raises(NotFound):
            actions.reply_in_thread(stranger, find_thread(owner, thread.pk), "Yes")
        with pytest.raises(NotFound):
            find_offer(stranger, offer.pk)
        Project.objects.filter(pk=row.pk).update(**opening)
    assert actions.reply_in_thread(stranger, find_thread(stranger, thread.pk), "Yes").text == "Yes"
    Membership.objects.filter(user=stranger).delete()
    with pytest.raises(NotFound):
        find_thread(User.objects.get(pk=stranger.pk), thread.pk)


@pytest.mark.slow
@pytest.mark.protects("reviews/offerers")
def test_who_is_no_member_says_so_much_an_hour_and_ends_their_own_threads_alone(
    offer: ChangeRequest, owner: User, stranger: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_part, "MAX_COMMENTS", 2)
    theirs = actions.begin_thread(owner, offer, "Is that measured?")
    with pytest.raises(NotYours):
        actions.resolve_thread(stranger, find_thread(stranger, theirs.pk))
    mine = actions.begin_thread(stranger, find_offer(stranger, offer.pk), "One")
    actions.resolve_thread(stranger, find_thread(stranger, mine.pk))
    actions.reopen_thread(stranger, find_thread(stranger, mine.pk))
    actions.reply_in_thread(stranger, find_thread(stranger, theirs.pk), "Two")
    with pytest.raises(TooOften):
        actions.reply_in_thread(stranger, find_thread(stranger, theirs.pk), "Three")
    with pytest.raises(TooOften):
        actions.begin_thread(stranger, find_offer(stranger, offer.pk), "Three")
    actions.close_change_request(owner, find_change_request(owner, offer.pk), "Not now.")
    with pytest.raises(NotOpen):
        actions.ask_for_changes(reviewer, find_change_request(reviewer, offer.pk), "Why?")
    assert [each.number for each in rounds_of(offer)] == [1]
