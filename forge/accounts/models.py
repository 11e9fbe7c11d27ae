"""People, organisations and memberships. Sessions, tokens and teams are in the `models` of their own folders."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now

from forge.accounts.names import MAXIMUM_LENGTH
from forge.accounts.roles import Role as Role
from forge.accounts.roles import is_higher, role_choices
from forge.accounts.sign_in.models import BrowserSession as BrowserSession
from forge.accounts.sign_in.models import SignInLink as SignInLink
from forge.accounts.teams.models import Team as Team
from forge.accounts.teams.models import TeamRole as TeamRole
from forge.accounts.tokens.models import ApiToken as ApiToken
from forge.accounts.tokens.models import DeviceSignIn as DeviceSignIn
from forge.accounts.tokens.models import of_living_tokens as of_living_tokens
from forge.core.actors import ProjectRole
from forge.core.audit.entries import AuditPlace
from forge.core.database.compiled_queries import CompiledQuery, id_of

COLOURS = 3
"""How many colours a person's mark may have (`--person-1` and on)."""


SECOND_FACTORS = ("totp", "webauthn")
"""Allauth's kinds of second factors. Recovery codes stand for one of them, and are none by themselves."""


@dataclass(frozen=True)
class Standing:
    """A person's place in organisations and in single projects, by their ids, as it is now."""

    roles: Mapping[uuid.UUID, Role]
    project_roles: Mapping[uuid.UUID, ProjectRole]
    """The roles that they have in one project, of their own or by a team, where that is more than the one in its
    organisation."""
    blocked_organisations: frozenset[uuid.UUID]
    """The organisations in which they have a role, and are not let in before they have a second factor."""


def _gives_more() -> models.Q:
    """The condition on memberships that a team's role is more than the membership's own: all others, which may be
    thousands, stay in the database."""
    higher = {role: [other for other in Role if is_higher(other, than=role)] for role in Role}
    cases = (models.Q(role=role, teams__roles__role__in=others) for role, others in higher.items() if others)
    return reduce(or_, cases)


def _rows_of_standing(person: uuid.UUID) -> models.QuerySet[Any, Any]:
    """Returns for a person an organisation, the role there, whether it requires a second factor, and the project or
    None."""
    columns = ("organisation_id", "member_role", "organisation__requires_second_factor", "of")
    role = models.F("role")
    memberships = Membership.objects.filter(user=person, user__is_active=True).order_by()
    whole = memberships.annotate(member_role=role, of=models.Value(None, models.UUIDField()))
    single = ProjectMembership.objects.filter(user=person, user__is_active=True).order_by()
    single = single.annotate(member_role=role, of=models.F("project"))
    by_teams = memberships.filter(_gives_more())
    by_teams = by_teams.annotate(member_role=models.F("teams__roles__role"), of=models.F("teams__roles__project"))
    parts = [part.values_list(*columns) for part in (whole, single, by_teams)]
    # Teams that give the same role in the same project are one row.
    return parts[0].union(*parts[1:])


_STANDING = CompiledQuery(_rows_of_standing)

_StandingRow = tuple[uuid.UUID, str, bool, uuid.UUID | None]
"""An organisation, the role there, whether it requires a second factor, and the project that the role is in."""


def _standing_in(places: Sequence[_StandingRow], blocked_organisations: frozenset[uuid.UUID]) -> Standing:
    """The best role in each place, without the organisations that keep the person out."""
    open_places = [
        (organisation, Role(role), of)
        for organisation, role, _, of in places
        if organisation not in blocked_organisations
    ]
    roles = {organisation: role for organisation, role, project in open_places if project is None}
    best: dict[uuid.UUID, tuple[Role, uuid.UUID]] = {}
    for organisation, role, project in open_places:
        # A role that gives no more than the organisation's own is left out.
        current_role = best[project][0] if project in best else roles.get(organisation)
        if project is not None and is_higher(role, than=current_role):
            best[project] = (role, organisation)
    return Standing(
        roles, {project: ProjectRole(*best_role) for project, best_role in best.items()}, blocked_organisations
    )


class UserManager(BaseUserManager["User"]):
    """Makes people; an address is kept in lower case, so that one person has one account."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.colour = fields.get("colour", self.count() % COLOURS + 1)
        user.save()
        return user


class User(AbstractBaseUser):
    """A person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80)
    colour = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    joined = models.DateTimeField(auto_now_add=True)
    about = models.CharField(max_length=300, blank=True, db_default="")
    """The person's text about themself, shown on their page."""
    shows_page = models.BooleanField(default=False, db_default=False)
    """Whether the page is for everybody; else it is for those with whom they share an organisation."""
    dismissed_hints = models.JSONField(default=list)
    """The hints for beginners that the person put away (`forge.accounts.people.hints`)."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def kind(self) -> str:
        """A person acts as themself: with the next three, what makes one an `Actor`."""
        return "person"

    @property
    def person(self) -> User:
        return self

    @property
    def scopes(self) -> None:
        return None

    @property
    def restriction(self) -> None:
        return None

    @property
    def roles(self) -> Mapping[uuid.UUID, Role]:
        """The person's roles where they are let in, as they are now: a query each time."""
        return self.standing.roles

    @property
    def project_roles(self) -> Mapping[uuid.UUID, ProjectRole]:
        """The same of single projects."""
        return self.standing.project_roles

    @property
    def blocked_organisations(self) -> frozenset[uuid.UUID]:
        return self.standing.blocked_organisations

    def afresh(self) -> User:
        """The roles are read each time."""
        return self

    @property
    def standing(self) -> Standing:
        """Roles, and where the person is kept out: a query each time, two where a second factor is asked for."""
        places = self._places
        requiring = frozenset(organisation for organisation, _, requires, _ in places if requires)
        return _standing_in(places, frozenset() if not requiring or self.has_second_factor else requiring)

    @property
    def standing_without_block(self) -> Standing:
        """The roles that the person has, also where they are kept out until they have a second factor: for what they
        made, which such an organisation keeps."""
        return _standing_in(self._places, frozenset())

    @property
    def _places(self) -> list[_StandingRow]:
        rows = _STANDING.rows(self.pk)
        return [(id_of(whose), role, bool(requires), of and id_of(of)) for whose, role, requires, of in rows]

    @property
    def has_second_factor(self) -> bool:
        """Whether signing in by password asks for more."""
        return self._second_factors.exists()

    @property
    def _second_factors(self) -> models.QuerySet[Any]:
        # allauth's table, whose types mypy does not see.
        factors: models.QuerySet[Any] = self.authenticator_set.filter(type__in=SECOND_FACTORS)  # type: ignore[attr-defined]
        return factors

    @property
    def stream(self) -> str:
        return f"user:{self.pk}"

    @property
    def place(self) -> AuditPlace:
        """The place where events of the account are recorded."""
        return AuditPlace(person=self.pk)

    @property
    def initials(self) -> str:
        """The one or two letters that stand for the person on a mark."""
        words = (self.name or self.email.split("@")[0]).split()
        letters = words[0][0] + words[-1][0] if len(words) > 1 else (words[0][:2] if words else "?")
        return letters.upper()


class Organisation(models.Model):
    """People who share projects. Its name is the first part of every address and of every published name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=MAXIMUM_LENGTH, unique=True)
    title = models.CharField(max_length=80, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    requires_second_factor = models.BooleanField(default=False, db_default=False)
    """Whether members without one are kept out until they have set one up."""
    members: models.ManyToManyField[User, Membership] = models.ManyToManyField(
        User, through="Membership", related_name="organisations"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> str:
        return f"organisation:{self.pk}"

    @property
    def place(self) -> AuditPlace:
        """The place where its events are recorded."""
        return AuditPlace(organisation=self.pk)

    def get_absolute_url(self) -> str:
        return f"/{self.name}"


class FormerOrganisationName(models.Model):
    """A name that an organisation had. It leads to the organisation, until someone takes it where it is not held."""

    name = models.CharField(primary_key=True, max_length=MAXIMUM_LENGTH)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="former_names")

    def __str__(self) -> str:
        return self.name


class ReservedName(models.Model):
    """A name of an organisation that published something, for good: nobody else gets it, also when the row of the
    organisation is gone.
    """

    name = models.CharField(primary_key=True, max_length=MAXIMUM_LENGTH)
    organisation = models.UUIDField(db_index=True)
    """The id of the organisation, whose row this one outlives."""
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in an organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=role_choices)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="one_role_a_member")]
        ordering = ["created"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class ProjectMembership(models.Model):
    """A person's role in one project, whether or not they are a member of its organisation too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="project_memberships")
    project = models.UUIDField()
    """The id of the project, whose table belongs to a higher floor."""
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="project_memberships")
    role = models.CharField(max_length=10, choices=role_choices)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="one_role_a_person_of_a_project"),
            models.CheckConstraint(condition=~models.Q(role=Role.OWNER), name="a_project_has_no_owner"),
        ]
        ordering = ["created"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} of {self.project}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations to organisations and projects."""

    def open(self) -> InvitationQuerySet:
        """Returns the invitations that were not revoked, with places left, whose time is not over and whose token has
        not ended."""
        return self.filter(of_living_tokens(), used__isnull=True, revoked__isnull=True, expires__gt=Now())


class Invitation(models.Model):
    """A link that makes anybody who opens it a member, or gives them a role in one project."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    project = models.UUIDField(null=True, blank=True)
    """The id of the project that it is to; None where it is to the organisation."""
    role = models.CharField(max_length=10, choices=role_choices)
    email = models.EmailField(blank=True, db_default="")
    """The invited address: only its owner can join. "" is a link for anyone."""
    places = models.PositiveSmallIntegerField(default=1, db_default=1)
    """How many people can join by it."""
    places_used = models.PositiveSmallIntegerField(default=0, db_default=0)
    """How many of them have."""
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by_token = models.UUIDField(null=True, blank=True)
    """The id of the token that made it, with which it ends; None where a person did."""
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)
    """The time when the last place was taken."""
    used_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The person who joined by it last."""
    revoked = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"invitation to {self.organisation_id} as {self.role}"


class Quota(models.Model):
    """The limit of a resource for an organisation or a person, where that is not the default.

    The defaults can have rows too, whose holder is `organisation` or `user`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.CharField(max_length=64)
    """`organisation:<id>` or `user:<id>`."""
    resource = models.CharField(max_length=20)
    """The resource: one of `forge.accounts.quotas.limits.Resource`."""
    limit = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "resource"], name="one_quota_a_resource"),
            models.CheckConstraint(condition=models.Q(limit__gte=0), name="a_quota_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.resource} {self.limit}"
