"""Actions on projects. Each checks the permission, does it, and writes the audit entry and the event."""

from forge.projects.archives.actions import UnpackResult, unpack
from forge.projects.copying.actions import duplicate_project, fork_project
from forge.projects.files.actions import copy_file, delete_file, rename_file, write_file
from forge.projects.history.actions import create_from_upload
from forge.projects.lifecycle.actions.beginning import begin_with_model, begin_with_template
from forge.projects.lifecycle.actions.downloads import note_download
from forge.projects.lifecycle.actions.favourites import mark_favourite
from forge.projects.lifecycle.actions.project import (
    create_from_archive,
    create_from_files,
    create_from_model,
    create_project,
    delete_project,
    restore_project,
    update_project,
)
from forge.projects.lifecycle.actions.taking_down import put_back, take_down
from forge.projects.people.actions.roles import (
    end_project_role,
    give_project_role,
    invite_to_project,
    invite_to_project_by_email,
    revoke_project_invitation,
)
from forge.projects.people.actions.teams import end_team_role, give_team_role
from forge.projects.remotes.actions import create_from_git, push_to_git
from forge.projects.versions.actions.restore import RestoreResult, restore_version, restoring_update
from forge.projects.versions.actions.save import save_version

__all__ = [
    "RestoreResult",
    "UnpackResult",
    "begin_with_model",
    "begin_with_template",
    "copy_file",
    "create_from_archive",
    "create_from_files",
    "create_from_git",
    "create_from_model",
    "create_from_upload",
    "create_project",
    "delete_file",
    "delete_project",
    "duplicate_project",
    "end_project_role",
    "end_team_role",
    "fork_project",
    "give_project_role",
    "give_team_role",
    "invite_to_project",
    "invite_to_project_by_email",
    "mark_favourite",
    "note_download",
    "push_to_git",
    "put_back",
    "rename_file",
    "restore_project",
    "restore_version",
    "restoring_update",
    "revoke_project_invitation",
    "save_version",
    "take_down",
    "unpack",
    "update_project",
    "write_file",
]
