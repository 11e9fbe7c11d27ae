"""The permissions: one table of verbs by role. Every action asks it; nothing else compares roles."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q

from forge.accounts.models import Organisation, Role
from forge.accounts.principals import PrincipalKind
from forge.accounts.scopes import Scope
from forge.core.actors import Actor


class Verb(StrEnum):
    """An action on an organisation or on one of its projects."""

    SEE_ORGANISATION = "see the organisation"
    MANAGE_MEMBERS = "manage members"
    RENAME_ORGANISATION = "rename the organisation"
    READ_AUDIT = "read the audit log"
    MANAGE_WEBHOOKS = "manage webhooks"
    CREATE_PROJECT = "create a project"
    CLAIM_DEVICES = "let devices join"
    CHANGE_DEVICES = "label, group and restart devices"
    READ_DEVICE_LOGS = "read the logs of devices"
    LOCK_OUT_DEVICES = "lock devices out, retire them and hand them over"
    SEE = "see the project's page"
    READ = "read the project's files and builds"
    COMMENT = "comment"
    POST_CHECK = "post the result of a check"
    REVIEW = "give a verdict on a build"
    SUGGEST = "suggest a change"
    GIVE_SAMPLE = "give the project a recording of one's own"
    EDIT = "edit the project's files"
    DRAFT = "write drafts of the project"
    TRAIN = "train models"
    BUILD = "build the project"
    ASK = "ask for a review"
    SHARE = "let guests see a review"
    PUBLISH = "publish a build"
    PUSH = "push artifacts to the project's repository"
    DEPLOY = "change what a deployment serves, and manage its keys"
    OVERRIDE_GATE = "publish a build past its gate"
    DESCRIBE = "rename or describe the project"
    PLAY = "play samples that others only train and test on"
    MANAGE = "delete the project, restore it or change who sees it"
    PLAY_TESTS = "play test samples that others only test on"
    CHANGE_TESTS = "change test samples that a saved version has"


_VIEWER = frozenset({Verb.SEE_ORGANISATION, Verb.SEE, Verb.READ, Verb.COMMENT, Verb.POST_CHECK})
_REVIEWER = _VIEWER | {Verb.REVIEW, Verb.SUGGEST, Verb.GIVE_SAMPLE}
_DEVELOPER = _REVIEWER | {
    Verb.CREATE_PROJECT,
    Verb.CLAIM_DEVICES,
    Verb.CHANGE_DEVICES,
    Verb.READ_DEVICE_LOGS,
    Verb.EDIT,
    Verb.DRAFT,
    Verb.TRAIN,
    Verb.BUILD,
    Verb.ASK,
    Verb.SHARE,
    Verb.PUBLISH,
    Verb.PUSH,
    Verb.DEPLOY,
    Verb.DESCRIBE,
}
_MAINTAINER = _DEVELOPER | {Verb.PLAY, Verb.MANAGE, Verb.LOCK_OUT_DEVICES}
_OWNER = _MAINTAINER | {
    Verb.MANAGE_MEMBERS,
    Verb.RENAME_ORGANISATION,
    Verb.READ_AUDIT,
    Verb.MANAGE_WEBHOOKS,
    Verb.OVERRIDE_GATE,
    Verb.PLAY_TESTS,
    Verb.CHANGE_TESTS,
}

ALLOWED_VERBS: Mapping[str, frozenset[Verb]] = {
    Role.VIEWER: _VIEWER,
    Role.REVIEWER: _REVIEWER,
    Role.DEVELOPER: _DEVELOPER,
    Role.MAINTAINER: _MAINTAINER,
    Role.OWNER: _OWNER,
}
"""The verbs of each role."""

SCOPES_OF: Mapping[Verb, frozenset[Scope]] = {
    Verb.SEE_ORGANISATION: frozenset({Scope.ORGANISATION_READ}),
    Verb.MANAGE_MEMBERS: frozenset({Scope.MEMBER_MANAGE}),
    Verb.RENAME_ORGANISATION: frozenset({Scope.ORGANISATION_WRITE}),
    Verb.READ_AUDIT: frozenset({Scope.AUDIT_READ}),
    Verb.MANAGE_WEBHOOKS: frozenset({Scope.WEBHOOK_MANAGE}),
    Verb.CREATE_PROJECT: frozenset({Scope.PROJECT_CREATE}),
    Verb.CLAIM_DEVICES: frozenset({Scope.DEVICE_MANAGE}),
    Verb.CHANGE_DEVICES: frozenset({Scope.DEVICE_MANAGE}),
    Verb.READ_DEVICE_LOGS: frozenset({Scope.DEVICE_MANAGE}),
    Verb.LOCK_OUT_DEVICES: frozenset({Scope.DEVICE_MANAGE}),
    # Who may pull what a project published sees that it is there.
    Verb.SEE: frozenset({Scope.PROJECT_READ, Scope.REGISTRY_PULL}),
    Verb.READ: frozenset({Scope.PROJECT_READ}),
    Verb.COMMENT: frozenset({Scope.REVIEW_WRITE}),
    Verb.POST_CHECK: frozenset({Scope.CHECK_WRITE}),
    Verb.REVIEW: frozenset({Scope.REVIEW_WRITE}),
    Verb.SUGGEST: frozenset({Scope.REVIEW_WRITE}),
    Verb.SHARE: frozenset({Scope.PROJECT_MANAGE}),
    Verb.GIVE_SAMPLE: frozenset({Scope.PROJECT_WRITE, Scope.REVIEW_WRITE}),
    Verb.EDIT: frozenset({Scope.PROJECT_WRITE}),
    Verb.DRAFT: frozenset({Scope.PROJECT_DRAFT, Scope.PROJECT_WRITE}),
    Verb.TRAIN: frozenset({Scope.PROJECT_DRAFT, Scope.PROJECT_WRITE}),
    Verb.BUILD: frozenset({Scope.BUILD_RUN}),
    Verb.ASK: frozenset({Scope.REVIEW_WRITE}),
    Verb.PUBLISH: frozenset({Scope.RUNE_PUBLISH}),
    Verb.PUSH: frozenset({Scope.REGISTRY_PUSH}),
    Verb.DEPLOY: frozenset({Scope.DEPLOYMENT_MANAGE}),
    Verb.OVERRIDE_GATE: frozenset({Scope.PROJECT_MANAGE}),
    Verb.DESCRIBE: frozenset({Scope.PROJECT_WRITE}),
    Verb.PLAY: frozenset({Scope.PROJECT_READ}),
    Verb.MANAGE: frozenset({Scope.PROJECT_MANAGE}),
    Verb.PLAY_TESTS: frozenset({Scope.PROJECT_READ}),
    Verb.CHANGE_TESTS: frozenset({Scope.PROJECT_MANAGE}),
}
"""Any of which a token needs for a verb, beside its owner's role."""


def scope_of(verb: Verb) -> Scope:
    """Returns the scope that the API asks of a token for a verb."""
    return min(SCOPES_OF[verb])


OF_ORGANISATION = frozenset(
    {
        Verb.SEE_ORGANISATION,
        Verb.MANAGE_MEMBERS,
        Verb.RENAME_ORGANISATION,
        Verb.READ_AUDIT,
        Verb.MANAGE_WEBHOOKS,
        Verb.CREATE_PROJECT,
        Verb.CLAIM_DEVICES,
        Verb.CHANGE_DEVICES,
        Verb.READ_DEVICE_LOGS,
        Verb.LOCK_OUT_DEVICES,
    }
)
"""The verbs that are done to an organisation."""

OF_PROJECT = frozenset(Verb) - OF_ORGANISATION
"""The verbs that are done to a project."""

OF_GUEST: frozenset[Verb] = frozenset({Verb.READ, Verb.COMMENT})
"""The verbs of guests for the one review that they are admitted to, as far as their link allows; none for a project."""

OF_AGENT: frozenset[Verb] = frozenset({Verb.SEE, Verb.READ, Verb.COMMENT, Verb.DRAFT, Verb.TRAIN, Verb.BUILD})
"""The verbs of agents, whatever their scopes are. None of them decides anything, or changes what people work on."""

OF_DRAFT: frozenset[Verb] = frozenset({Verb.SEE, Verb.READ, Verb.EDIT, Verb.BUILD})
"""The verbs that are done to a draft. Who may write drafts of a project may edit their files."""

ANYONE_ON_OPEN: frozenset[Verb] = frozenset({Verb.SEE})
"""The verbs of somebody without a role on a project that is open to them."""


class OfOrganisation(Protocol):
    """A project, seen from this floor."""

    pk: Any
    organisation_id: UUID
    draft_of_id: UUID | None
    """The id of the project that it is a draft of; None of a project."""
    visibility: str
    taken_down: Any
    """The time when its public page was taken down; None if it was not."""


def verbs_on(actor: Actor, target: Organisation | OfOrganisation) -> frozenset[Verb]:
    """All that who acts may do to an organisation or a project."""
    if isinstance(target, Organisation):
        role = actor.roles.get(target.pk) if _includes(actor, target.stream) else None
        return _within(actor, _verbs_of(role) & OF_ORGANISATION)
    is_open = target.visibility in open_visibilities(actor) and target.taken_down is None
    public_verbs = ANYONE_ON_OPEN if is_open else frozenset()
    project = target.draft_of_id or target.pk
    is_included = _includes(actor, f"organisation:{target.organisation_id}", f"project:{project}")
    own_verbs = _verbs_in(actor, project, target.organisation_id) if is_included else frozenset()
    verbs = _within(actor, own_verbs & OF_PROJECT | public_verbs)
    return verbs if target.draft_of_id is None else _on_draft(verbs)


def _on_draft(verbs: frozenset[Verb]) -> frozenset[Verb]:
    """Returns what somebody may do to a draft who may do this to its project."""
    return verbs & (OF_DRAFT - {Verb.EDIT}) | ({Verb.EDIT} if Verb.DRAFT in verbs else frozenset())


def open_visibilities(actor: Actor) -> frozenset[str]:
    """The visibilities of projects that are open to who acts without a role: `public` to anyone, `internal` to people
    with an account, in person or by a token that is restricted to nothing."""
    has_account = actor.person is not None and actor.restriction is None
    return frozenset({"public", "internal"}) if has_account else frozenset({"public"})


def can(actor: Actor, verb: Verb, target: Organisation | OfOrganisation) -> bool:
    """Returns whether the actor may do this to an organisation or a project."""
    return verb in verbs_on(actor, target)


def can_as_guest(actor: Actor, verb: Verb, key: str) -> bool:
    """Returns whether the actor is a guest, and may do this to the thing of this key, such as `review:<id>`."""
    if actor.kind != PrincipalKind.GUEST or actor.restriction is None or key not in actor.restriction:
        return False
    return verb in _within(actor, OF_GUEST)


def organisations_where(actor: Actor, verb: Verb) -> tuple[UUID, ...]:
    """The ids of the organisations in which who acts may do this, to them or to all of their projects, as a member.

    A role in one project counts for that project alone.
    """
    return tuple(each for each in _by_role(actor, verb) if _includes(actor, f"organisation:{each}"))


def projects_where(actor: Actor, verb: Verb) -> Q:
    """The condition on projects that who acts may do this to them by a role, in the organisation or in the project."""
    whole = Q(organisation__in=organisations_where(actor, verb))
    single = _by_project_role(actor, verb)
    if actor.restriction is None:
        return whole | Q(pk__in=single)
    projects, organisations = (
        _ids_of_kind(actor.restriction, "project"),
        _ids_of_kind(actor.restriction, "organisation"),
    )
    restricted_projects = Q(pk__in=projects, organisation__in=_by_role(actor, verb)) | Q(pk__in=single & projects)
    return whole | restricted_projects | Q(pk__in=single, organisation__in=organisations)


def roles_with(verb: Verb) -> tuple[str, ...]:
    """The roles that allow something in a whole organisation, for queries of memberships."""
    return tuple(role for role, verbs in ALLOWED_VERBS.items() if verb in verbs)


def may_invite(actor: Actor, role: str, organisation: UUID, project: UUID | None) -> bool:
    """Returns whether the actor may give a person a role, in an organisation or in one of its projects: nobody gives
    what they do not have themself."""
    own = _verbs_of(actor.roles.get(organisation))
    single = actor.project_roles.get(project) if project else None
    own |= _verbs_of(single.role if single else None)
    return (Verb.MANAGE if project else Verb.MANAGE_MEMBERS) in own and own >= ALLOWED_VERBS[role]


def is_more(role: Role, than: Role) -> bool:
    """Returns whether a role has all verbs of another, and more."""
    return ALLOWED_VERBS[role] > ALLOWED_VERBS[than]


def _within(actor: Actor, verbs: frozenset[Verb]) -> frozenset[Verb]:
    """Returns the verbs that the actor's kind and scopes allow; without scopes a person acts themself."""
    if actor.kind == PrincipalKind.AGENT:
        verbs = verbs & OF_AGENT
    scopes = actor.scopes
    return verbs if scopes is None else frozenset(verb for verb in verbs if SCOPES_OF[verb] & scopes)


def _includes(actor: Actor, *keys: str) -> bool:
    """Returns whether any of these things is among those that the actor is restricted to; without a restriction every
    thing is.

    The one place that compares them: all that finds, lists or does something comes here.
    """
    return actor.restriction is None or not actor.restriction.isdisjoint(keys)


def _by_role(actor: Actor, verb: Verb) -> tuple[UUID, ...]:
    """The ids of the organisations in which role and scopes allow this."""
    if not _within(actor, frozenset({verb})):
        return ()
    return tuple(organisation for organisation, role in actor.roles.items() if verb in _verbs_of(role))


def _by_project_role(actor: Actor, verb: Verb) -> frozenset[UUID]:
    """The ids of the projects in which a role in the project and scopes allow this, and the one in its organisation
    does not: thousands may add nothing to that, and each of these is named in the query."""
    if not _within(actor, frozenset({verb})):
        return frozenset()
    whole = frozenset(organisation for organisation, role in actor.roles.items() if verb in _verbs_of(role))
    return frozenset(
        project
        for project, own in actor.project_roles.items()
        if own.organisation not in whole and verb in _verbs_of(own.role)
    )


def _ids_of_kind(restriction: frozenset[str], kind: str) -> frozenset[UUID]:
    """The ids of the things of a kind among these keys."""
    split = (key.partition(":") for key in restriction)
    return frozenset(UUID(identifier) for name, _, identifier in split if name == kind)


def _verbs_in(actor: Actor, project: UUID, organisation: UUID) -> frozenset[Verb]:
    """Returns the verbs that the role in the organisation and the role in the project allow together."""
    role = actor.project_roles.get(project)
    return _verbs_of(actor.roles.get(organisation)) | _verbs_of(role.role if role else None)


def _verbs_of(role: str | None) -> frozenset[Verb]:
    """The verbs of a role; none for a person without a role."""
    return frozenset() if role is None else ALLOWED_VERBS[role]
