"""Scenes of reviews: verdicts, requests, threads, suggestions and guests."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.utils import timezone

from forge.accounts import actions as accounts
from forge.accounts.models import User
from forge.accounts.principals import acting_as
from forge.builds import actions as builds
from forge.builds.models import Build
from forge.datasets.recordings.access import recording_terms
from forge.jobs.models import Job
from forge.projects.actions import write_file
from forge.reviews import actions as reviews
from forge.reviews.guests.access import principal_of_guest
from forge.reviews.models import AnchoredThread, InvitedReviewer, Review
from forge.reviews.reviewing.actions import pending_requests
from forge.reviews.reviewing.actions.invitations import become_reviewer
from forge.reviews.rounds.reminders import remind_of_due_reviews
from forge.reviews.threads.actions import conversation
from forge.reviews.threads.actions.wrong_results import WrongResult
from forge.reviews.threads.conversation import find_thread
from rune.source.policy import Policy, RequiredCheck
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.builds import RUNE, built, finished
from tests.support.forge.factories.links import secret_of
from tests.support.forge.factories.suggestions import ready_copy, suggested


@scene(reviews.give_verdict)
def a_build_is_approved(world: EventWorld) -> Act:
    build = built(world.developer, world.project)
    return lambda: reviews.give_verdict(world.reviewer, build, "approve", "It hears me.")


@scene(reviews.post_check)
def a_robot_posts_a_result(world: EventWorld) -> Act:
    policy = Policy(checks=(RequiredCheck("lab", world.developer.email, "rig"),))
    build = built(world.developer, world.project, policy=policy.to_json())
    token, _ = accounts.create_token(world.developer, "rig", ["check:write"], None)
    EmailAddress.objects.update_or_create(
        user=world.developer, email=world.developer.email, defaults={"verified": True}
    )
    result = reviews.ReportedCheck(build.artefact.digest if build.artefact else "", "success")
    return lambda: reviews.post_check(acting_as(world.developer, token), build, "lab", result)


@scene(reviews.begin_thread)
def someone_comments_on_a_build(world: EventWorld) -> Act:
    build = built(world.developer, world.project)
    return lambda: reviews.begin_thread(world.reviewer, build, "How loud was it?")


@scene(reviews.mark_wrong)
def a_result_is_marked_as_wrong(world: EventWorld) -> Act:
    build = built(world.developer, world.project)
    result = WrongResult("up", "down", 90, recording_terms(world.project).text)
    return lambda: reviews.mark_wrong(world.reviewer, build, [b"1,2,3\n"], result)


@scene(reviews.change_rules)
def the_rules_of_an_organisation_change(world: EventWorld) -> Act:
    return lambda: reviews.change_rules(world.owner, world.organisation, reviews.Rules(1, ("versions",)))


@scene(remind_of_due_reviews)
def a_review_is_overdue(world: EventWorld) -> Act:
    review = _new_review(world)
    Review.objects.filter(pk=review.pk).update(due=timezone.localdate() - timedelta(days=1))
    return remind_of_due_reviews


@scene(reviews.undo_verdict)
def an_approval_is_undone(world: EventWorld) -> Act:
    build = built(world.developer, world.project)
    reviews.give_verdict(world.reviewer, build, "approve", "It hears me.")
    return lambda: reviews.undo_verdict(world.reviewer, build)


@scene(conversation.begin_thread_with_verdict)
def a_verdict_begins_a_thread(world: EventWorld) -> Act:
    build = built(world.developer, world.project)
    return lambda: reviews.give_verdict(world.reviewer, build, "changes", "It is deaf.")


@scene(conversation.take_back_words)
def a_verdict_with_a_thread_is_undone(world: EventWorld) -> Act:
    build = built(world.developer, world.project)
    reviews.give_verdict(world.reviewer, build, "changes", "It is deaf.")
    return lambda: reviews.undo_verdict(world.reviewer, build)


def _new_review(world: EventWorld) -> Review:
    return _ask(world, built(world.developer, world.project))


def _ask(world: EventWorld, build: Build) -> Review:
    return reviews.ask_for_review(world.developer, build, "Hears whispers", reviewers=[_of(world.reviewer)])


def _of(person: User) -> reviews.RequestedGroup:
    return reviews.RequestedGroup((person.pk,))


@scene(reviews.ask_for_review)
def a_review_is_requested(world: EventWorld) -> Act:
    build = built(world.developer, world.project)
    return lambda: _ask(world, build)


@scene(pending_requests.ask)
def a_review_of_a_finished_build_is_requested(world: EventWorld) -> Act:
    build = built(world.developer, world.project)
    request = pending_requests.ReviewRequest("Hears whispers", reviewers=(_of(world.reviewer),))
    return lambda: pending_requests.ask(world.developer, build, request)


@scene(pending_requests.ask_when_built)
def a_review_is_requested_of_a_build_that_succeeded_meanwhile(world: EventWorld) -> Act:
    build = built(world.developer, world.project)
    request = pending_requests.ReviewRequest("Hears whispers", reviewers=(_of(world.reviewer),))
    return lambda: pending_requests.ask_when_built(world.developer, build, request)


@scene(pending_requests.ask_for_awaited)
def the_review_of_a_build_that_succeeds_is_requested(world: EventWorld) -> Act:
    build = builds.request_build(world.developer, world.project)
    request = pending_requests.ReviewRequest("Hears whispers", reviewers=(_of(world.reviewer),))
    pending_requests.ask_when_built(world.developer, build, request)
    finished(build)
    return lambda: pending_requests.ask_for_awaited(Job.objects.get(build=build))


@scene(become_reviewer)
def somebody_who_was_invited_becomes_a_reviewer(world: EventWorld) -> Act:
    build = built(world.developer, world.project)
    reviews.ask_for_review(world.owner, build, "Hears whispers", invitees=["ana@elsewhere.example"])
    invitation = InvitedReviewer.objects.get().invitation
    return lambda: become_reviewer(world.reviewer, invitation)


@scene(reviews.ask_in_a_new_round)
def a_review_is_carried_on(world: EventWorld) -> Act:
    review = _new_review(world)
    write_file(world.developer, world.project, "notes.txt", b"better")
    better = built(world.developer, world.project, RUNE + b"better")
    return lambda: reviews.ask_in_a_new_round(world.developer, review, better, "Hears you now.")


@scene(reviews.change_reviewers)
def others_are_requested(world: EventWorld) -> Act:
    review = _new_review(world)
    return lambda: reviews.change_reviewers(world.developer, review, [_of(world.owner)])


@scene(reviews.begin_thread)
def someone_mentions_another_in_a_review(world: EventWorld) -> Act:
    review = _new_review(world)
    return lambda: reviews.begin_thread(world.reviewer, review, f"How loud was it, @{world.developer.name}?")


def _thread(world: EventWorld) -> AnchoredThread:
    thread = reviews.begin_thread(world.reviewer, _new_review(world), "How loud was it?")
    return find_thread(world.reviewer, thread.pk)


@scene(reviews.reply_in_thread)
def somebody_replies(world: EventWorld) -> Act:
    thread = _thread(world)
    return lambda: reviews.reply_in_thread(world.developer, thread, "Softly.")


@scene(reviews.resolve_thread)
def a_thread_is_resolved(world: EventWorld) -> Act:
    thread = _thread(world)
    return lambda: reviews.resolve_thread(world.developer, thread)


@scene(reviews.reopen_thread)
def a_thread_is_open_again(world: EventWorld) -> Act:
    thread = _thread(world)
    reviews.resolve_thread(world.developer, thread)
    return lambda: reviews.reopen_thread(world.reviewer, thread)


@scene(reviews.edit_comment)
def a_comment_is_edited(world: EventWorld) -> Act:
    thread = _thread(world)
    comment = thread.thread.comments.get()
    return lambda: reviews.edit_comment(world.reviewer, thread, comment, "How loud was it, and where?")


@scene(reviews.delete_comment)
def a_comment_is_deleted(world: EventWorld) -> Act:
    thread = _thread(world)
    comment = thread.thread.comments.get()
    return lambda: reviews.delete_comment(world.reviewer, thread, comment)


@scene(reviews.suggest)
def someone_suggests_what_they_tried(world: EventWorld) -> Act:
    review = _new_review(world)
    copy = ready_copy(review)
    return lambda: reviews.suggest(world.reviewer, review, copy.pk, "It hears more with it.")


@scene(reviews.take_suggestion)
def a_suggestion_is_applied(world: EventWorld) -> Act:
    suggestion = suggested(world.reviewer, _new_review(world))
    return lambda: reviews.take_suggestion(world.owner, suggestion)


@scene(reviews.decline_suggestion)
def a_suggestion_is_declined(world: EventWorld) -> Act:
    suggestion = suggested(world.reviewer, _new_review(world))
    return lambda: reviews.decline_suggestion(world.owner, suggestion, "It is right as it is.")


@scene(reviews.withdraw_suggestion)
def a_suggestion_is_withdrawn(world: EventWorld) -> Act:
    suggestion = suggested(world.reviewer, _new_review(world))
    return lambda: reviews.withdraw_suggestion(world.reviewer, suggestion)


@scene(reviews.comment_as_guest)
def a_guest_comments(world: EventWorld) -> Act:
    review = _new_review(world)
    _, address = reviews.invite_guest(world.owner, review, "Lena")
    guest, _ = reviews.enter_as_guest(secret_of(address), review.pk)
    return lambda: reviews.comment_as_guest(principal_of_guest(guest), review, "Lena", "It hears me.")


@scene(reviews.close_review)
def a_review_is_closed(world: EventWorld) -> Act:
    review = _new_review(world)
    return lambda: reviews.close_review(world.developer, review)
