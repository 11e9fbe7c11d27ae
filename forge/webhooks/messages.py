"""From events to messages: `type`, `timestamp` and `data`, as Standard Webhooks has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from forge.builds.events import BUILD_CHANGED
from forge.builds.models import State
from forge.core.models import Event
from forge.projects.models import Project
from forge.registry.events import TAG_PUBLISHED
from forge.reviews.events import REVIEW_ASKED, REVIEW_CHANGED, BuildJudged, ReviewStep
from forge.reviews.models import Review
from forge.webhooks.models import WebhookTopic

PING = "webhook.ping"
"""The type of a test message."""


@dataclass(frozen=True)
class Message:
    """What is sent, but for its time and its project."""

    topic: WebhookTopic
    type: str
    data: Mapping[str, Any]


def message_of(event: Event, project: Project) -> Message | None:
    """The message about an event; None for what no webhook is told of."""
    reading = _READINGS.get(event.type)
    return reading(event, project) if reading else None


def tells_of(event: Event) -> bool:
    """Whether an event's type may give a message at all."""
    return event.type in _READINGS


def body_of(message: Message, event: Event, project: Project) -> str:
    """The JSON of a message."""
    who = {"id": str(event.actor.pk), "name": str(event.actor)} if event.actor else None
    place = {"id": str(project.pk), "name": project.full_name, "url": _public(project.get_absolute_url())}
    return written(message.type, event.created.isoformat(), {"project": place, "actor": who, **message.data})


def written(kind: str, timestamp: str, data: Mapping[str, Any]) -> str:
    """The JSON text of a message."""
    return json.dumps({"type": kind, "timestamp": timestamp, "data": data}, separators=(",", ":"), ensure_ascii=False)


def _build_ended(event: Event, project: Project) -> Message | None:
    facts = event.data["build"]
    kinds = {State.SUCCEEDED: "succeeded", State.FAILED: "failed", State.LOST: "failed", State.CANCELLED: "cancelled"}
    kind = kinds.get(facts["state"])
    if kind is None:
        return None
    rune = (facts["report"] or {}).get("rune") if kind == "succeeded" else None
    build = {
        "id": facts["id"],
        "number": facts["number"],
        "state": facts["state"],
        "error": facts["error"] or None,
        "rune": {"digest": rune["digest"], "size": rune["size"]} if rune else None,
        "url": _public(facts["url"] or ""),
    }
    return Message(WebhookTopic.BUILD, f"build.{kind}", {"build": build})


def _review_moved(event: Event, project: Project) -> Message | None:
    kinds = {ReviewStep.ASKED: "asked", ReviewStep.ROUND: "round", ReviewStep.CLOSED: "closed"}
    kind = kinds.get(ReviewStep(event.data["change"]))
    review = Review.objects.filter(pk=event.data["review"]).first() if kind else None
    if review is None:
        return None
    last = review.rounds.select_related("build").last()
    facts = {
        "id": str(review.pk),
        "number": review.number,
        "title": review.title,
        "round": last.number if last else None,
        "build_number": last.build.number if last else None,
        "url": _public(f"{project.get_absolute_url()}/reviews/{review.number}"),
    }
    return Message(WebhookTopic.REVIEW, f"review.{kind}", {"review": facts})


def _judged(event: Event, project: Project) -> Message | None:
    change, number = BuildJudged(event.data["change"]), event.data["number"]
    build = {
        "id": event.data["build"],
        "number": number,
        "url": _public(f"{project.get_absolute_url()}/builds/{number}"),
    }
    return Message(WebhookTopic.REVIEW, "review.verdict", {"verdict": change.value, "build": build})


def _published(event: Event, project: Project) -> Message:
    tag = event.data["tag"]
    facts = {
        "tag": tag,
        "build_number": event.data["build_number"],
        "image": f"{settings.PUBLIC_URL.partition('://')[2]}/{project.full_name}:{tag}",
        "url": _public(f"{project.get_absolute_url()}?tag={tag}"),
    }
    return Message(WebhookTopic.PUBLISH, "rune.published", facts)


def _public(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"


_READINGS: Mapping[str, Callable[[Event, Project], Message | None]] = {
    BUILD_CHANGED.name: _build_ended,
    REVIEW_ASKED.name: _review_moved,
    REVIEW_CHANGED.name: _judged,
    TAG_PUBLISHED.name: _published,
}
