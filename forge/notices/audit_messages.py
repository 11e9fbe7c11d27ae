"""How the audit log tells of what people want to hear."""

from __future__ import annotations

from forge.core.audit.messages import Topic, declare

declare(
    Topic.ACCOUNTS,
    {
        "notices.watch": "chose {level} for notices of {watched}",
        "notices.mail": "chose {choice} for emails about notices",
    },
)
