"""Offering a fork's changes to its origin, resolving conflicts, building the result, and closing without merging."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField, ChoiceField

from forge.accounts.permissions import Verb
from forge.builds.actions import build_version
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH, MAKES, OPENS
from forge.core.audit.entries import write_entry
from forge.core.database.numbers import last_number, next_number
from forge.core.errors import Conflict, Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.core.threads import MAXIMUM_COMMENT
from forge.projects.access import require
from forge.projects.files.storage import link_uploaded
from forge.projects.models import Fork, Project, Version
from forge.projects.versions.store import available_files, snapshot, store_version
from forge.reviews.change_requests.etag_facets import conflict_facets, offer_facets
from forge.reviews.change_requests.serializers import BUILDING, PLAIN_OFFER, REQUEST, Reason
from forge.reviews.changes.access import base_of, find_again, fork_to_offer
from forge.reviews.changes.announcements import ChangeStep, change_event, offer_event
from forge.reviews.changes.merging import Merging, merging_of
from forge.reviews.changes.models import ChangeRequest, ChangeState, OfferRound, Resolution
from forge.reviews.changes.participants import may_withdraw
from forge.reviews.errors import CannotMerge, NoFork, NoSuchConflict, NothingToOffer, NotOpen, TooManyOffers
from forge.reviews.models import AnchoredThread
from forge.reviews.place import CHANGE, OFFER
from forge.reviews.threads.actions.conversation import begin_thread
from forge.reviews.threads.serializers import NEW_TALK, Text
from rune.editing.merge import Side
from rune.wording import counted

MAXIMUM_TITLE = 200
MOST_OPEN_OF_A_FORK = 5
MOST_OPEN = 100
"""Open change requests of a project."""
MOST_ROUNDS = 100
"""Times that one change request offers files."""
LONGEST_WRITTEN = 64 * 1024
"""Characters that somebody writes in place of a conflict."""


def offer_changes(
    actor: Actor, fork: Project, title: str, message: str = "", version: Version | None = None
) -> ChangeRequest:
    """Offers a fork's files, as they are now or in a version, to the project that it was forked from.

    Anybody who edits the fork and sees the origin's page may. Raises `Forbidden`, `NotFound`, `Invalid`, `NoFork`,
    `NothingToOffer` and `TooManyOffers`.
    """
    require(actor, Verb.EDIT, fork)
    title, message = checked_title(title), checked_text(message)
    fork_link = _fork(actor, fork)
    offered_version = _version_to_offer(actor, fork, version)
    with transaction.atomic():
        origin = fork_link.origin
        assert origin is not None  # noqa: S101 (found for who sees it)
        base = base_of(fork_link)
        _require_changes(base, offered_version)
        Project.objects.lock(origin.pk)
        _require_few(origin, fork)
        change = ChangeRequest.objects.create(
            project=origin,
            number=next_number(ChangeRequest.objects.filter(project=origin)),
            title=title,
            message=message,
            author=actor.person,
            source=fork,
            base=base,
            offered=offered_version,
        )
        OfferRound.objects.create(request=change, number=1, version=offered_version, offered_by=actor.person)
        note_step(change, actor, "change.offer", ChangeStep.OFFERED)
        _record_export(actor, fork, offered_version)
    return change


def offer_newer(actor: Actor, request: ChangeRequest, version: Version | None = None, message: str = "") -> None:
    """Offers newer files of the fork in an open change request: another round, of which `message` says what was
    addressed. Raises what `offer_changes` raises, and `NotOpen`."""
    fork = request.source
    if fork is None:
        raise NoFork("The fork of this change request was deleted.")
    require(actor, Verb.EDIT, fork)
    message = checked_text(message)
    offered_version = _version_to_offer(actor, fork, version)
    with transaction.atomic():
        require_open(request)
        if request.offered_id == offered_version.pk:
            raise NothingToOffer("These files are offered already.")
        if request.base is not None:
            _require_changes(request.base, offered_version)
        last = last_number(OfferRound.objects.filter(request=request))
        if last >= MOST_ROUNDS:
            raise TooManyOffers(f"A change request has at most {last} rounds. Close it, and offer a new one.")
        OfferRound.objects.create(
            request=request, number=last + 1, version=offered_version, message=message, offered_by=actor.person
        )
        request.offered, request.changes_requested = offered_version, None
        request.save(update_fields=["offered", "changes_requested"])
        note_step(request, actor, "change.newer", ChangeStep.NEWER)
        _record_export(actor, fork, offered_version)


@act("POST", CHANGE, "ask", "change_requests_ask", verb=Verb.REVIEW, state=MAKES, answer=NEW_TALK, raises=Conflict)
@transaction.atomic
def ask_for_changes(actor: Actor, request: ChangeRequest, text: Text) -> AnchoredThread:
    """Says in a thread what should change; newer files are waited for from then on."""
    require_open(request)
    thread = begin_thread(actor, request, text)
    request.changes_requested = timezone.now()
    request.save(update_fields=["changes_requested"])
    note_step(request, actor, "change.ask", ChangeStep.CHANGES)
    return thread


@act(
    "POST",
    CHANGE,
    "resolutions",
    "change_requests_resolve",
    verb=Verb.EDIT,
    state=IF_MATCH,
    answer=REQUEST,
    raises=Conflict,
)
def resolve_conflict(
    actor: Actor,
    request: ChangeRequest,
    conflict: Annotated[str, CharField(max_length=32)],
    side: Annotated[str, ChoiceField(choices=[side.value for side in Side])],
    text: Annotated[
        str, CharField(allow_blank=True, trim_whitespace=False, help_text="what stands there, of the side `written`")
    ] = "",
    *,
    precondition: Precondition = None,
) -> None:
    """Says what stands in place of a conflict."""
    require_precondition(offer_facets(request), precondition)
    merge = merging_of(request)
    row = next((each for each in merge.conflicts if each.key == conflict), None)
    if row is None:
        raise NoSuchConflict("One side has changed there since. Check the conflict again.")
    if side not in row.sides:
        raise Invalid("This conflict is resolved by one side or the other.", errors={"side": ["Choose a side."]})
    text = text.replace("\r\n", "\n") if side == Side.WRITTEN else ""
    if len(text) > LONGEST_WRITTEN or "\0" in text:
        raise Invalid(f"A text has at most {LONGEST_WRITTEN} characters, and no null character.")
    with transaction.atomic():
        require_open(request)
        require_precondition(conflict_facets(find_again(request)), precondition)
        Resolution.objects.update_or_create(
            request=request, key=conflict, defaults={"side": side, "text": text, "chosen_by": actor.person}
        )
        note_step(request, actor, "change.resolve", ChangeStep.RESOLVED, file=row.path, side=str(side))


@act(
    "DELETE",
    CHANGE,
    "resolutions",
    "change_requests_start_over",
    verb=Verb.EDIT,
    state=IF_MATCH,
    answer=REQUEST,
    raises=Conflict,
)
@transaction.atomic
def start_over(actor: Actor, request: ChangeRequest, *, precondition: Precondition = None) -> None:
    """Makes all conflicts open again."""
    Project.objects.lock(request.project_id)
    require_precondition(conflict_facets(find_again(request)), precondition)
    require_open(request)
    Resolution.objects.filter(request=request).delete()
    note_step(request, actor, "change.start_over", ChangeStep.RESOLVED)


@act(
    "POST", CHANGE, "builds", "change_requests_build", verb=Verb.BUILD, state=IF_MATCH, answer=BUILDING, raises=Conflict
)
def build_merged(actor: Actor, request: ChangeRequest, *, precondition: Precondition = None) -> Build:
    """Builds what merging makes, as a version of the project; the project's files stay as they are."""
    require(actor, Verb.EDIT, request.project)
    require_precondition(conflict_facets(request), precondition)
    require_open(request)
    merge = merging_of(request)
    require_resolved(merge)
    version = keep_result(request, actor, merge)
    build = build_version(actor, version)
    with transaction.atomic():
        require_open(request)
        request.build = build
        request.save(update_fields=["build"])
        note_step(request, actor, "change.build", ChangeStep.BUILT, build_number=build.number)
    return build


@act(
    "POST", OFFER, "close", "change_requests_close", verb=Verb.EDIT, state=IF_MATCH, answer=PLAIN_OFFER, raises=Conflict
)
@transaction.atomic
def close_change_request(
    actor: Actor, request: ChangeRequest, reason: Reason = "", *, precondition: Precondition = None
) -> None:
    """Ends it without merging. Only its author needs no reason."""
    is_author = may_withdraw(actor, request)
    reason = checked_text(reason)
    if not is_author and not reason:
        raise Invalid("Write why it is closed.", errors={"reason": ["Write why it is closed."]})
    Project.objects.lock(request.project_id)
    require_precondition(offer_facets(find_again(request)), precondition)
    require_open(request)
    decide(request, actor, ChangeState.CLOSED, reason)
    note_step(request, actor, "change.close", ChangeStep.CLOSED)


@act(
    "POST", OFFER, "reopen", "change_requests_reopen", verb=Verb.EDIT, state=OPENS, answer=PLAIN_OFFER, raises=Conflict
)
@transaction.atomic
def reopen_change_request(actor: Actor, request: ChangeRequest) -> None:
    """Opens a closed one again; its author only what they closed themselves, so that a refusal stands."""
    Project.objects.lock(request.project_id)
    request.refresh_from_db(fields=["state", "decided_by", "source"])
    if not (may_withdraw(actor, request) and request.decided_by_id == actor.pk):
        require(actor, Verb.EDIT, request.project)
    if request.state != ChangeState.CLOSED:
        raise NotOpen(f"This change request is {request.state}.")
    _require_few(request.project, request.source)
    open_again(request)
    note_step(request, actor, "change.reopen", ChangeStep.REOPENED)


def keep_result(request: ChangeRequest, actor: Actor, merge: Merging) -> Version:
    """Stores the merged result as a version of the project: its authors are the fork's members, the sender and who
    wrote a text in place of a conflict."""
    tree = merge.result
    # The files as they are come before it in the list of versions.
    store_version(request.project, merge.ours, actor.person)
    stored_digests = {each["digest"] for path, each in tree.manifest.items() if path not in tree.texts}
    new_digests = stored_digests - {each["digest"] for each in merge.ours.manifest.values()}
    with transaction.atomic():
        Project.objects.lock(request.project_id)
        link_uploaded(request.project, new_digests, request.project)
    writers = writers_of(request) | merge.writers_of_choices()
    version = store_version(request.project, tree, actor.person, writers, proposed_in=request.number)
    Version.objects.filter(pk=version.pk, message="").update(message=proposal_message(request))
    return version


def proposal_message(request: ChangeRequest) -> str:
    """Returns the text for a merged result that is not merged yet, in the list of versions."""
    return f"What change request {request.number} would make"


def writers_of(request: ChangeRequest) -> frozenset[str]:
    """The ids of those who wrote what is offered: in the fork since what both have in common, and who offered it."""
    people = {str(request.author_id)} if request.author_id else set()
    if request.is_outside and request.offered is not None:
        # The person who brought it answers for it.
        return frozenset(people | set(request.offered.writers))
    if request.base is not None and request.offered is not None:
        since = Version.objects.filter(
            project=request.offered.project_id,
            sequence__gt=request.base.sequence,
            sequence__lte=request.offered.sequence,
        )
        people |= {person for writers in since.values_list("writers", flat=True) for person in writers}
    return frozenset(people)


def require_resolved(merge: Merging) -> None:
    """Raises `CannotMerge`."""
    if merge.open_conflicts:
        names = ", ".join(f"{each.name} in {each.path}" for each in merge.open_conflicts[:3])
        left = counted(len(merge.open_conflicts), "conflict")
        raise CannotMerge(f"{left} left: {names}. Choose a side or write another text.")
    if merge.is_nothing:
        raise CannotMerge(
            "Merging changes nothing: the project already has all of these changes. Close the change request."
        )


def require_open(request: ChangeRequest) -> None:
    """The project's row is the lock of its change requests. Raises `NotOpen`."""
    with transaction.atomic():
        Project.objects.lock(request.project_id)
        request.refresh_from_db(fields=["state"])
    if not request.is_open:
        raise NotOpen(f"Change request {request.number} was {request.state} already.")


def decide(request: ChangeRequest, actor: Actor, state: ChangeState, reason: str = "") -> None:
    """Writes what became of it."""
    request.state, request.reason = state, reason
    request.decided_by, request.decided, request.changes_requested = actor.person, timezone.now(), None
    request.save(
        update_fields=["state", "reason", "decided_by", "decided", "changes_requested", "before", "merged_version"]
    )


def open_again(request: ChangeRequest) -> None:
    """Opens it again as if it had not been decided."""
    request.state, request.reason = ChangeState.OPEN, ""
    request.decided_by = request.decided = request.before = request.merged_version = None
    request.save(update_fields=["state", "reason", "decided_by", "decided", "before", "merged_version"])


@transaction.atomic(savepoint=False)
def note_step(request: ChangeRequest, actor: Actor, action: str, step: ChangeStep, **facts: object) -> None:
    """Writes the audit entry, and tells both projects."""
    write_entry(actor, action, request.subject, request.project.place, number=request.number, **facts)
    append_event(request.project.stream, change_event(request, step, actor.person), actor)
    if request.source is not None:
        append_event(request.source.stream, offer_event(request, step), actor)


def checked_title(title: str) -> str:
    """Raises `Invalid`."""
    title = " ".join(title.split())
    if not title:
        raise Invalid("Write in a few words what changes.", errors={"title": ["Write a few words."]})
    if len(title) > MAXIMUM_TITLE:
        raise Invalid(f"A title has at most {MAXIMUM_TITLE} characters; this one has {len(title)}.")
    return title


def checked_text(text: str) -> str:
    """Raises `Invalid`."""
    text = text.strip()
    if len(text) > MAXIMUM_COMMENT:
        raise Invalid(f"A text has at most {MAXIMUM_COMMENT} characters; this one has {len(text)}.")
    return text


def _fork(actor: Actor, project: Project) -> Fork:
    fork_link = fork_to_offer(actor, project)
    if fork_link is None:
        raise NoFork(f"{project.full_name} is not a fork of a project that you can see.")
    return fork_link


def _version_to_offer(actor: Actor, fork: Project, version: Version | None) -> Version:
    if version is not None and version.project_id != fork.pk:
        raise Invalid("The version is of another project.")
    return version if version is not None else snapshot(fork, actor.person)


def _require_changes(base: Version, offered_version: Version) -> None:
    then, now = (
        {path: each["digest"] for path, each in available_files(side).items()} for side in (base, offered_version)
    )
    if then == now:
        raise NothingToOffer("The fork has no changes since it was forked or last merged. Change something first.")


def _require_few(origin: Project, fork: Project | None) -> None:
    """The caller has locked the project. Raises `TooManyOffers`."""
    still_open = ChangeRequest.objects.filter(project=origin, state=ChangeState.OPEN)
    mine = 0 if fork is None else sum(each.source_id == fork.pk for each in still_open)
    if mine >= MOST_OPEN_OF_A_FORK:
        raise TooManyOffers(f"{mine} change requests of this fork are open. Offer newer files in one of them.")
    if len(still_open) >= MOST_OPEN:
        raise TooManyOffers(f"{MOST_OPEN} change requests are open there. Wait until some of them are decided.")


def _record_export(actor: Actor, fork: Project, offered_version: Version) -> None:
    """Records the export in the fork's own log: others may read these files from now on.

    The origin is not named (docs/adr/0102).
    """
    write_entry(actor, "change.give", fork.stream, fork.place, version=offered_version.number)
