"""Previews of change requests as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp
from forge.deployments.previews.access import preview_of
from forge.reviews.models import ChangeRequest


class ChangePreviewJson(TypedDict):
    """The preview of a change request: the newest build of its merged result, while it is open."""

    url: Annotated[str, "what programs load with the key of the link, as they load a deployment"]
    is_open: Annotated[bool, "whether the change request is open: its preview ends with it"]
    build_number: Annotated[int | None, "of the build that is served; null while there is none"]
    hint: Annotated[str, "the first and last characters of the link's key; empty where there is no link"]
    expires: Timestamp | None


class NewPreviewLinkJson(ChangePreviewJson):
    """The preview with the key of its link, which is shown this once."""

    secret: str
    link: Annotated[str, "opens it on a phone, without an account"]


def preview_to_json(change: ChangeRequest) -> ChangePreviewJson:
    preview = preview_of(change)
    return {
        "url": preview.address,
        "is_open": preview.is_open,
        "build_number": preview.build.number if preview.build else None,
        "hint": preview.hint,
        "expires": preview.expires.isoformat() if preview.expires else None,
    }


def _new_link_to_json(new: tuple[ChangeRequest, str]) -> NewPreviewLinkJson:
    preview, secret = preview_to_json(new[0]), new[1]
    return {**preview, "secret": secret, "link": f"{preview['url']}/try#key={secret}"}


NEW_LINK = ActAnswer(_new_link_to_json, status=201)
