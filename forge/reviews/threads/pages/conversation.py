"""The conversation on the pages of reviews and builds: what it shows, and what its forms do. It needs no scripts.

The page's script asks for the conversation alone when the event log tells of another comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.builds.artefacts.comparison_source import figures_of
from forge.builds.models import Build
from forge.comparison.figures import figure_rows
from forge.comparison.line_stretches import FileLines
from forge.core.errors import Invalid, NotFound
from forge.core.http.pages import for_person
from forge.core.models import Comment
from forge.core.preconditions import etag_of, form_precondition
from forge.datasets.playing import ListedSample, listed_samples
from forge.datasets.recordings.access import labelled_samples
from forge.projects.place import project_of
from forge.reviews.changes.participants import may_end, mentionable_by, offers_it
from forge.reviews.models import AnchoredThread, ChangeRequest, Suggestion, SuggestionState, Verdict
from forge.reviews.threads.actions import conversation
from forge.reviews.threads.anchoring import find_anchor
from forge.reviews.threads.anchors import Anchor, BadAnchor, element_id, read_key
from forge.reviews.threads.comment_markdown import render_comment
from forge.reviews.threads.conversation import anchor_of, find_comment, find_thread
from forge.reviews.threads.etag_facets import comment_facets, thread_facets
from forge.reviews.threads.mentions import MentionNames, names_of
from forge.reviews.threads.pages.line_changes import changed_lines

SAMPLES_SHOWN = 60
"""The newest samples, beside those that somebody talks about."""


@dataclass(frozen=True)
class ShownComment:
    """A comment as it is drawn."""

    comment: Comment
    html: SafeString
    may_edit: bool
    may_delete: bool
    etag: str
    """The state that editing or deleting it names."""


@dataclass(frozen=True)
class ShownSuggestion:
    """A suggestion as it is drawn."""

    suggestion: Suggestion
    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True)
class ShownThread:
    """A thread as it is drawn."""

    thread: AnchoredThread
    anchor: Anchor
    place: str
    """The id of the element of the page that it is about; "" where the page has none."""
    is_absent: bool
    """Whether its subject is missing in this build, or was deleted."""
    comments: tuple[ShownComment, ...]
    replay: str
    """The address at which the studio plays the recording that it is about; "" without one."""
    suggestion: ShownSuggestion | None
    """The suggested change."""
    may_end: bool
    """Whether who reads may resolve it, and open it again."""
    etag: str
    """The state that resolving it names."""


class ThreadFilter(StrEnum):
    """Says which threads of a conversation are shown. The address says it as `threads`, where it is not the first."""

    OPEN = "open"
    RESOLVED = "resolved"
    ALL = "all"


@dataclass(frozen=True)
class ThreadFilterChoice:
    """A choice of the filter over a conversation: how many threads it would show, and the address of the result."""

    which: ThreadFilter
    count: int
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class ConversationEntry:
    """An entry of a conversation: a thread, or a verdict.

    What is not to be shown is in the page all the same, so that what somebody typed into it is kept.
    """

    at: datetime
    is_shown: bool
    thread: ShownThread | None = None
    verdict: Verdict | None = None
    """A verdict without a comment: one with a comment stands in the thread that it began."""


@dataclass(frozen=True)
class ConversationParts:
    """The parts of a page about a build that can be discussed."""

    files: tuple[FileLines, ...]
    samples: tuple[ListedSample, ...]
    keys: frozenset[str]

    def has_replayable(self, sample_id: UUID | None) -> bool:
        """Returns whether the studio replays this sample for the reader."""
        return any(
            each.sample.pk == sample_id and each.is_playable and each.sample.is_replayable for each in self.samples
        )


def parts_of(
    principal: Principal, build: Build, before: Build | None, threads: Iterable[AnchoredThread]
) -> ConversationParts:
    """The lines, samples, figures and stages of a build that has a rune."""
    if build.artefact is None:
        return ConversationParts((), (), frozenset())
    about = {anchor_of(thread).sample for thread in threads}
    every = labelled_samples(principal, build.project)
    newest = [sample.pk for sample in every[:SAMPLES_SHOWN]]
    samples = listed_samples(principal, every.filter(pk__in={*newest, *about - {None}}))
    files = _lines_of(before, build)
    keys = {f"figure:{row.key}" for row in figure_rows(figures_of(build), None)}
    keys |= {f"stage:{node['name']}" for node in build.artefact.report["pipeline"].get("nodes", ())}
    keys |= {f"sample:{each.sample.pk}" for each in samples}
    keys |= {line.key for file in files for stretch in file.stretches for line in stretch if line.key}
    return ConversationParts(files, samples, frozenset(keys))


def talk_facts(
    principal: Principal,
    build: Build,
    before: Build | None,
    threads: Sequence[AnchoredThread],
    verdicts: Iterable[Verdict],
    which: ThreadFilter,
) -> dict[str, Any]:
    """Returns the data of the conversation's templates; `before` is the build that this one is compared with."""
    parts = parts_of(principal, build, before, threads)
    people = mentionable_by(principal, build.project, None)
    names = names_of(people)
    rows = [_row(principal, thread, parts, names) for thread in threads]
    entries = [ConversationEntry(each.thread.thread.created, _is_among(each.thread, which), each) for each in rows]
    spoken = {thread.verdict_id for thread in threads}
    entries += [
        ConversationEntry(each.created, which is not ThreadFilter.RESOLVED, verdict=each)
        for each in verdicts
        if each.pk not in spoken
    ]
    return {
        "talks": True,
        "talk": sorted(entries, key=lambda entry: entry.at),
        "which": which,
        "choices": _choices(threads, which),
        "shows_none": not any(entry.is_shown for entry in entries),
        "files": parts.files,
        "samples": parts.samples,
        "people": [person_to_json(person) for person in people],
    }


def request_talk_facts(
    principal: Principal, request: ChangeRequest, threads: Sequence[AnchoredThread], which: ThreadFilter
) -> dict[str, Any]:
    """The same of a change request, which has no parts to talk about."""
    people = mentionable_by(principal, request.project, request)
    names = names_of(people)
    rows = [_row(principal, thread, ConversationParts((), (), frozenset()), names) for thread in threads]
    entries = [ConversationEntry(each.thread.thread.created, _is_among(each.thread, which), each) for each in rows]
    return {
        "talk": entries,
        "which": which,
        "choices": _choices(threads, which),
        "shows_none": not any(entry.is_shown for entry in entries),
        "people": [person_to_json(person) for person in people],
    }


def threads_filter(query: QueryDict) -> ThreadFilter:
    """Returns the filter of `?threads=` in the address, or of the form; open threads if it is missing or unknown."""
    try:
        return ThreadFilter(query.get("threads", ThreadFilter.OPEN))
    except ValueError:
        return ThreadFilter.OPEN


def _is_among(thread: AnchoredThread, which: ThreadFilter) -> bool:
    return which is ThreadFilter.ALL or (thread.thread.resolved is not None) == (which is ThreadFilter.RESOLVED)


def _choices(threads: Sequence[AnchoredThread], selection: ThreadFilter) -> tuple[ThreadFilterChoice, ...]:
    """Returns the choices of the filter; none where there are no threads."""
    if not threads:
        return ()
    return tuple(
        ThreadFilterChoice(
            which,
            sum(_is_among(thread, which) for thread in threads),
            "?" if which is ThreadFilter.OPEN else f"?threads={which}",
            which is selection,
        )
        for which in ThreadFilter
    )


@dataclass(frozen=True)
class ReadThread:
    """A thread as guests read it: its words, and nothing that it leads to."""

    thread: AnchoredThread
    anchor: Anchor
    comments: tuple[tuple[Comment, SafeString], ...]
    suggestion: tuple[str, ...]
    """The suggested change."""


def read_by_guests(threads: Iterable[AnchoredThread]) -> list[ReadThread]:
    """Threads for people who know nobody of the organisation: no mention is one."""
    nobody = names_of([])
    return [
        ReadThread(
            thread,
            anchor_of(thread),
            tuple((each, _html(each.text, nobody)) for each in thread.thread.comments.all() if each.deleted is None),
            tuple(thread.suggestion.sentences) if hasattr(thread, "suggestion") else (),
        )
        for thread in threads
    ]


def requested_anchor(principal: Principal, build: Build, query: QueryDict) -> Anchor | None:
    """Returns the anchor of `?about=` in the address, or of the form; None for the whole build."""
    key = query.get("about", "")
    if not key or build.artefact is None:
        return None
    try:
        return find_anchor(principal, build, read_key(key))
    except BadAnchor:
        return None


@for_person
@require_POST
def thread(request: HttpRequest, organisation: str, name: str, thread_id: UUID) -> HttpResponse:
    """Handles the pressed button: a reply, also with `resolve` or `reopen`."""
    principal = principal_of(request)
    anchored_thread = find_thread(principal, thread_id)
    _require_here(request, organisation, name, anchored_thread)
    text, button = request.POST.get("text", ""), request.POST.get("do", "")
    if button == "resolve":
        conversation.resolve_thread(principal, anchored_thread, text, precondition=form_precondition(request.POST))
    elif text.strip():
        conversation.reply_in_thread(principal, anchored_thread, text)
    elif button == "reopen":
        conversation.reopen_thread(principal, anchored_thread, precondition=form_precondition(request.POST))
    else:
        raise Invalid("Write something first.")
    return redirect(_page_of(request, anchored_thread))


@for_person
@require_POST
def comment(request: HttpRequest, organisation: str, name: str, comment_id: UUID) -> HttpResponse:
    """Edits or deletes a comment."""
    principal = principal_of(request)
    anchored_thread, target = find_comment(principal, comment_id)
    _require_here(request, organisation, name, anchored_thread)
    if request.POST.get("do") == "delete":
        conversation.delete_comment(principal, anchored_thread, target, precondition=form_precondition(request.POST))
    else:
        conversation.edit_comment(
            principal,
            anchored_thread,
            target,
            request.POST.get("text", ""),
            precondition=form_precondition(request.POST),
        )
    return redirect(_page_of(request, anchored_thread))


def _require_here(request: HttpRequest, organisation: str, name: str, thread: AnchoredThread) -> None:
    # The thread was found for who acts, who offers changes and has no role here, or has one.
    if project_of(request, organisation, name, Verb.SEE).pk != thread.project_id:
        raise NotFound("There is no such thread here.")


def _page_of(request: HttpRequest, thread: AnchoredThread) -> str:
    """A thread of a review is also on the pages of its builds: back to the one that was open."""
    if request.POST.get("from") == "build":
        return f"{thread.about_address}?threads=all#thread-{thread.pk}"
    return thread.get_absolute_url()


def _row(principal: Principal, thread: AnchoredThread, parts: ConversationParts, names: MentionNames) -> ShownThread:
    anchor = anchor_of(thread)
    is_there = anchor.spot in parts.keys
    owns = can(principal, Verb.MANAGE, thread.project)
    talks = can(principal, Verb.COMMENT, thread.project) or offers_it(principal, thread.change_request, Verb.COMMENT)
    comments = tuple(
        ShownComment(
            each,
            _html(each.text, names),
            may_edit=talks and each.author_id == principal.pk,
            may_delete=talks and (owns or each.author_id == principal.pk),
            etag=etag_of(comment_facets(each)),
        )
        for each in thread.thread.comments.all()
    )
    replay = ""
    if parts.has_replayable(anchor.sample):
        replay = f"{thread.project.get_absolute_url()}/studio?sample={anchor.sample}"
    return ShownThread(
        thread,
        anchor,
        place=element_id(anchor.spot) if is_there else "",
        is_absent=not is_there and anchor.kind not in ("build", "line"),
        comments=comments,
        replay=replay,
        suggestion=_suggestion(principal, thread),
        may_end=may_end(principal, thread),
        etag=etag_of(thread_facets(thread, thread.thread.comments.all())),
    )


def _suggestion(principal: Principal, thread: AnchoredThread) -> ShownSuggestion | None:
    suggestion: Suggestion | None = getattr(thread, "suggestion", None)
    if suggestion is None:
        return None
    is_open = suggestion.state == SuggestionState.OPEN
    edits = can(principal, Verb.EDIT, thread.project)
    return ShownSuggestion(suggestion, is_open and edits, is_open and suggestion.author_id == principal.pk)


def _html(text: str, names: MentionNames) -> SafeString:
    """Returns the HTML, and keeps it by its source: a comment can be made to take a while to read, and a page has
    many."""
    key = "comment:" + sha256("\0".join([text, names.pattern.pattern]).encode()).hexdigest()
    html: SafeString | None = caches["process"].get(key)
    if html is None:
        html = render_comment(text, names)
        caches["process"].set(key, html)
    return html


def _lines_of(before: Build | None, build: Build) -> tuple[FileLines, ...]:
    """Returns the lines, and keeps them as long as both builds do not change: reading files takes a while."""
    key = f"lines:{build.project_id}:{before.source.digest if before else ''}:{build.source.digest}"
    lines: tuple[FileLines, ...] | None = caches["process"].get(key)
    if lines is None:
        lines = changed_lines(before, build)
        caches["process"].set(key, lines)
    return lines
