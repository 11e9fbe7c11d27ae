"""Suggestions: trying changes in a copy of a build's files, suggesting them, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField, UUIDField

from forge.accounts.permissions import Verb
from forge.builds.models import Preview, PreviewState
from forge.builds.previews.copies import OverrideJson, find_copy, start_copy
from forge.compute.pool.language import language_pool
from forge.core import threads
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import COMPARES, MAKES, OWN
from forge.core.audit.entries import write_entry
from forge.core.errors import Busy, Conflict, Invalid, NotFound
from forge.core.events.log import append_event
from forge.projects.access import require
from forge.projects.actions import save_version
from forge.projects.files import document
from forge.projects.files.document import find_entry
from forge.projects.files.document_store import editing
from forge.projects.models import Project
from forge.projects.versions.actions.save import MAX_MESSAGE_LENGTH
from forge.projects.versions.store import WorkingTree, available_files, working_tree
from forge.reviews.errors import AlreadySo, CannotBeApplied, NotTried, NotYours, ReviewClosed, TooManySuggestions
from forge.reviews.models import AnchoredThread, Review, Suggestion, SuggestionState
from forge.reviews.place import REVIEW
from forge.reviews.rounds.access import newest_round
from forge.reviews.suggestions.access import FilesUnread, fields_of, in_words
from forge.reviews.suggestions.place import SUGGESTION
from forge.reviews.suggestions.quotas import TRY_ACTION, require_another_trial
from forge.reviews.threads.actions.conversation import begin_thread, reply_in_thread
from forge.reviews.threads.anchors import WHOLE_BUILD, AnchorKind, AnchorRequest
from forge.reviews.threads.announcements import ThreadStep, thread_event, thread_facts
from forge.reviews.threads.serializers import NEW_TALK, TALK, Text

MOST_CHANGES = 50
"""Arguments that one suggestion changes."""
LONGEST_VALUE = 64 * 1024
"""Characters of one of them."""
MOST_OPEN = 20
"""Suggestions of one person that may be open in a project."""


@dataclass(frozen=True)
class RequestedChange:
    """A changed value of an argument of a stage; "" leaves the argument out."""

    stage: str
    argument: str
    value: str


def try_changes(actor: Actor, review: Review, changes: Sequence[RequestedChange]) -> Preview:
    """Asks for the rune of the review's newest build with these changes; nothing of the project changes.

    Raises `Forbidden`, `ReviewClosed`, `Invalid`, `FilesUnread`, `Busy` and `TooOften`.
    """
    require(actor, Verb.SUGGEST, review.project)
    _require_open(review)
    build = newest_round(review).build
    overrides = _overrides({(field.stage, field.argument): field.text for field in fields_of(build)}, changes)
    if not overrides:
        raise Invalid("Change something first.")
    outcome = language_pool.apply_overrides(actor, review.project, overrides, available_files(build.source))
    if "refused" in outcome:
        raise Invalid(outcome["refused"])
    if "error" in outcome:
        raise FilesUnread(outcome["error"]["message"])
    with transaction.atomic():
        require_another_trial(review.project.organisation, actor.person)
        write_entry(actor, TRY_ACTION, build.subject, review.project.place, number=build.number)
        return start_copy(review.project, build.source, overrides)


@act(
    "POST", REVIEW, "suggestions", "suggestions_make", verb=Verb.SUGGEST, state=MAKES, answer=NEW_TALK, raises=Conflict
)
@transaction.atomic
def suggest(
    actor: Actor,
    review: Review,
    trial: Annotated[UUID, UUIDField()],
    text: Annotated[str, CharField(allow_blank=True, help_text="why; a sentence is written without it")] = "",
) -> AnchoredThread:
    """Suggests what was tried and builds, in a thread of the review."""
    Project.objects.lock(review.project_id)
    _require_open(review)
    build = newest_round(review).build
    try:
        copy = find_copy(actor, review.project, trial)
    except NotFound:
        raise NotTried("This trial has expired. Try your changes again.") from None
    if copy.copy is None or copy.copy["version"] != str(build.source.pk):
        raise NotTried(f"The review went on to build {build.number}. Try the changes in a copy of that one.")
    if copy.state != PreviewState.READY:
        raise NotTried("Only changes that you have tried, and that build, can be suggested.")
    mine = Suggestion.objects.filter(thread__project=review.project_id, author=actor.pk, state=SuggestionState.OPEN)
    if mine.count() >= MOST_OPEN:
        raise TooManySuggestions(f"{MOST_OPEN} suggestions of yours are open in this project. Withdraw one first.")
    overrides: list[OverrideJson] = copy.copy["overrides"]
    sentences = in_words(build, overrides)
    stages = {override["stage"] for override in overrides}
    at = AnchorRequest(AnchorKind.STAGE, stages.pop()) if len(stages) == 1 else WHOLE_BUILD
    thread = begin_thread(actor, review, text.strip() or "I suggest this change.", at)
    Suggestion.objects.create(thread=thread, author=actor.person, overrides=overrides, sentences=sentences)
    write_entry(
        actor,
        "review.suggest",
        build.subject,
        review.project.place,
        number=build.number,
        thread=str(thread.pk),
        changes=sentences,
    )
    return thread


@act(
    "POST", SUGGESTION, "take", "suggestions_take", verb=Verb.EDIT, state=COMPARES, answer=TALK, raises=(Conflict, Busy)
)
def take_suggestion(actor: Actor, suggestion: Suggestion) -> None:
    """Makes the suggested changes in the project's files, and saves them as a version that names who suggested them."""
    project = suggestion.thread.project
    # The answer is computed before the transaction, in which nothing is waited for.
    tree = working_tree(project)
    outcome = language_pool.apply_overrides(actor, project, suggestion.overrides, tree.manifest, tree.texts)
    if "error" in outcome:
        raise CannotBeApplied(outcome["error"]["message"])
    if "refused" in outcome:
        raise CannotBeApplied(f"{outcome['refused']} Make the change by hand, or decline it.")
    _write(actor, suggestion, tree, outcome["texts"])
    author = str(suggestion.author or "someone who left")
    message = f"Suggested by {author}: {' '.join(suggestion.sentences)}"
    version = save_version(actor, project, message if len(message) <= MAX_MESSAGE_LENGTH else message[:199] + "…")
    Suggestion.objects.filter(pk=suggestion.pk).update(version=version)


def _write(actor: Actor, suggestion: Suggestion, tree: WorkingTree, texts: Mapping[str, str]) -> None:
    """Edits the document, unless what the edits were made from is not there any more."""
    thread = suggestion.thread
    with editing(thread.project, actor.pk) as doc:
        require(actor.afresh(), Verb.EDIT, thread.project)
        _require_undecided(suggestion)
        for path, text in texts.items():
            entry = find_entry(doc, path)
            if entry is None or entry.content_digest != tree.manifest[path]["digest"]:
                raise CannotBeApplied(f"Somebody edited {path} at the same time. Apply the suggestion again.")
            document.set_text(doc, entry, text)
        _decide(actor, suggestion, SuggestionState.APPLIED)
        author = None if suggestion.author_id is None else str(suggestion.author_id)
        _note(
            actor,
            thread,
            "review.suggestion_taken",
            ThreadStep.APPLIED,
            member=author,
            changes=suggestion.sentences,
            files=sorted(texts),
        )


@act("POST", SUGGESTION, "decline", "suggestions_decline", verb=Verb.EDIT, state=COMPARES, answer=TALK, raises=Conflict)
@transaction.atomic
def decline_suggestion(actor: Actor, suggestion: Suggestion, text: Text) -> None:
    """Says why a suggestion is not taken; `text` is a reply in its thread."""
    thread = suggestion.thread
    if not text.strip():
        raise Invalid("Write why it is declined.", errors={"text": ["Write why it is declined."]})
    Project.objects.lock(thread.project_id)
    _require_undecided(suggestion)
    reply_in_thread(actor, thread, text)
    _decide(actor, suggestion, SuggestionState.DECLINED)
    author = None if suggestion.author_id is None else str(suggestion.author_id)
    _note(actor, thread, "review.suggestion_declined", ThreadStep.DECLINED, member=author)


@act("POST", SUGGESTION, "withdraw", "suggestions_withdraw", verb=Verb.SUGGEST, state=OWN, answer=TALK, raises=Conflict)
@transaction.atomic
def withdraw_suggestion(actor: Actor, suggestion: Suggestion) -> None:
    """Takes one's own suggestion back."""
    thread = suggestion.thread
    if suggestion.author_id != actor.pk:
        raise NotYours("Only the person who made a suggestion can withdraw it.")
    Project.objects.lock(thread.project_id)
    _require_undecided(suggestion)
    _decide(actor, suggestion, SuggestionState.WITHDRAWN)
    _note(actor, thread, "review.suggestion_withdrawn", ThreadStep.WITHDRAWN)


def _overrides(texts: Mapping[tuple[str, str], str], changes: Sequence[RequestedChange]) -> list[OverrideJson]:
    """Returns the requested values that differ from the current ones, in the order of the fields. Raises `Invalid`."""
    if len(changes) > MOST_CHANGES:
        raise Invalid(f"A suggestion changes at most {MOST_CHANGES} things; this one has {len(changes)}.")
    requested_texts: dict[tuple[str, str], str] = {}
    for change in changes:
        key = change.stage, change.argument
        if key not in texts:
            raise Invalid("This build has no such argument, or it cannot be changed here.")
        if len(change.value) > LONGEST_VALUE or "\0" in change.value:
            raise Invalid(f"A value has at most {LONGEST_VALUE} characters, and no null character.")
        requested_texts[key] = _as_text(change.value, texts[key])
    return [
        {"stage": stage, "argument": argument, "before": before, "after": requested_texts[stage, argument]}
        for (stage, argument), before in texts.items()
        if requested_texts.get((stage, argument), before) != before
    ]


def _as_text(value: str, before: str) -> str:
    """Returns the text with the line endings that are compared; a text of lines keeps its ending, and a value has no
    space around it."""
    value = value.replace("\r\n", "\n")
    if "\n" not in before and "\n" not in value:
        return value.strip()
    end = "\n" if before.endswith("\n") else ""
    return value.rstrip("\n") + end if value.strip() else ""


def _require_open(review: Review) -> None:
    review.refresh_from_db(fields=["closed"])
    if review.closed is not None:
        raise ReviewClosed(f"Review {review.number} was closed.")


def _require_undecided(suggestion: Suggestion) -> None:
    """The project's row is the lock of its suggestions."""
    suggestion.refresh_from_db(fields=["state"])
    if suggestion.state != SuggestionState.OPEN:
        raise AlreadySo(f"This suggestion was {suggestion.state} already.")


def _decide(actor: Actor, suggestion: Suggestion, state: SuggestionState) -> None:
    """Writes what became of it; its thread is resolved by that."""
    suggestion.state, suggestion.decided_by, suggestion.decided = state, actor.person, timezone.now()
    suggestion.save(update_fields=["state", "decided_by", "decided"])
    threads.resolve(suggestion.thread.thread, actor.person)


def _note(actor: Actor, thread: AnchoredThread, action: str, step: ThreadStep, **facts: object) -> None:
    write_entry(actor, action, thread.about.subject, thread.project.place, **thread_facts(thread), **facts)
    append_event(thread.project.stream, thread_event(thread, step), actor)
