"""What was said before threads were anchored is carried over: each discussion is a thread about a whole build.

The step of the migration is called with what it meets: threads that nothing anchors yet.
"""

from __future__ import annotations

from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps

from forge.accounts.models import User
from forge.core.models import Comment, Thread
from forge.core.threads import begin_thread, reply
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews.actions import Asked, ask_for_review, ask_in_a_new_round
from forge.reviews.models import AnchoredThread
from forge.reviews.threads.conversation import threads_in_review, threads_on_build
from tests.forge.factories.builds import RUNE, built

pytestmark = pytest.mark.django_db


def carry_over() -> None:
    import_module("forge.reviews.migrations.0006_threads_are_anchored").anchor_what_was_said(apps, None)


def test_what_was_said_of_a_build_is_on_its_page(project: Project, developer: User, reviewer: User) -> None:
    build = built(developer, project)
    first = begin_thread(build.subject, reviewer, "It hears me.")
    reply(first.thread, developer, "Thank you.")
    carry_over()
    (thread,) = threads_on_build(reviewer, build)
    assert (thread.review, thread.build, thread.round, thread.kind, thread.place) == (None, build, None, "build", {})
    told = [(comment.author, comment.text) for comment in thread.thread.comments.all()]
    assert told == [(reviewer, "It hears me."), (developer, "Thank you.")]


def test_what_was_said_in_a_review_is_about_its_first_build(project: Project, developer: User, reviewer: User) -> None:
    build = built(developer, project)
    review = ask_for_review(developer, build, "Hears whispers", reviewers=[Asked((reviewer.pk,))])
    write_file(developer, project, "notes.md", b"another version")
    ask_in_a_new_round(developer, review, built(developer, project, RUNE + b"2"))
    begin_thread(review.subject, reviewer, "Too loud.")
    carry_over()
    (thread,) = threads_in_review(reviewer, review)
    assert (thread.review, thread.build, thread.round) == (review, build, 1)
    assert [comment.text for comment in thread.thread.comments.all()] == ["Too loud."]


def test_nothing_is_carried_over_twice_and_what_is_of_no_build_stays(
    project: Project, developer: User, reviewer: User
) -> None:
    begin_thread(built(developer, project).subject, reviewer, "It hears me.")
    for subject in (f"build:{uuid4()}", f"review:{uuid4()}", f"project:{project.pk}"):
        begin_thread(subject, reviewer, "Of something that is gone.")
    carry_over()
    carry_over()
    assert AnchoredThread.objects.count() == 1
    assert (Thread.objects.count(), Comment.objects.count()) == (4, 4)
