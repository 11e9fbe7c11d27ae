"""The roles of an organisation's members: each with its name, its label and what it is for.

What a role may do is in the table of verbs of `forge.accounts.permissions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class RoleDeclaration:
    """A role. `name` is the word in a `forge.yml` and in answers; `duties` continue a sentence for the person who gives
    the role; `note` is added to its documentation in a `forge.yml`."""

    name: str
    label: str
    duties: str
    note: str = ""

    @property
    def meaning(self) -> str:
        """Its documentation in a `forge.yml`."""
        return f"Members with the role {self.label}. {self.note}".strip()


DECLARED_ROLES: Final = (
    RoleDeclaration("owner", "Owner", "members, settings and publishing past a gate too"),
    RoleDeclaration("maintainer", "Maintainer", "deletes and restores projects, and chooses who sees them too"),
    RoleDeclaration("developer", "Developer", "edits, builds and publishes too"),
    RoleDeclaration("reviewer", "Reviewer", "approves, suggests changes and gives recordings too"),
    RoleDeclaration("viewer", "Viewer", "reads, tries builds and comments", "Here the word means `reviewer`."),
)
"""The role that allows most first; each has all that the ones after it have."""

ROLES: Final = tuple(role.name for role in DECLARED_ROLES)
"""Their names, in a policy too."""

FORMER_ROLES: Final = {"viewer": "reviewer"}
"""Former names of roles in a policy: viewers gave verdicts before there were reviewers."""
