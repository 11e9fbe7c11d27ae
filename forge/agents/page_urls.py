"""The addresses of the pages of drafts."""

from __future__ import annotations

from django.urls import path

from forge.agents.pages import drafts

_DRAFTS = "<str:organisation>/<str:name>/drafts"

project_pages = [
    path(_DRAFTS, drafts.draft_list, name="drafts"),
    path(f"{_DRAFTS}/<int:number>", drafts.draft_page, name="draft"),
    path(f"{_DRAFTS}/<int:number>/stop", drafts.stop, name="stop-agent"),
    path(f"{_DRAFTS}/<int:number>/build", drafts.build, name="draft-build"),
    path(f"{_DRAFTS}/<int:number>/undo", drafts.undo, name="draft-undo"),
    path(f"{_DRAFTS}/<int:number>/do", drafts.discard, name="draft-do"),
]
