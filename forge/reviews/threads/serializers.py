"""Threads and their comments as JSON, and where a thread should begin as it comes in."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from rest_framework import serializers
from rest_framework.fields import CharField

from forge.accounts.models import User
from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.core.models import Comment
from forge.core.preconditions import Facet
from forge.reviews.models import AnchoredThread, Suggestion, SuggestionState
from forge.reviews.threads.anchors import Anchor, AnchorKind, AnchorRequest
from forge.reviews.threads.conversation import anchor_of, find_thread
from forge.reviews.threads.etag_facets import thread_facets


class AnchorJson(TypedDict):
    """The anchor of a thread or of a verdict's comment. `title` and `detail` are from the time when it began."""

    kind: Annotated[str, choices("AnchorKind", tuple(AnchorKind))]
    title: str
    detail: str
    name: Annotated[str | None, "of a figure or a stage"]
    file: str | None
    line: Annotated[int | None, "from 1"]
    sample: Uuid | None
    at: Annotated[int | None, "milliseconds from the start of the recording"]
    answer: Annotated[str | None, "what the build answered, where that was wrong"]
    label: Annotated[str | None, "the sample's label, or the right answer"]


class EarlierTextJson(TypedDict):
    """The earlier text of an edited comment, and its time."""

    text: str
    written: Timestamp


class CommentJson(TypedDict):
    """Something that was said, in Markdown. A comment that was deleted has no text any more."""

    id: Uuid
    author: PersonJson | None
    guest: Annotated[str | None, "the name that a guest gave, who is no author"]
    text: str
    created: Timestamp
    edited: Timestamp | None
    deleted: Timestamp | None
    deleted_by: PersonJson | None
    earlier: Annotated[list[EarlierTextJson], "what it said before, oldest first"]


class SuggestedChangeJson(TypedDict):
    """The current and the suggested value of a stage's argument; "" is omitted."""

    stage: str
    argument: str
    before: str
    after: str


class SuggestionJson(TypedDict):
    """Changes that somebody suggests, and what became of them. `sentences` are the same as text."""

    state: Annotated[str, choices("SuggestionState", SuggestionState.values)]
    author: PersonJson | None
    sentences: list[str]
    changes: list[SuggestedChangeJson]
    decided: Timestamp | None
    decided_by: PersonJson | None
    version: Annotated[int | None, "the version of the files with the suggestion in them, once it is taken"]


class ThreadJson(TypedDict):
    """A comment and the replies to it. `build_number` and `round` are those in which it was begun."""

    id: Uuid
    anchor: AnchorJson
    build: Uuid | None
    build_number: int | None
    change_request: Annotated[Uuid | None, "where it is about one, and not about a build"]
    review: Uuid | None
    round: int | None
    created: Timestamp
    resolved: Timestamp | None
    resolved_by: PersonJson | None
    comments: list[CommentJson]
    suggestion: Annotated[SuggestionJson | None, "what the thread suggests"]
    url: str


class ThreadsJson(TypedDict):
    """A conversation, oldest first."""

    threads: list[ThreadJson]


class WantedAnchorSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=[kind.value for kind in AnchorKind if kind is not AnchorKind.RESULT],
        help_text="`build`, or what of it: then `name` says which figure, stage, file or sample (its id)",
    )
    name = serializers.CharField(max_length=200, default="", allow_blank=True)
    line = serializers.IntegerField(min_value=1, required=False, help_text="of a `line`")
    at = serializers.IntegerField(min_value=0, required=False, help_text="milliseconds, of a `moment`")


class BeginThreadSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    anchor = WantedAnchorSerializer(required=False)


class TextSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()


def anchor_request_of(body: dict[str, Any]) -> AnchorRequest:
    """Returns the requested place of a thread from what a `BeginThreadSerializer` took."""
    anchor = body.get("anchor", {"kind": AnchorKind.BUILD})
    kind = AnchorKind(anchor["kind"])
    number = anchor.get("line" if kind is AnchorKind.LINE else "at", 0)
    return AnchorRequest(kind, anchor.get("name", ""), number)


def thread_to_json(thread: AnchoredThread) -> ThreadJson:
    """A thread, found by `forge.reviews.threads.conversation`."""
    inner = thread.thread
    return {
        "id": str(thread.pk),
        "anchor": anchor_to_json(anchor_of(thread)),
        "build": None if thread.build is None else str(thread.build.pk),
        "build_number": None if thread.build is None else thread.build.number or 0,
        "change_request": None if thread.change_request_id is None else str(thread.change_request_id),
        "review": None if thread.review_id is None else str(thread.review_id),
        "round": thread.round,
        "created": inner.created.isoformat(),
        "resolved": inner.resolved.isoformat() if inner.resolved else None,
        "resolved_by": _person(inner.resolved_by),
        "comments": [comment_to_json(comment) for comment in inner.comments.all()],
        "suggestion": _suggestion(thread),
        "url": thread.get_absolute_url(),
    }


def _suggestion(thread: AnchoredThread) -> SuggestionJson | None:
    suggestion: Suggestion | None = getattr(thread, "suggestion", None)
    if suggestion is None:
        return None
    return {
        "state": suggestion.state,
        "author": _person(suggestion.author),
        "sentences": suggestion.sentences,
        "changes": suggestion.overrides,
        "decided": suggestion.decided.isoformat() if suggestion.decided else None,
        "decided_by": _person(suggestion.decided_by),
        "version": suggestion.version.number if suggestion.version else None,
    }


def comment_to_json(comment: Comment) -> CommentJson:
    """Something that was said."""
    return {
        "id": str(comment.pk),
        "author": _person(comment.author),
        "guest": comment.guest_name or None,
        "text": comment.text,
        "created": comment.created.isoformat(),
        "edited": comment.edited.isoformat() if comment.edited else None,
        "deleted": comment.deleted.isoformat() if comment.deleted else None,
        "deleted_by": _person(comment.deleted_by),
        "earlier": [
            {"text": earlier.text, "written": earlier.written.isoformat()} for earlier in comment.earlier_texts.all()
        ],
    }


def anchor_to_json(anchor: Anchor) -> AnchorJson:
    """Returns the anchor of a thread or a comment as JSON."""
    place: Any = anchor.place
    return {
        "kind": anchor.kind,
        "title": anchor.title,
        "detail": anchor.detail,
        "name": place.get("name"),
        "file": place.get("file"),
        "line": place.get("line"),
        "sample": place.get("sample"),
        "at": place.get("at"),
        "answer": place.get("answer"),
        "label": place.get("label"),
    }


def _person(user: User | None) -> PersonJson | None:
    return person_to_json(user) if user else None


def _new_thread_to_json(thread: AnchoredThread, actor: Actor) -> ThreadJson:
    return thread_to_json(find_thread(actor, thread.pk))


def _facets(thread: AnchoredThread) -> tuple[Facet, ...]:
    return thread_facets(thread, thread.thread.comments.all())


Text = Annotated[str, CharField()]
NEW_TALK = ActAnswer(for_actor=_new_thread_to_json, status=201)
THREAD_JSON: ActAnswer[Any] = ActAnswer(
    thread_to_json, _facets, again=lambda actor, thread: find_thread(actor, thread.pk)
)
TALK: ActAnswer[Any] = ActAnswer(thread_to_json, again=lambda actor, suggestion: find_thread(actor, suggestion.pk))
"""The thread of a suggestion, which has its id."""
NEW_COMMENT = ActAnswer(comment_to_json, status=201)
