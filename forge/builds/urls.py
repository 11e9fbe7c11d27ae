"""Where builds are found below /api/v1/."""

from __future__ import annotations

from django.urls import path

from forge.builds import api

urlpatterns = [
    path("projects/<str:organisation>/<str:name>/builds", api.ProjectBuilds.as_view()),
    path("projects/<str:organisation>/<str:name>/targets", api.ProjectTargets.as_view()),
    path("projects/<str:organisation>/<str:name>/preview", api.ProjectPreview.as_view()),
    path("projects/<str:organisation>/<str:name>/preview/watch", api.ProjectWatch.as_view()),
    path("projects/<str:organisation>/<str:name>/preview/watch/<uuid:watch_id>", api.OneWatch.as_view()),
    path("builds/<uuid:build_id>", api.OneBuild.as_view()),
    path("builds/<uuid:build_id>/log", api.BuildLog.as_view()),
    path("builds/<uuid:build_id>/cancel", api.BuildCancel.as_view()),
    path("builds/<uuid:build_id>/rune", api.BuildRune.as_view()),
    path("builds/<uuid:build_id>/packages/<str:target>", api.BuildPackageFile.as_view()),
    path("builds/<uuid:build_id>/firmware", api.BuildFirmware.as_view()),
    path("builds/<uuid:build_id>/firmware.uf2", api.BuildUf2.as_view()),
]
