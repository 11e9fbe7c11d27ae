"""Marking a result as wrong: the recording that gave it becomes a labelled sample, and a thread tells of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.threads import MAXIMUM_COMMENT
from forge.datasets.consent_terms import DEFAULT_PURPOSES, Purpose
from forge.datasets.errors import SampleKnown
from forge.datasets.models import Sample
from forge.datasets.recordings.actions import ReadSample, read_sample, store_read_sample
from forge.projects.access import require
from forge.projects.models import Project
from forge.reviews.models import AnchoredThread, Review
from forge.reviews.threads.actions.conversation import begin_thread, build_of
from forge.reviews.threads.anchoring import wrong_result

LONGEST_ANSWER = 60
"""Characters of what the build said."""


@dataclass(frozen=True)
class WrongResult:
    """The answer of a build to a recording, and the right one. `consent` are the terms that its person read, which hold
    for so many days."""

    answer: str
    right: str
    days: int
    consent: str
    purposes: frozenset[Purpose] = DEFAULT_PURPOSES
    text: str = ""
    """The person's text; if it is empty, a sentence is written."""


def mark_wrong(actor: Actor, about: Review | Build, chunks: Iterable[bytes], result: WrongResult) -> AnchoredThread:
    """Gives the project a recording as a sample with the right label, and begins a thread about it.

    A recording that the project has is not given again. Raises `Forbidden`, `Invalid`, and what `read_sample` and
    `store_read_sample` raise.
    """
    require(actor, Verb.COMMENT, about.project)
    answer = " ".join(result.answer.split())
    if len(answer) > LONGEST_ANSWER:
        raise Invalid(f"What the build said has at most {LONGEST_ANSWER} characters here.")
    if len(result.text) > MAXIMUM_COMMENT:
        raise Invalid(f"A comment has at most {MAXIMUM_COMMENT} characters; this one has {len(result.text)}.")
    # Before the transaction, which would keep all others from writing while the recording comes and is read.
    recording = read_sample(
        actor,
        about.project,
        chunks,
        label=result.right,
        days=result.days,
        consent=result.consent,
        purposes=result.purposes,
    )
    with transaction.atomic():
        sample = _sample(actor, about.project, recording)
        right = " ".join(result.right.split())
        text = result.text.strip() or f"This was wrong: it said {_quotation(answer)}, right is {_quotation(right)}."
        thread = begin_thread(actor, about, text, wrong_result(sample, answer, right))
        build = build_of(about)
        write_entry(
            actor,
            "review.wrong",
            build.subject,
            about.project.place,
            number=build.number,
            sample=str(sample.pk),
            thread=str(thread.pk),
            answer=answer or "nothing",
            label=right,
        )
    return thread


def _sample(actor: Actor, project: Project, recording: ReadSample) -> Sample:
    try:
        return store_read_sample(actor, project, recording)
    except SampleKnown as known:
        return Sample.objects.available().get(data_set__project=project, digest=known.digest)


def _quotation(answer: str) -> str:
    """Returns the text as code, so that nothing in it is markup; an empty text is said in a word."""
    return f"`{answer.replace('`', ' ')}`" if answer.strip("` ") else "nothing"
