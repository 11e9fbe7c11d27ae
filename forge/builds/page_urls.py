"""The addresses of the pages of builds."""

from __future__ import annotations

from django.urls import path

from forge.builds.pages import devices

project_pages = [
    path("<str:organisation>/<str:name>/builds/<int:number>/devices", devices.build_devices, name="build-devices"),
    path("<str:organisation>/<str:name>/devices", devices.project_devices, name="project-devices"),
]
