"""The roles of an organisation's members: each with its name, its label and what it is for.

What a role may do is in the table of verbs of `forge.accounts.permissions`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self


class Role(StrEnum):
    """The roles, the one that allows most first; each has all that the ones after it have.

    A member is the word in a `forge.yml`, in columns and in answers. `duties` continue a sentence for the person who
    gives the role; `note` is added to its documentation in a `forge.yml`.
    """

    label: str
    duties: str
    note: str

    def __new__(cls, word: str, label: str = "", duties: str = "", note: str = "") -> Self:
        # The defaults are for `Role("owner")`, which looks a role up and does not come here.
        role = str.__new__(cls, word)
        role._value_ = word
        role.label, role.duties, role.note = label, duties, note
        return role

    OWNER = "owner", "Owner", "members, settings and publishing past a gate too"
    MAINTAINER = "maintainer", "Maintainer", "deletes and restores projects, and chooses who sees them too"
    DEVELOPER = "developer", "Developer", "edits, builds and publishes too"
    REVIEWER = "reviewer", "Reviewer", "approves, suggests changes and gives recordings too"
    VIEWER = "viewer", "Viewer", "reads, tries builds and comments", "Here the word means `reviewer`."

    @property
    def description(self) -> str:
        """The label and duties, for the person who gives the role."""
        return f"{self.label}: {self.duties}"

    @property
    def meaning(self) -> str:
        """The documentation of the role in a `forge.yml`."""
        return f"Members with the role {self.label}. {self.note}".strip()


ROLES: Final = tuple(str(role) for role in Role)
"""The words of the roles, in a policy too."""

FORMER_ROLES: Final = {"viewer": "reviewer"}
"""Former names of roles in a policy: viewers gave verdicts before there were reviewers."""
