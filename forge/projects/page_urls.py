"""The addresses of the pages of projects and teams."""

from __future__ import annotations

from django.urls import path

from forge.projects.copying import pages as copying
from forge.projects.pages import begin, deleted, favourites, new_project, settings, studio
from forge.projects.people.pages import share, teams
from forge.projects.remotes import pages as git

site_pages = [
    path("accounts/favourites", favourites.favourites, name="favourites"),
    path("new", new_project.new_project, name="new-project"),
    path("new/places", new_project.places, name="new-project-places"),
    path("new/from-archive", new_project.from_archive, name="new-from-archive"),
    path("new/from-git", git.from_git, name="new-from-git"),
]
organisation_pages = [
    path("<str:organisation>/-/teams", teams.teams, name="teams"),
    path("<str:organisation>/-/teams/<str:team>", teams.team_page, name="team"),
    path("<str:organisation>/-/teams/<str:team>/do", teams.change, name="change-team"),
    path("<str:organisation>/-/deleted", deleted.deleted, name="deleted-projects"),
    path("<str:organisation>/-/deleted/<str:name>/restore", deleted.restore, name="restore-project"),
]
project_pages = [
    path("<str:organisation>/<str:name>/studio", studio.studio, name="studio"),
    path("<str:organisation>/<str:name>/begin", begin.begin, name="begin-project"),
    path("<str:organisation>/<str:name>/settings", settings.settings_page, name="project-settings"),
    path("<str:organisation>/<str:name>/share", share.share, name="share"),
    path("<str:organisation>/<str:name>/copy", copying.copy, name="copy-project"),
    path("<str:organisation>/<str:name>/share/invitations", share.invite, name="invite-to-project"),
    path(
        "<str:organisation>/<str:name>/share/invitations/<uuid:invitation>/revoke",
        share.revoke,
        name="revoke-project-invitation",
    ),
    path("<str:organisation>/<str:name>/share/people/<uuid:person>", share.teammate, name="teammate"),
    path("<str:organisation>/<str:name>/share/teams", share.team, name="share-with-team"),
    path("<str:organisation>/<str:name>/delete", settings.delete, name="delete-project"),
]
