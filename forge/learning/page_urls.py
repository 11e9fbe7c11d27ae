"""The addresses of the pages of a project's models and training runs."""

from __future__ import annotations

from django.urls import path

from forge.learning.pages import inputs, models
from forge.learning.searches.pages import views as searches
from forge.learning.start import pages as start
from forge.learning.teaching import pages as teaching
from forge.learning.training.pages import views as training

_MODELS = "<str:organisation>/<str:name>/models"
_MODEL = f"{_MODELS}/<uuid:conversion_id>"
_TRAINING = "<str:organisation>/<str:name>/training"
_START = "<str:organisation>/<str:name>/start"
_SEARCHES = "<str:organisation>/<str:name>/searches"
_SEARCH = f"{_SEARCHES}/<int:number>"
_RUN = f"{_TRAINING}/<int:number>"

project_pages = [
    path(_MODELS, models.models_page, name="models"),
    path(f"{_MODELS}/convert", models.convert, name="convert-model"),
    path(f"{_MODELS}/declared/again", models.try_again, name="convert-declared-again"),
    path(f"{_MODELS}/input", inputs.input_page, name="model-input"),
    path(f"{_MODELS}/input/try", inputs.try_input, name="try-model-input"),
    path(f"{_MODELS}/input/write", inputs.write_input, name="write-model-input"),
    path(_MODEL, models.one_model, name="model"),
    path(f"{_MODEL}/restart", models.restart, name="restart-model"),
    path(f"{_MODEL}/environment", models.prepare, name="prepare-model"),
    path(f"{_MODEL}/mix", models.mix, name="mix-model"),
    path(f"{_MODEL}/boards", models.boards, name="count-model"),
    path(f"{_MODEL}/apply", models.apply, name="apply-model"),
    path(f"{_MODEL}/discard", models.discard, name="discard-model"),
    path(_SEARCHES, searches.searches_page, name="searches"),
    path(f"{_SEARCHES}/begin", searches.begin, name="begin-search"),
    path(_SEARCH, searches.one_search, name="model-search"),
    path(f"{_SEARCH}/stop", searches.stop, name="stop-search"),
    path(f"{_SEARCH}/resume", searches.resume, name="resume-search"),
    path(f"{_SEARCH}/prepare", searches.prepare, name="prepare-search"),
    path(f"{_SEARCH}/discard", searches.discard, name="discard-search"),
    path(f"{_SEARCH}/trials/<int:trial>/change", searches.open_change, name="open-trial"),
    path(f"{_SEARCH}/trials/<int:trial>/use", searches.use, name="use-trial"),
    path(_START, start.start_page, name="start"),
    path(f"{_START}/examples", start.examples_add, name="start-examples"),
    path(f"{_START}/examples/remove", start.examples_remove, name="start-examples-remove"),
    path(f"{_START}/phone", start.phone_code, name="start-phone"),
    path(f"{_START}/phone/<uuid:link_id>", start.phone_shown, name="start-phone-state"),
    path(f"{_START}/phone/<uuid:link_id>/end", start.phone_end, name="start-phone-end"),
    path(_TRAINING, training.training_page, name="training"),
    path(f"{_TRAINING}/begin", training.begin, name="begin-training"),
    path(f"{_TRAINING}/compare", training.compare, name="compare-training"),
    path(f"{_TRAINING}/teach", teaching.teach_page, name="teach"),
    path(_RUN, training.one_run, name="training-run"),
    path(f"{_RUN}/again", training.again, name="train-again"),
    path(f"{_RUN}/use", training.use, name="use-model"),
    path(f"{_RUN}/discard", training.discard, name="discard-training"),
    path(f"{_RUN}/<slug:verb>", training.act, name="act-on-training"),
]
