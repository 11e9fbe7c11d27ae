"""The API's addresses of a project's repository."""

from django.urls import path

from forge.repositories import api

_PROJECT = "projects/<str:organisation>/<str:name>"

urlpatterns = [
    path(f"{_PROJECT}/repository/link", api.ProjectLink.as_view()),
    path(f"{_PROJECT}/repository/pulls", api.ProjectPulls.as_view()),
]
