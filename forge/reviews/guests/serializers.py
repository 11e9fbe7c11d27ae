"""Links for guests as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid
from forge.reviews.models import GuestLink


class GuestLinkJson(TypedDict):
    """A link that shows one review to anybody who has it. Its address is shown once, when it is made."""

    id: Uuid
    title: Annotated[str, "for whom it is"]
    may_comment: bool
    created_by: PersonJson
    created: Timestamp
    expires: Timestamp
    guests: Annotated[int, "browsers that opened it"]


class NewGuestLinkJson(GuestLinkJson):
    """The same with its address, whose fragment is the secret."""

    url: str


class GuestLinksJson(TypedDict):
    """The links to a review that work, the newest first."""

    links: list[GuestLinkJson]


def link_to_json(link: GuestLink) -> GuestLinkJson:
    return {
        "id": str(link.pk),
        "title": link.title,
        "may_comment": link.may_comment,
        "created_by": person_to_json(link.created_by),
        "created": link.created.isoformat(),
        "expires": link.expires.isoformat(),
        "guests": len(link.guests.all()),
    }


def _new_link_to_json(new: tuple[GuestLink, str]) -> NewGuestLinkJson:
    link, url = new
    return {**link_to_json(link), "url": url}


NEW_LINK = ActAnswer(_new_link_to_json, status=201)
