"""Projects, their files and versions."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "forge.projects"
    label = "projects"
