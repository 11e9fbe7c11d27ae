"""What the streams of organisations and of people tell of members, names and sessions."""

from __future__ import annotations

from typing import TypedDict

from forge.core.events.declarations import EVERYTHING, EventType, StreamKind, declare


class OrganisationChangedJson(TypedDict):
    """The organisation has another name or title."""

    name: str
    title: str


class MembersChangedJson(TypedDict):
    """Someone joined, left, or has another role."""


class SessionsChangedJson(TypedDict):
    """A session of the person ended. Their sockets close, and those who still have a session open them again."""


class ProfileChangedJson(TypedDict):
    """The person has another name. Where they are named for others is read anew when it is looked at."""


ORGANISATION_CHANGED = declare(
    EventType("organisation.changed", StreamKind.ORGANISATION, OrganisationChangedJson, ("state",))
)
MEMBERS_CHANGED = declare(EventType("members.changed", StreamKind.ORGANISATION, MembersChangedJson, (EVERYTHING,)))
PROFILE_CHANGED = declare(EventType("profile.changed", StreamKind.PERSON, ProfileChangedJson, (EVERYTHING,)))
SESSIONS_CHANGED = declare(EventType("sessions.changed", StreamKind.PERSON, SessionsChangedJson, (EVERYTHING,)))
