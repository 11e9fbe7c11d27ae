"""Change requests as JSON, what of them comes in, and the answers of the acts on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, TypedDict

from rest_framework import serializers
from rest_framework.fields import CharField

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.learning.offers.serializers import TrainedModelChangeJson, trained_model_change_to_json
from forge.learning.offers.trained_models import TrainedModelChange, trained_model_changes
from forge.reviews.change_requests.etag_facets import request_facets
from forge.reviews.change_requests.gate import missing_to_merge
from forge.reviews.changes.access import find_change_request, find_offer, seen_source
from forge.reviews.changes.merging import Merging, merging_of
from forge.reviews.changes.models import ChangeRequest, ChangeState, OfferRound
from forge.reviews.gate.changed_files import files_of
from rune.editing.merge import ConflictKind, MergeConflict, Side


class OfferJson(TypedDict):
    """A change request, for the members of the fork: its target and state. `reason` is why it was closed."""

    id: Uuid
    number: int
    title: str
    state: Annotated[str, choices("ChangeState", ChangeState.values)]
    reason: str
    project: Annotated[str, "organisation/name of the origin"]
    version: Annotated[int | None, "of the fork"]
    changes_requested: Annotated[Timestamp | None, "since when newer files are waited for"]
    created: Timestamp
    decided: Timestamp | None
    url: str


class OfferRoundJson(TypedDict):
    """Files that were offered, at first or again. `message` says what was addressed."""

    number: int
    version: Annotated[int | None, "of the fork"]
    message: str
    by: PersonJson | None
    created: Timestamp


class OfferWithRoundsJson(OfferJson):
    """A change request with its earlier offers."""

    message: str
    rounds: Annotated[list[OfferRoundJson], "oldest first"]


class ChangeRequestJson(TypedDict):
    """A fork's files, offered to its origin. `source` and `version` are of the fork; `before` and `merged` are versions
    of the project, once it is merged."""

    id: Uuid
    number: int
    title: str
    message: str
    state: Annotated[str, choices("ChangeState", ChangeState.values)]
    reason: str
    author: PersonJson | None
    source: Annotated[str | None, "organisation/name of the fork, where you may see its page"]
    outside: Annotated[str | None, "the branch, or the request, of a repository elsewhere that it comes from"]
    version: int | None
    build: Annotated[Uuid | None, "the newest build of the merged result"]
    before: int | None
    merged_version: int | None
    changes_requested: Annotated[Timestamp | None, "since when newer files are waited for"]
    created: Timestamp
    decided: Timestamp | None
    decided_by: PersonJson | None
    url: str


class ConflictJson(TypedDict):
    """A conflict of both sides; null is the missing part of a side. Of a `file`, the sides are digests. `both` has the
    changes of both sides, where they do not touch."""

    key: str
    path: str
    kind: Annotated[str, choices("ConflictKind", tuple(ConflictKind))]
    name: str
    line: int
    base: str | None
    ours: str | None
    theirs: str | None
    both: str | None
    sides: Annotated[list[str], "what it may be resolved to"]
    side: Annotated[str, choices("MergeSide", tuple(Side))] | None
    replacement: Annotated[str | None, "the text that was written in its place, if one was"]


class OpenChangeRequestJson(ChangeRequestJson):
    """A change request with its conflicts and the unmet conditions of merging; empty once it is decided. `models` has
    those that a training run or a search gave."""

    models: list[TrainedModelChangeJson]
    conflicts: list[ConflictJson]
    missing: list[str]


class OffersJson(TypedDict):
    """The change requests of a fork, newest first."""

    offers: list[OfferJson]


class OfferChangesSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    message = serializers.CharField(allow_blank=True, default="")
    version = serializers.IntegerField(
        min_value=1, allow_null=True, default=None, help_text="of the fork; its files as they are now without one"
    )


class NewerOfferSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    message = serializers.CharField(allow_blank=True, default="", help_text="what was addressed")


def offer_to_json(request: ChangeRequest) -> OfferJson:
    """A change request as the fork's people see it."""
    return {
        "id": str(request.pk),
        "number": request.number,
        "title": request.title,
        "state": request.state,
        "reason": request.reason,
        "project": request.project.full_name,
        "version": None if request.offered is None else request.offered.number,
        "changes_requested": request.changes_requested.isoformat() if request.changes_requested else None,
        "created": request.created.isoformat(),
        "decided": request.decided.isoformat() if request.decided else None,
        "url": request.get_absolute_url(),
    }


def offer_with_rounds_to_json(request: ChangeRequest, rounds: Iterable[OfferRound]) -> OfferWithRoundsJson:
    """The same with what was offered before."""
    rounds_json: list[OfferRoundJson] = [
        {
            "number": each.number,
            "version": None if each.version is None else each.version.number,
            "message": each.message,
            "by": person_to_json(each.offered_by) if each.offered_by else None,
            "created": each.created.isoformat(),
        }
        for each in rounds
    ]
    return {**offer_to_json(request), "message": request.message, "rounds": rounds_json}


def change_request_to_json(actor: Actor, request: ChangeRequest) -> ChangeRequestJson:
    """A change request, found for somebody by `forge.reviews.changes.access`."""
    source = seen_source(actor, request)
    return {
        "id": str(request.pk),
        "number": request.number,
        "title": request.title,
        "message": request.message,
        "state": request.state,
        "reason": request.reason,
        "author": person_to_json(request.author) if request.author else None,
        "source": None if source is None else source.full_name,
        "outside": request.outside_place or None,
        "version": None if request.offered is None else request.offered.number,
        "build": None if request.build_id is None else str(request.build_id),
        "before": None if request.before is None else request.before.number,
        "merged_version": None if request.merged_version is None else request.merged_version.number,
        "changes_requested": request.changes_requested.isoformat() if request.changes_requested else None,
        "created": request.created.isoformat(),
        "decided": request.decided.isoformat() if request.decided else None,
        "decided_by": person_to_json(request.decided_by) if request.decided_by else None,
        "url": request.get_absolute_url(),
    }


def open_change_request_to_json(actor: Actor, request: ChangeRequest) -> OpenChangeRequestJson:
    """The same with its conflicts, where it is open."""
    is_readable = request.is_open and request.base is not None and request.offered is not None
    merge = merging_of(request) if is_readable else None
    return {
        **change_request_to_json(actor, request),
        "models": [trained_model_change_to_json(each) for each in _trained_models(actor, request)],
        "conflicts": [] if merge is None else [_conflict(each, merge) for each in merge.conflicts],
        "missing": [] if merge is None else [*_conflict_sentences(merge), *missing_to_merge(request, merge)],
    }


def _trained_models(actor: Actor, request: ChangeRequest) -> list[TrainedModelChange]:
    return trained_model_changes(actor, request.project, files_of(request.base), files_of(request.offered))


def _conflict_sentences(merge: Merging) -> list[str]:
    return [
        f"{each.name} in {each.path} is in conflict. Choose a side or write another text."
        for each in merge.open_conflicts
    ]


def _conflict(conflict: MergeConflict, merge: Merging) -> ConflictJson:
    choice = merge.choice(conflict)
    return {
        "key": conflict.key,
        "path": conflict.path,
        "kind": conflict.kind.value,
        "name": conflict.name,
        "line": conflict.line,
        "base": conflict.base,
        "ours": conflict.ours,
        "theirs": conflict.theirs,
        "both": conflict.both,
        "sides": [side.value for side in conflict.sides],
        "side": None if choice is None else choice.side.value,
        "replacement": choice.text if choice is not None and choice.side is Side.WRITTEN else None,
    }


def _afresh(request: ChangeRequest, actor: Actor) -> OpenChangeRequestJson:
    return open_change_request_to_json(actor, request)


def _again(actor: Actor, request: ChangeRequest) -> ChangeRequest:
    return find_change_request(actor, request.pk)


Reason = Annotated[str, CharField(allow_blank=True)]
REQUEST: ActAnswer[Any] = ActAnswer(for_actor=_afresh, facets=request_facets, again=_again)
DECISION: ActAnswer[Any] = ActAnswer(for_actor=_afresh, again=_again)
"""A change request as it is after the act, and the same without its state."""
BUILDING: ActAnswer[Any] = ActAnswer(for_actor=_afresh, again=_again, status=202)
PLAIN_OFFER: ActAnswer[Any] = ActAnswer(offer_to_json, again=lambda actor, request: find_offer(actor, request.pk))
