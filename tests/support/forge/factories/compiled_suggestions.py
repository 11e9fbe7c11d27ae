"""Suggestions whose preview a compiler built."""

from __future__ import annotations

import threading

from forge.accounts.models import User
from forge.builds.models import Preview
from forge.builds.previews.refresh import refresh_previews
from forge.compute.pool.compiler import Compiler
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews import actions
from forge.reviews.actions import RequestedChange, RequestedGroup
from forge.reviews.models import AnchoredThread, Review, Suggestion
from forge.reviews.suggestions.access import find_suggestion
from tests.support.forge.factories.builds import built

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  number:
    capability: RAW
    outputs: [{type: f32, dimensions: [1]}]
  turn:
    proc-block: modulo
    inputs: [number]
    outputs: [{type: f32, dimensions: [1]}]
    args:
      modulus: 2.5  # by measuring
  out: {out: serial, inputs: [turn]}
"""


OUTLINE = {
    "nodes": [{"name": "turn", "kind": "block", "detail": "modulo", "line": 7, "file": None}],
    "wires": [],
}


def requested_review(project: Project, developer: User, reviewer: User) -> Review:
    write_file(developer, project, "Runefile.yml", RUNEFILE.encode())
    build = built(developer, project, outline=OUTLINE)
    created: Review = actions.ask_for_review(developer, build, "Turns", reviewers=[RequestedGroup((reviewer.pk,))])
    return created


def tried(who: User, review: Review, compiler: Compiler, value: str = "3") -> Preview:
    copy: Preview = actions.try_changes(who, review, [RequestedChange("turn", "modulus", value)])
    refresh_previews(review.project_id, compiler, threading.Event())
    copy.refresh_from_db()
    return copy


def compiled_suggestion(who: User, review: Review, compiler: Compiler, text: str = "") -> Suggestion:
    thread: AnchoredThread = actions.suggest(who, review, tried(who, review, compiler).pk, text)
    return find_suggestion(who, thread.pk)
