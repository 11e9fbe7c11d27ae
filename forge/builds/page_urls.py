"""The addresses of the pages of builds."""

from __future__ import annotations

from django.urls import path

from forge.builds.bins import page as bins
from forge.builds.pages import boards

_BUILD = "<str:organisation>/<str:name>/builds/<int:number>"

project_pages = [
    path(f"{_BUILD}/boards", boards.build_boards, name="build-boards"),
    path("<str:organisation>/<str:name>/boards", boards.project_boards, name="project-boards"),
    path(f"{_BUILD}/devices", boards.redirect_former_address, name="build-devices"),
    path("<str:organisation>/<str:name>/bins", bins.bins_page, name="project-bins"),
    path("<str:organisation>/<str:name>/bins/take", bins.take, name="take-bins"),
    path("<str:organisation>/<str:name>/devices", boards.redirect_former_address, name="project-devices"),
]
