"""The addresses of the pages of a project's models."""

from __future__ import annotations

from django.urls import path

from forge.learning.pages import models

_MODELS = "<str:organisation>/<str:name>/models"
_MODEL = f"{_MODELS}/<uuid:conversion_id>"

project_pages = [
    path(_MODELS, models.models_page, name="models"),
    path(f"{_MODELS}/convert", models.convert, name="convert-model"),
    path(_MODEL, models.one_model, name="model"),
    path(f"{_MODEL}/restart", models.restart, name="restart-model"),
    path(f"{_MODEL}/environment", models.prepare, name="prepare-model"),
    path(f"{_MODEL}/mix", models.mix, name="mix-model"),
    path(f"{_MODEL}/boards", models.boards, name="count-model"),
    path(f"{_MODEL}/apply", models.apply, name="apply-model"),
    path(f"{_MODEL}/discard", models.discard, name="discard-model"),
]
