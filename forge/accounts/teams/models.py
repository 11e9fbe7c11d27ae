"""Teams: members of an organisation who have roles in some of its projects together."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models

from forge.accounts.names import MAXIMUM_LENGTH
from forge.accounts.roles import Role, role_choices

if TYPE_CHECKING:
    from forge.accounts.models import Membership


class Team(models.Model):
    """A group of an organisation's members. Its name is unique in the organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=MAXIMUM_LENGTH)
    description = models.CharField(max_length=200, blank=True)
    members: models.ManyToManyField[Membership, models.Model] = models.ManyToManyField(
        "accounts.Membership", related_name="teams"
    )
    """Memberships and not people: who leaves the organisation is in none of its teams."""
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_team_a_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """The key of its audit entries."""
        return f"team:{self.pk}"

    def get_absolute_url(self) -> str:
        return f"{self.organisation.get_absolute_url()}/-/teams/{self.name}"


class TeamRole(models.Model):
    """The role of a team's people in one project of the organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="roles")
    project = models.UUIDField(db_index=True)
    """The id of the project, whose table belongs to a higher floor."""
    role = models.CharField(max_length=10, choices=role_choices)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "project"], name="one_role_a_team_of_a_project"),
            models.CheckConstraint(condition=~models.Q(role=Role.OWNER), name="no_team_owns_a_project"),
        ]
        ordering = ["created"]

    def __str__(self) -> str:
        return f"{self.team_id} {self.role} of {self.project}"
