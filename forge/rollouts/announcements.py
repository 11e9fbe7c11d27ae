"""The event of a rollout that began, stopped, went on or ended, and what becomes of it."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.actors import Actor
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.events.announcements import (
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    PlaceAddress,
    StoredEvent,
    WebhookAnnouncement,
    WebhookMessage,
)
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.core.events.log import append_event
from forge.deployments.announcements import DEPLOYMENTS
from forge.rollouts.access import newest_failures, people_of_rollout
from forge.rollouts.machine import StopReason
from forge.rollouts.models import Rollout
from forge.rollouts.sentences import failure_text


class RolloutChangedJson(TypedDict):
    """A rollout began, stopped, went on or ended."""

    deployment: Annotated[str, "the name of the deployment, the last word of its address"]
    title: Annotated[str, "of the deployment"]
    rollout: Annotated[int, "its number in the deployment"]
    version: str
    digest: Annotated[str, "of the manifest that the devices get"]
    group: str
    what: Annotated[str, "started, paused, resumed, stopped, went-on, going-back, went-back, finished or aborted"]
    reason: Annotated[str, "why it stopped, in a sentence; empty elsewhere"]


ROLLOUT_TOPIC = NoticeTopic(
    "rollout",
    icon="rocket",
    messages={
        "started": "{who} started the rollout of {version} to {group}",
        "paused": "{who} paused the rollout of {version} to {group}",
        "resumed": "{who} resumed the rollout of {version} to {group}",
        "stopped": "The rollout of {version} to {group} stopped by itself. {reason}",
        "went-on": "{who} let the rollout of {version} to {group} go on",
        "going-back": "{who} has {group} go back from {version}",
        "went-back": "{group} went back from {version}",
        "finished": "The rollout of {version} to {group} finished",
        "aborted": "{who} ended the rollout of {version} to {group}",
    },
    values=("version", "group", "reason"),
)


def reason_of(rollout: Rollout) -> str:
    """Returns why a rollout stopped, in sentences; "" where it did not."""
    match rollout.stop_reason:
        case StopReason.GUARD_FAILED:
            failures = newest_failures(rollout)
            return " ".join(map(failure_text, failures)) or "A device computes other bits than the approved build."
        case StopReason.NOT_JUDGED:
            return "A guard that must be judged had too little to go on for the longest time of the stage."
        case StopReason.WITHDRAWN:
            return f"{rollout.release.version} was withdrawn."
        case StopReason.GROUP_EMPTY:
            return f"No device is in {rollout.group} any more."
        case _:
            return ""


def announce(rollout: Rollout, what: str, actor: Actor | None) -> None:
    """Writes the event of a change of a rollout."""
    deployment = rollout.deployment
    event = ROLLOUT_CHANGED(
        deployment=deployment.name,
        title=deployment.title,
        rollout=rollout.number,
        version=rollout.release.version,
        digest=rollout.release.digest,
        group=rollout.group,
        what=what,
        reason=reason_of(rollout) if what == "stopped" else "",
    )
    append_event(deployment.project.stream, event, *(() if actor is None else (actor,)))


def _notice(event: StoredEvent[RolloutChangedJson]) -> NoticeDraft:
    """Tells the people of the rollout."""
    data = event.data
    return NoticeDraft(
        ROLLOUT_TOPIC,
        data["what"],
        title=data["title"],
        subject=f"rollout:{event.holder}:{data['deployment']}:{data['rollout']}",
        path=f"/deployments/{data['deployment']}/rollouts/{data['rollout']}",
        values={"version": data["version"], "group": data["group"], "reason": data["reason"]},
        participants=people_of_rollout(event.holder, data["deployment"], data["rollout"]),
    )


def _message(event: StoredEvent[RolloutChangedJson], project: PlaceAddress) -> WebhookMessage:
    url = f"{project.url}/deployments/{event.data['deployment']}/rollouts/{event.data['rollout']}"
    return WebhookMessage("deployment.rollout", {**event.data, "url": url})


ROLLOUT_CHANGED = declare(
    EventType(
        "rollout.changed",
        StreamKind.PROJECT,
        RolloutChangedJson,
        ("deployments", "devices"),
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {
                "rollout.start": "started the rollout of {version} to {group} in {deployment} of {project}",
                "rollout.pause": "paused the rollout of {version} to {group} in {deployment} of {project}",
                "rollout.resume": "resumed the rollout of {version} to {group} in {deployment} of {project}",
                "rollout.agree": "agreed that the rollout of {version} in {deployment} of {project} goes on: {reason}",
                "rollout.go-on": "let the rollout of {version} in {deployment} of {project} go on: {reason}",
                "rollout.go-back": "had {group} go back from {version} in {deployment} of {project}",
                "rollout.abort": "ended the rollout of {version} to {group} in {deployment} of {project}",
            },
        ),
        notice=NoticeAnnouncement((ROLLOUT_TOPIC,), _notice),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("deployment.rollout",), _message),
    )
)
