"""The addresses of the language below /api/v1/."""

from __future__ import annotations

from django.urls import path

from forge.compute import api

urlpatterns = [path("projects/<str:organisation>/<str:name>/language", api.ProjectLanguage.as_view())]
