"""Checks as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import Timestamp, choices, utc_timestamp
from forge.reviews.checks.access import CheckStatus
from forge.reviews.checks.models import CheckState


class CheckJson(TypedDict):
    """A check that the build's rules require, and what its robot posted for the build's bytes; null before it did."""

    name: str
    robot: Annotated[str, "the address of its account, `/` and the name of its token"]
    state: Annotated[str | None, choices("CheckState", CheckState.values)]
    text: str
    link: str
    posted: Timestamp | None


class ChecksJson(TypedDict):
    """The checks of a build. `digest` names the bytes that are checked."""

    digest: str
    checks: list[CheckJson]


def check_to_json(status: CheckStatus) -> CheckJson:
    """A check, with empty fields if its robot has posted no result."""
    result = status.result
    return {
        "name": status.check.name,
        "robot": status.check.robot,
        "state": None if result is None else result.state,
        "text": "" if result is None else result.text,
        "link": "" if result is None else result.link,
        "posted": None if result is None else utc_timestamp(result.posted),
    }
