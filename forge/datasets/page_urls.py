"""The addresses of the pages of a project's data."""

from __future__ import annotations

from django.urls import path

from forge.datasets.collecting import pages as collecting
from forge.datasets.labelling import pages as labelling
from forge.datasets.pages import data, forms, imports, own_recordings, removals, versions

_DATA = "<str:organisation>/<str:name>/data"

site_pages = [
    path("recordings", own_recordings.own_recordings, name="own-recordings"),
    path("recordings/<uuid:consent_id>/agree", own_recordings.agree_page, name="agree-anew"),
    path("recordings/<uuid:consent_id>/withdraw", own_recordings.withdraw, name="withdraw-recordings"),
    path("collect/<uuid:link_id>", collecting.record_page, name="collect-record"),
    path("collect/<uuid:link_id>/receipt", collecting.receipt, name="collect-receipt"),
]
project_pages = [
    path(_DATA, data.data_page, name="data"),
    path(f"{_DATA}/cards", data.cards, name="data-cards"),
    path(f"{_DATA}/collect", collecting.collect, name="data-collect"),
    path(f"{_DATA}/collect/<uuid:link_id>/end", collecting.end_link, name="end-data-link"),
    path(f"{_DATA}/waiting", collecting.waiting, name="data-waiting"),
    path(f"{_DATA}/waiting/<uuid:submission_id>/recording", collecting.waiting_recording, name="data-waiting-bytes"),
    path(f"{_DATA}/mark", forms.mark, name="mark-data"),
    path(f"{_DATA}/queue", labelling.queue, name="data-queue"),
    path(f"{_DATA}/licence", forms.licence, name="data-licence"),
    path(f"{_DATA}/playing", forms.restrict, name="restrict-data"),
    path(f"{_DATA}/versions", forms.save, name="save-data"),
    path(f"{_DATA}/versions/<int:number>", versions.one_version, name="data-version"),
    path(f"{_DATA}/import", imports.new_import, name="new-data-import"),
    path(f"{_DATA}/imports", imports.begin, name="begin-data-import"),
    path(f"{_DATA}/imports/<uuid:import_id>", imports.one_import, name="data-import"),
    path(f"{_DATA}/imports/<uuid:import_id>/start", imports.start, name="start-data-import"),
    path(f"{_DATA}/imports/<uuid:import_id>/discard", imports.discard, name="discard-data-import"),
    path(f"{_DATA}/samples/<int:number>", data.sample_page, name="data-sample"),
    path(f"{_DATA}/samples/<int:number>/panel", data.sample_panel, name="data-sample-panel"),
    path(f"{_DATA}/analysis", forms.analyse, name="analyse-data"),
    path(f"{_DATA}/analysis/environment", forms.prepare, name="prepare-data-analysis"),
    path(f"{_DATA}/removals", removals.removals, name="data-removals"),
    path(f"{_DATA}/removals/<uuid:removal_id>", removals.one_removal, name="data-removal"),
    path(f"{_DATA}/samples/<int:number>/delete", forms.delete, name="delete-data-sample"),
]
