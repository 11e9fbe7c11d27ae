"""Finding the preview of a change request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from forge.builds.models import Build
from forge.deployments.previews.models import PreviewLink
from forge.jobs.models import JobState
from forge.reviews.models import ChangeRequest


@dataclass(frozen=True)
class ChangePreview:
    """The preview of a change request."""

    address: str
    """The address that programs load, with the key of the link."""
    is_open: bool
    """Whether the change request is open: its preview ends with it."""
    build: Build | None
    """The build that it serves: the newest of the merged result, if that has a rune."""
    hint: str
    """How the key of its link begins and ends; "" if there is no link."""
    expires: datetime | None
    """The end of the link."""


def preview_of(change: ChangeRequest) -> ChangePreview:
    """The preview of a change request that the caller has found."""
    link = PreviewLink.objects.open().filter(change_request=change).first() if change.is_open else None
    return ChangePreview(
        address_of(change),
        change.is_open,
        served_build(change),
        link.hint if link else "",
        link.expires if link else None,
    )


def address_of(change: ChangeRequest) -> str:
    """The address of its preview."""
    return f"{settings.PUBLIC_URL}/d/{change.project.full_name}/change-requests/{change.number}"


def served_build(change: ChangeRequest) -> Build | None:
    """The newest build of the merged result, or None while that is closed, not built, or has no rune."""
    build = change.build if change.is_open else None
    if build is None or build.state != JobState.SUCCEEDED or build.artefact is None:
        return None
    return build
