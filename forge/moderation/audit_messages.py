"""How the audit log tells of reports and of what was taken down."""

from __future__ import annotations

from forge.core.audit.messages import Topic, declare

declare(
    Topic.MODERATION,
    {
        "report.make": "reported {about}: {reason}",
        "report.dismiss": "dismissed {reports} reports of {about}",
        "take-down": "took the public page of {about} down ({reason}): “{text}”",
        "take-down.end": "put the public page of {about} back: “{text}”",
        "take-down.refuse": "left the public page of {about} down: “{text}”",
        "take-down.appeal": "asked that the public page of {about} be put back",
        "moderator.add": "let {person} decide about reports",
        "moderator.remove": "let {person} decide about reports no more",
    },
)
