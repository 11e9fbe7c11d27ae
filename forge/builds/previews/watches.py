"""Previews that somebody requests: the newest text's rune that also sends inner tensors to the page, or is timed; or
the rune of the newest text with a fix of one of its diagnostics in it, to be compared with the text as it is.

A request writes a preview with other options beside the project's own and wakes the slot of previews.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.builds.models import Preview
from forge.builds.previews.variants import request_preview
from forge.core.actors import Actor
from forge.core.errors import Invalid
from forge.core.studio_limits import MAX_WIRES
from forge.projects.access import require
from forge.projects.models import Project
from rune.pyblock.testing.names import is_test_file

_LONGEST_NAME = 200
_CODE = re.compile(r"RUNE[0-9]{4}\Z")
_MOST = 100


def start_watch(project: Project, options: dict[str, Any]) -> Preview:
    """The preview of a project with these options, which is made soon unless it is of the newest text."""

    def is_old(watch: Preview) -> bool:
        project.refresh_from_db(fields=["sequence"])
        return watch.sequence < project.sequence

    return request_preview(project, options, is_old)


def find_watch(actor: Actor, project: Project, watch_id: UUID) -> Preview:
    """A watch of the project. Raises `NotFound`."""
    require(actor, Verb.READ, project)
    watches = Preview.objects.requested().select_related("project", "build__artefact")
    watch = watches.filter(project=project, pk=watch_id).first()
    if watch is None:
        raise nothing_here(actor)
    return watch


def checked_wires(wires: Any) -> list[dict[str, Any]]:
    """Wires as they are kept: each once, in one order. Raises `Invalid`."""
    distinct: set[tuple[str, int]] = set()
    for wire in wires if isinstance(wires, list) else ():
        stage, index = (wire.get("stage"), wire.get("index")) if isinstance(wire, dict) else (None, None)
        if not isinstance(stage, str) or not 0 < len(stage) <= _LONGEST_NAME or "\0" in stage:
            raise Invalid("Each of the wires needs a `stage`, the name of the stage that it comes from.")
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < 1000:
            raise Invalid("Each of the wires needs an `index`, the number of the stage's output from 0.")
        distinct.add((stage, index))
    if not 0 < len(distinct) <= MAX_WIRES:
        raise Invalid(f"`wires` must name 1 to {MAX_WIRES} wires, each with `stage` and `index`.")
    return [{"stage": stage, "index": index} for stage, index in sorted(distinct)]


def checked_tests(path: Any) -> str:
    """The path of a test file as it is kept. Raises `Invalid`."""
    if not isinstance(path, str) or not is_test_file(path) or len(path) > _LONGEST_NAME or "\0" in path:
        raise Invalid("`tests` must be the path of a test file, such as smooth_test.py.")
    return path


def checked_fix(fix: Any) -> dict[str, Any]:
    """The name of a fix as it is kept. Raises `Invalid`."""
    fix = fix if isinstance(fix, dict) else {}
    code, place, choice = fix.get("code"), fix.get("place"), fix.get("choice")
    if not isinstance(code, str) or not _CODE.match(code):
        raise Invalid("`fix` needs the `code` of a diagnostic, such as RUNE0048.")
    for name, number in (("place", place), ("choice", choice)):
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < _MOST:
            raise Invalid(f"`fix` needs a `{name}`, a number from 0.")
    return {"code": code, "place": place, "choice": choice}
