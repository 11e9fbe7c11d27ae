"""The API's addresses of projects and files. Longer ones come before the file's own, whose path takes what is left."""

from django.urls import path

from forge.core.api.acts import act_paths, acts_in
from forge.projects import api
from forge.projects.archives import api as archive_api
from forge.projects.copying import api as copy_api
from forge.projects.drafts import actions as drafts
from forge.projects.drafts import api as drafts_api
from forge.projects.lifecycle.actions import project
from forge.projects.people import api as people_api
from forge.projects.people.actions import roles
from forge.projects.remotes import api as git_api
from forge.projects.versions import api as version_api

_PROJECT = "projects/<str:organisation>/<str:name>"

urlpatterns = [
    path("templates", api.Templates.as_view()),
    path("projects", api.Projects.as_view()),
    path("projects/from-model", api.ProjectsFromModel.as_view()),
    path("projects/from-archive", archive_api.ProjectsFromArchive.as_view()),
    path("projects/from-git", git_api.ProjectsFromGit.as_view()),
    path(f"{_PROJECT}/restore", api.ProjectRestore.as_view()),
    path(f"{_PROJECT}/state", api.ProjectState.as_view()),
    path(f"{_PROJECT}/favourite", api.ProjectFavourite.as_view()),
    path(f"{_PROJECT}/duplicate", copy_api.ProjectDuplicate.as_view()),
    path(f"{_PROJECT}/fork", copy_api.ProjectFork.as_view()),
    path(f"{_PROJECT}/people", people_api.ProjectPeople.as_view()),
    path(f"{_PROJECT}/people/<uuid:person>", people_api.ProjectPerson.as_view()),
    path(f"{_PROJECT}/teams", people_api.ProjectTeams.as_view()),
    path(f"{_PROJECT}/teams/<str:team>", people_api.ProjectTeam.as_view()),
    path(f"{_PROJECT}/files", api.ProjectFilesList.as_view()),
    path(f"{_PROJECT}/files/<path:path>/rename", api.ProjectFileRename.as_view()),
    path(f"{_PROJECT}/files/<path:path>/copy", archive_api.ProjectFileCopy.as_view()),
    path(f"{_PROJECT}/files/<path:path>", api.ProjectFile.as_view()),
    path(f"{_PROJECT}/models/<path:path>", api.ProjectModel.as_view()),
    path(f"{_PROJECT}/archive", archive_api.ProjectArchive.as_view()),
    path(f"{_PROJECT}/repository", git_api.ProjectRepository.as_view()),
    path(f"{_PROJECT}/authors", version_api.ProjectAuthors.as_view()),
    path(f"{_PROJECT}/versions", version_api.ProjectVersions.as_view()),
    path(f"{_PROJECT}/versions/compare", version_api.VersionsCompared.as_view()),
    path(f"{_PROJECT}/versions/<int:number>", version_api.OneVersion.as_view()),
    path(f"{_PROJECT}/versions/<int:number>/archive", version_api.VersionArchive.as_view()),
    path(f"{_PROJECT}/versions/<int:number>/restore", version_api.VersionRestore.as_view()),
    path(f"{_PROJECT}/versions/<int:number>/files/<path:path>", version_api.VersionFile.as_view()),
    *act_paths(
        acts_in(project, roles, drafts),
        {
            _PROJECT: api.ProjectDetail,
            f"{_PROJECT}/invitations": people_api.ProjectInvitations,
            f"{_PROJECT}/drafts": drafts_api.ProjectDrafts,
            f"{_PROJECT}/drafts/<int:number>": drafts_api.ProjectDraft,
        },
    ),
]
