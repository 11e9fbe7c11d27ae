"""The addresses of builds below /api/v1/."""

from __future__ import annotations

from django.urls import path

from forge.builds import api
from forge.builds.bins import actions as bins_acts
from forge.builds.packages import api as packages_api
from forge.builds.previews import api as previews_api
from forge.core.api.acts import act_paths, acts_in

urlpatterns = [
    path("projects/<str:organisation>/<str:name>/builds", api.ProjectBuilds.as_view()),
    path("projects/<str:organisation>/<str:name>/targets", api.ProjectTargets.as_view()),
    path("projects/<str:organisation>/<str:name>/preview", previews_api.ProjectPreview.as_view()),
    path("projects/<str:organisation>/<str:name>/preview/watch", previews_api.ProjectWatch.as_view()),
    path("projects/<str:organisation>/<str:name>/preview/watch/<uuid:watch_id>", previews_api.OneWatch.as_view()),
    path("builds/<uuid:build_id>", api.OneBuild.as_view()),
    path("builds/<uuid:build_id>/stages", previews_api.BuildStages.as_view()),
    path("builds/<uuid:build_id>/log", api.BuildLog.as_view()),
    path("builds/<uuid:build_id>/cancel", api.BuildCancel.as_view()),
    path("builds/<uuid:build_id>/rune", api.BuildRune.as_view()),
    path("builds/<uuid:build_id>/packages/<str:target>", packages_api.BuildPackageFile.as_view()),
    path("builds/<uuid:build_id>/firmware", packages_api.BuildFirmware.as_view()),
    path("builds/<uuid:build_id>/firmware.uf2", packages_api.BuildUf2.as_view()),
    *act_paths(acts_in(bins_acts)),
]
