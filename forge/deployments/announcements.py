"""The events of deployments, what becomes of them, and the sentences of the audit log about them."""

from __future__ import annotations

from typing import Annotated, TypedDict
from uuid import UUID

from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.events.announcements import (
    ActivityAnnouncement,
    ActivityEntry,
    ActivitySentence,
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    PlaceAddress,
    StoredEvent,
    WebhookAnnouncement,
    WebhookMessage,
    WebhookTopic,
)
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.deployments.models import Release


class DeploymentServedJson(TypedDict):
    """A deployment serves another release than before, or its first."""

    deployment: Annotated[str, "its name, the last word of its address"]
    title: str
    version: str
    digest: Annotated[str, "of the manifest"]
    previous: Annotated[str, "the version that it served before; empty for its first"]
    tag: Annotated[str, "the followed tag that moved; empty where a person chose the version"]
    promoted_from: Annotated[str, "the title of the deployment that it was promoted from; empty where it was not"]


class DeploymentBlockedJson(TypedDict):
    """The tag that a deployment follows moved to a build that the gate refuses. The deployment stays as it is."""

    deployment: str
    title: str
    tag: str
    version: Annotated[str, "the version that it still serves"]
    reason: Annotated[str, "what is missing, as sentences"]


class DeploymentChangedJson(TypedDict):
    """The settings or keys of a deployment changed, or it was deleted."""

    deployment: str


SERVED_TOPIC = NoticeTopic(
    "deployed",
    icon="globe",
    messages={
        "chosen": "{who} set {title} to {version}",
        "moved": "{title} serves {version} now: {tag} moved",
        "promoted": "{who} promoted {version} from {promoted_from} to {title}",
    },
)
BLOCKED_TOPIC = NoticeTopic(
    "deployment-blocked",
    icon="triangle-exclamation-point",
    messages={"blocked": "{title} still serves {version}: {reason}"},
)
DEPLOYMENTS = WebhookTopic("deploy", "Deployments")


def _people(project: UUID, deployment: str) -> frozenset[UUID]:
    """Returns who chose what a deployment served."""
    releases = Release.objects.filter(deployment__project=project, deployment__name=deployment)
    return frozenset(each for each in releases.values_list("chosen_by", flat=True) if each is not None)


def _how(event_data: DeploymentServedJson) -> str:
    """The message that says how a deployment came to what it serves."""
    # Events of before promotion do not say it.
    if event_data.get("promoted_from"):
        return "promoted"
    return "moved" if event_data["tag"] else "chosen"


def _served_notice(event: StoredEvent[DeploymentServedJson]) -> NoticeDraft:
    """Tells the person who chose an earlier version."""
    name = event.data["deployment"]
    return NoticeDraft(
        SERVED_TOPIC,
        _how(event.data),
        title=event.data["title"],
        subject=f"deployment:{event.holder}:{name}",
        path=f"/deployments/{name}",
        participants=_people(event.holder, name),
    )


def _blocked_notice(event: StoredEvent[DeploymentBlockedJson]) -> NoticeDraft:
    """Tells the person who chose an earlier version that the deployment did not move."""
    name = event.data["deployment"]
    return NoticeDraft(
        BLOCKED_TOPIC,
        "blocked",
        title=event.data["title"],
        subject=f"deployment-blocked:{event.holder}:{name}",
        path=f"/deployments/{name}",
        participants=_people(event.holder, name),
    )


def _served_message(event: StoredEvent[DeploymentServedJson], project: PlaceAddress) -> WebhookMessage:
    return WebhookMessage("deployment.served", {**event.data, "url": f"{project.url}/deployments"})


def _blocked_message(event: StoredEvent[DeploymentBlockedJson], project: PlaceAddress) -> WebhookMessage:
    return WebhookMessage("deployment.blocked", {**event.data, "url": f"{project.url}/deployments"})


DEPLOYMENT_SERVED = declare(
    EventType(
        "deployment.served",
        StreamKind.PROJECT,
        DeploymentServedJson,
        ("deployments",),
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {
                "deployment.create": "created the deployment {deployment} of {project}, which serves {version}",
                "deployment.serve": "set the deployment {deployment} of {project} to {version}",
                "deployment.promote": "promoted {version} from {source} to the deployment {deployment} of {project}",
                "deployment.return": "set the deployment {deployment} of {project} back to {version}",
                "deployment.follow": "moved the deployment {deployment} of {project} to {version}, as {tag} did",
            },
        ),
        activity=ActivityAnnouncement(
            {
                "deployed": ActivitySentence(
                    "deployed", "{project} {version}", rest="to {title}", path="/deployments/{deployment}"
                )
            },
            lambda event: None if event.data["tag"] else ActivityEntry("deployed", event.data["deployment"]),
        ),
        notice=NoticeAnnouncement((SERVED_TOPIC,), _served_notice),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("deployment.served",), _served_message),
    )
)
DEPLOYMENT_BLOCKED = declare(
    EventType(
        "deployment.blocked",
        StreamKind.PROJECT,
        DeploymentBlockedJson,
        ("deployments",),
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {"deployment.block": "left the deployment {deployment} of {project} at {version}: {reason}"},
        ),
        notice=NoticeAnnouncement((BLOCKED_TOPIC,), _blocked_notice),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("deployment.blocked",), _blocked_message),
    )
)
DEPLOYMENT_CHANGED = declare(
    EventType(
        "deployment.changed",
        StreamKind.PROJECT,
        DeploymentChangedJson,
        ("deployments",),
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {
                "deployment.change": "changed the deployment {deployment} of {project}: {changes}",
                "deployment.delete": "deleted the deployment {deployment} of {project}, which served {version}",
                "deployment.unblock": "ended the block of the deployment {deployment} of {project}",
                "deployment.bind": "bound the deployment {deployment} of {project} to the group {group} of devices",
                "deployment.unbind": "ended that the deployment {deployment} of {project} is for the group {group}",
                "deployment.order": "stored the order for {version} of the deployment {deployment} of {project}",
                "deployment.image": "stored the image {image} for {version} of {deployment} of {project}",
                "key.create": "created the key {key} of the deployment {deployment} of {project}",
                "key.rotate": "rotated the key {key} of the deployment {deployment} of {project}",
                "key.revoke": "revoked the key {key} of the deployment {deployment} of {project}",
            },
        ),
    )
)
