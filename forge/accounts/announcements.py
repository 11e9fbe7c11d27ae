"""The events of organisations and people, and the sentences of the audit log about accounts.

Most actions here write an entry and no event, so the sentences stand together, by topic.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypedDict

from forge.accounts.models import ApiToken, Organisation, Team, User
from forge.core.audit.messages import AuditTopic, Thing, ids_among, things_named
from forge.core.audit.messages import declare as declare_sentences
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

declare_sentences(
    AuditTopic.SIGN_INS,
    {
        "sign-in": "signed in {way} from {address} with {browser}",
        "sign-in.fail": "failed to sign in to the account of {person} from {address} with {browser}",
        "sign-in.unknown": "tried to sign in to an account that does not exist, from {address} with {browser}",
        "sign-in.link": "used a sign-in link",
        "sign-out": "signed out",
        "session.end-others": "ended {sessions} in other browsers",
        "session.end": "ended the session of {browser} at {address}",
    },
)
declare_sentences(
    AuditTopic.ACCOUNTS,
    {
        "profile.update": "changed their name or email address",
        "page.update": "changed their page: {changes}",
        "hint.away": "dismissed the hint {hint}",
        "address.ask": "asked for a link to confirm an email address",
        "address.confirm": "confirmed an email address",
        "password.link": "sent a link for a forgotten password to {person}",
        "second-factor.add": "set up a second factor: {kind}",
        "second-factor.remove": "removed a second factor: {kind}",
        "sign-on.connect": "connected the account to {service}",
        "person.create": "signed in with {service} for the first time",
        "person.disable": "disabled the account of {person}",
        "person.enable": "enabled the account of {person}",
        "password.set": "set a new password",
        "password.end": "ended {tokens} and {sessions} by a new password",
    },
)
declare_sentences(
    AuditTopic.TOKENS,
    {
        "token.create": "created the token {name} with {scopes}",
        "token.delete": "deleted the token {name}",
        "device.allow": "allowed {machine} to sign in with rune login",
        "device.refuse": "refused {machine}, which asked to sign in with rune login",
    },
)
declare_sentences(
    AuditTopic.MEMBERS,
    {
        "invitation.create": "made a link for anyone to join as {role}",
        "invitation.send": "invited {email} as {role}",
        "invitation.revoke": "revoked an invitation",
        "invitation.end": "ended {links} by which {member} could have come back",
        "grant.end": "ended a link or token of theirs: {thing}",
        "grant.lose": "ended links and tokens of {member}: {things}",
        "grant.leave": "ended {thing} of {member} for {place}; it works on elsewhere",
        "grant.hand-over": "handed over from {member} to {heir}: {things}",
        "member.join": "joined as {role}",
        "member.add": "added {member} as {role}",
        "member.role": "changed the role of {member} from {before} to {after}",
        "member.remove": "removed {member}",
        "member.hand-over": "handed the organisation over to {member}",
        "project.join": "joined {project} as {role}",
        "team.create": "created the team {name}",
        "team.update": "changed the team {name}: {changes}",
        "team.delete": "deleted the team {name}",
        "team.add": "added {member} to the team {team}",
        "team.remove": "removed {member} from the team {team}",
    },
)
declare_sentences(
    AuditTopic.ORGANISATION,
    {
        "organisation.second-factor": "changed the sign-in requirements of {organisation}: {changes}",
        "organisation.create": "created the organisation {organisation}",
        "organisation.update": "changed the organisation {organisation}: {changes}",
        "quota.set": "set the quota of {resource} to {limit}",
    },
)
declare_sentences(AuditTopic.REFUSALS, {"access.refuse": "was refused to {verb} at {where}"})
declare_sentences(
    AuditTopic.LOG,
    {
        "audit.export": "exported the audit log as {format}",
        "audit.end": "deleted {entries} older than {days} days",
    },
)


@things_named.register
def names(keys: Collection[str]) -> Mapping[str, Thing]:
    """Organisations, teams, people and tokens."""
    things: dict[str, Thing] = {}
    if ids := ids_among(keys, "organisation"):
        for organisation in Organisation.objects.filter(pk__in=ids):
            things[organisation.stream] = Thing(organisation.name, organisation.get_absolute_url())
    if ids := ids_among(keys, "team"):
        teams = Team.objects.select_related("organisation").filter(pk__in=ids)
        things |= {team.subject: Thing(team.name, team.get_absolute_url()) for team in teams}
    if ids := ids_among(keys, "user"):
        things |= {person.stream: Thing(str(person)) for person in User.objects.filter(pk__in=ids)}
    if ids := ids_among(keys, "token"):
        things |= {f"token:{token.pk}": Thing(token.name) for token in ApiToken.objects.filter(pk__in=ids)}
    return things
