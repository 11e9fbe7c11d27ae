"""What the pages call the roles, and what each role may do."""

from __future__ import annotations

from forge.accounts.models import Role

ROLE_WORDS = {
    Role.VIEWER: "Viewer: reads, tries builds and comments",
    Role.REVIEWER: "Reviewer: approves, suggests changes and gives recordings too",
    Role.DEVELOPER: "Developer: edits, builds and publishes too",
    Role.MAINTAINER: "Maintainer: deletes and restores projects, and chooses who sees them too",
    Role.OWNER: "Owner: members, settings and publishing past a gate too",
}
