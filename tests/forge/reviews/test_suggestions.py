"""Suggestions: tried in a copy of a build's files, sent in the conversation, taken into the project's files or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from forge.accounts.actions import set_quota
from forge.accounts.models import Organisation, User
from forge.accounts.principals import INSTALLATION
from forge.accounts.quotas.limits import QuotaResource
from forge.accounts.quotas.usage import usage_of
from forge.builds.models import Preview
from forge.builds.previews.copies import COPY_LIMIT
from forge.builds.previews.refresh import prune_previews
from forge.compute.pool.compiler import Compiler
from forge.core.errors import Forbidden, Invalid, TooOften
from forge.core.models import AuditEntry, Event
from forge.notices.models import Notice
from forge.projects.actions import write_file
from forge.projects.files.contents import find_file
from forge.projects.models import Project, Version
from forge.reviews import actions
from forge.reviews.actions import RequestedChange
from forge.reviews.errors import AlreadySo, CannotBeApplied, NotTried, NotYours
from forge.reviews.models import Review
from forge.reviews.suggestions.access import fields_of, find_suggestion, in_words
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.compiled_suggestions import (
    OUTLINE,
    RUNEFILE,
    compiled_suggestion,
    requested_review,
    tried,
)
from tests.support.forge.factories.suggestions import ready_copy

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(project: Project, developer: User, reviewer: User) -> Review:
    """The reviewer is asked about a build whose `modulus` is 2.5."""
    return requested_review(project, developer, reviewer)


def runefile(project: Project) -> str:
    return find_file(project, "Runefile.yml").text or ""


def test_a_build_has_fields_for_what_its_stages_take(review: Review) -> None:
    fields = {field.key: (field.kind, field.text) for field in fields_of(review.rounds.get().build)}
    assert fields["turn.modulus"] == ("float", "2.5")


@pytest.mark.slow
@pytest.mark.protects("reviews/suggestion-rights")
def test_a_copy_is_built_and_the_projects_files_stay(review: Review, reviewer: User, compiler: Compiler) -> None:
    copy = tried(reviewer, review, compiler)
    assert (copy.state, copy.build is not None) == ("ready", True)
    assert runefile(review.project) == RUNEFILE
    assert tried(reviewer, review, compiler).pk == copy.pk


@pytest.mark.slow
def test_a_copy_is_of_the_builds_files_and_not_of_the_newest(
    review: Review, reviewer: User, developer: User, compiler: Compiler
) -> None:
    write_file(developer, review.project, "Runefile.yml", b"broken: [")
    assert tried(reviewer, review, compiler).state == "ready"


@pytest.mark.slow
@pytest.mark.protects("availability/tried-changes")
def test_changes_tried_in_an_hour_have_an_end_for_a_person_and_an_organisation(
    review: Review, reviewer: User, developer: User, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = [RequestedChange("turn", "modulus", "3")]
    set_quota(INSTALLATION, reviewer.stream, "trials", 1)
    actions.try_changes(reviewer, review, change)
    with pytest.raises(TooOften, match="You tried 1 change in the last hour"):
        actions.try_changes(reviewer, review, change)
    actions.try_changes(developer, review, change)
    assert {each.resource: each.used for each in usage_of(organisation)}[QuotaResource.TRIALS] == 2
    set_quota(INSTALLATION, organisation.stream, "trials", 2)
    with pytest.raises(TooOften, match="The organisation tried 2 changes") as error:
        actions.try_changes(developer, review, change)
    assert 3500 < error.value.retry_after <= 3601
    assert AuditEntry.objects.filter(action="review.try").count() == 2
    monkeypatch.setattr("forge.reviews.suggestions.quotas.HOUR", timedelta())
    actions.try_changes(reviewer, review, change)


@pytest.mark.slow
@pytest.mark.protects("reviews/suggestion-rights")
@pytest.mark.parametrize("value", ["2.5", "much"])
def test_what_cannot_be_tried_is_said_at_once(review: Review, reviewer: User, value: str) -> None:
    with pytest.raises(Invalid):
        actions.try_changes(reviewer, review, [RequestedChange("turn", "modulus", value)])
    with pytest.raises(Invalid):
        actions.try_changes(reviewer, review, [RequestedChange("turn", "secrets", value)])
    assert not Preview.objects.copies().exists()


@pytest.mark.slow
def test_only_what_was_tried_can_be_suggested(
    review: Review, reviewer: User, developer: User, compiler: Compiler
) -> None:
    waiting = actions.try_changes(reviewer, review, [RequestedChange("turn", "modulus", "3")])
    with pytest.raises(NotTried):
        actions.suggest(reviewer, review, waiting.pk)
    old = tried(reviewer, review, compiler)
    write_file(developer, review.project, "Runefile.yml", RUNEFILE.replace("2.5", "4").encode())
    better = built(developer, review.project, b"\0asm\1\0\0\0better", outline=OUTLINE)
    actions.ask_in_a_new_round(developer, review, better)
    with pytest.raises(NotTried):
        actions.suggest(reviewer, Review.objects.get(), old.pk)


@pytest.mark.slow
def test_a_suggestion_is_a_thread_with_its_changes_in_words(review: Review, reviewer: User, compiler: Compiler) -> None:
    suggestion = compiled_suggestion(reviewer, review, compiler, "It turns too early.")
    assert suggestion.sentences == ["`modulus` of `turn` is 3, was 2.5."]
    assert suggestion.thread.kind == "stage"
    assert [comment.text for comment in suggestion.thread.thread.comments.all()] == ["It turns too early."]
    assert AuditEntry.objects.filter(action="review.suggest").count() == 1


@pytest.mark.slow
def test_a_taken_suggestion_is_in_the_files_with_both_names(
    review: Review, reviewer: User, developer: User, compiler: Compiler
) -> None:
    suggestion = compiled_suggestion(reviewer, review, compiler)
    actions.take_suggestion(developer, suggestion)
    assert runefile(review.project) == RUNEFILE.replace("2.5", "3")
    version = Version.objects.get(message__startswith="Suggested by Ari Rossi")
    assert version.saved_by == developer
    latest = find_suggestion(reviewer, suggestion.pk)
    assert (latest.state, latest.decided_by, latest.version) == ("applied", developer, version)
    assert latest.thread.thread.resolved is not None
    assert AuditEntry.objects.get(action="review.suggestion_taken").data["member"] == str(reviewer.pk)
    event = Event.objects.filter(type="thread.changed").latest("sequence")
    assert event.data["change"] == "applied"
    assert Notice.objects.filter(person=reviewer, facts__message="applied").exists()
    with pytest.raises(AlreadySo):
        actions.take_suggestion(developer, suggestion)


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-suggestions")
def test_a_place_that_changed_meanwhile_is_a_conflict_that_says_so(
    review: Review, reviewer: User, developer: User, compiler: Compiler
) -> None:
    suggestion = compiled_suggestion(reviewer, review, compiler)
    write_file(developer, review.project, "Runefile.yml", RUNEFILE.replace("2.5", "4.5").encode())
    with pytest.raises(CannotBeApplied, match=r'"modulus" of "turn" is "4.5" by now, and was "2.5"'):
        actions.take_suggestion(developer, suggestion)
    assert find_suggestion(reviewer, suggestion.pk).state == "open"


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-suggestions")
def test_other_places_that_changed_meanwhile_are_kept(
    review: Review, reviewer: User, developer: User, compiler: Compiler
) -> None:
    suggestion = compiled_suggestion(reviewer, review, compiler)
    elsewhere = RUNEFILE.replace("by measuring", "by ear")
    write_file(developer, review.project, "Runefile.yml", elsewhere.encode())
    actions.take_suggestion(developer, suggestion)
    assert runefile(review.project) == elsewhere.replace("2.5", "3")


@pytest.mark.slow
def test_a_suggestion_is_declined_with_a_reason_in_its_thread(
    review: Review, reviewer: User, developer: User, compiler: Compiler
) -> None:
    suggestion = compiled_suggestion(reviewer, review, compiler)
    with pytest.raises(Invalid):
        actions.decline_suggestion(developer, suggestion, " ")
    actions.decline_suggestion(developer, suggestion, "The sensor says 2.5.")
    assert find_suggestion(reviewer, suggestion.pk).state == "declined"
    texts = [comment.text for comment in suggestion.thread.thread.comments.all()]
    assert texts == ["I suggest this change.", "The sensor says 2.5."]
    assert runefile(review.project) == RUNEFILE


@pytest.mark.slow
@pytest.mark.protects("reviews/suggestion-rights")
def test_who_may_not_edit_takes_and_declines_nothing(review: Review, reviewer: User, compiler: Compiler) -> None:
    suggestion = compiled_suggestion(reviewer, review, compiler)
    with pytest.raises(Forbidden):
        actions.take_suggestion(reviewer, suggestion)
    with pytest.raises(Forbidden):
        actions.decline_suggestion(reviewer, suggestion, "No.")
    assert runefile(review.project) == RUNEFILE


@pytest.mark.slow
def test_only_its_author_withdraws_a_suggestion(
    review: Review, reviewer: User, developer: User, compiler: Compiler
) -> None:
    suggestion = compiled_suggestion(reviewer, review, compiler)
    with pytest.raises(NotYours):
        actions.withdraw_suggestion(developer, suggestion)
    actions.withdraw_suggestion(reviewer, suggestion)
    assert find_suggestion(reviewer, suggestion.pk).state == "withdrawn"


def test_labels_are_said_one_by_one(review: Review) -> None:
    build = review.rounds.get().build
    assert build.artefact is not None
    build.artefact.report["pipeline"]["nodes"].append(
        {"name": "label", "kind": "block", "detail": "label", "line": 9, "file": None}
    )
    override: Any = {"stage": "label", "argument": "wordlist", "before": "7\n8\n", "after": "7\neight\n"}
    assert in_words(build, [override]) == ["Label `8` is now `eight`."]


@pytest.mark.slow
@pytest.mark.protects("availability/suggestion-trials")
def test_only_so_many_trials_of_a_project_are_kept(review: Review) -> None:
    for number in range(COPY_LIMIT + 2):
        override: Any = {"stage": "turn", "argument": "modulus", "before": "2.5", "after": str(number)}
        ready_copy(review, override)
    prune_previews(review.project_id)
    assert Preview.objects.copies().count() == COPY_LIMIT
