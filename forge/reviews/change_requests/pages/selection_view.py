"""The changes of a draft as rows of which people take all or some."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from forge.accounts.principals import Principal
from forge.builds.access import builds_of
from forge.builds.models import Build
from forge.builds.pages.stage_costs import StageCost, signed_cost, stage_costs
from forge.comparison.line_stretches import ComparedLine, stretches_of
from forge.projects.models import Project
from forge.projects.versions.store import Manifest
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.changes.selecting import ChangeSides, selection_of
from forge.reviews.hooks import EditReason, edit_reasons
from rune.editing.merge import ChangedFile, SelectableChange, SelectionKind
from rune.wording import counted, listed, size_text

MOST_LINES_SHOWN = 14
"""Changed lines of a row that are shown without a press."""
_TAGS: Mapping[str, str] = {"added": "ok", "changed": "warn", "renamed": "info", "removed": "bad"}


@dataclass(frozen=True)
class ChangeLines:
    """The changed lines of a file of a row."""

    path: str
    lines: tuple[ComparedLine, ...]

    @property
    def is_long(self) -> bool:
        return len(self.lines) > MOST_LINES_SHOWN


@dataclass(frozen=True)
class SelectableRow:
    """A change as the page shows it."""

    number: str
    """The place in the list, from 1, which the id of its checkbox has."""
    change: SelectableChange
    colour: str
    places: str
    reasons: tuple[str, ...]
    parts: tuple[ChangeLines, ...]
    needs: tuple[str, ...]
    costs: tuple[StageCost, ...]
    is_selected: bool

    @property
    def word(self) -> str:
        return self.change.change.capitalize()


@dataclass(frozen=True)
class SelectionView:
    """The rows, and how many are offered now."""

    rows: tuple[SelectableRow, ...]
    count: int

    @property
    def words(self) -> str:
        return f"{self.count} of {counted(len(self.rows), 'change')}"


def selection_view(
    principal: Principal, project: Project, request: ChangeRequest, build: Build | None, keys: Sequence[str] | None
) -> SelectionView | None:
    """Returns the changes that can be taken; None where there is nothing to choose. `keys` are what somebody chose on
    the page whose act was refused."""
    selection = selection_of(request) if request.is_open else None
    if selection is None or not selection.changes:
        return None
    before = builds_of(principal, project).without_proposals().succeeded().first() if build is not None else None
    rows = change_rows(
        selection.sides,
        selection.changes,
        [reason for answer in edit_reasons.call(request) for reason in answer],
        stage_costs(before, build),
        selection.keys if keys is None else frozenset(keys),
    )
    return SelectionView(rows, sum(each.is_selected for each in rows))


def change_rows(
    sides: ChangeSides,
    changes: Sequence[SelectableChange],
    reasons: Sequence[EditReason],
    costs: Mapping[str, tuple[StageCost, ...]],
    keys: Collection[str] = (),
) -> tuple[SelectableRow, ...]:
    """Returns changes as rows, of which those with the keys are selected."""
    names = {each.key: each.name for each in changes}
    rows = []
    for number, change in enumerate(changes, 1):
        parts = tuple(_parts(change, sides))
        stage = costs.get(change.name, ()) if change.kind is SelectionKind.STAGE else ()
        rows.append(
            SelectableRow(
                str(number),
                change,
                _TAGS[change.change],
                _places(change, parts),
                _reasons_of(change, reasons),
                parts,
                tuple(names[key] for key in change.needs),
                (*stage, *_sizes(change, sides)),
                change.key in keys,
            )
        )
    return tuple(rows)


def _reasons_of(change: SelectableChange, reasons: Sequence[EditReason]) -> tuple[str, ...]:
    """Returns the reasons of the edits of the change's files, and of its part of the Runefile."""
    paths = {path for file in change.files for path in (file.path, file.old_path) if path}
    own = [each.reason for each in reasons if paths & each.paths or change.key in each.keys]
    return tuple(dict.fromkeys(own))


def _parts(change: SelectableChange, sides: ChangeSides) -> Iterator[ChangeLines]:
    if change.pieces:
        yield ChangeLines("Runefile.yml", _changed_lines(change.before, change.after, max(change.line - 1, 0)))
    for file in change.files:
        then, now = _text(sides, sides.before, file.old_path), _text(sides, sides.after, file.path)
        if then is not None and now is not None and then != now:
            yield ChangeLines(file.name, _changed_lines(then, now, 0))


def _text(sides: ChangeSides, side: Manifest, path: str | None) -> str | None:
    """Returns the text of a file; "" for one that is not there, None for one that is no text."""
    return sides.text_of(side[path]["digest"]) if path is not None else ""


def _changed_lines(then: str, now: str, offset: int) -> tuple[ComparedLine, ...]:
    stretches = stretches_of(then.splitlines(), now.splitlines())
    lines = (line for stretch in stretches for line in stretch if line.mark != "same")
    return tuple(replace(line, number=None if line.number is None else line.number + offset) for line in lines)


def _places(change: SelectableChange, parts: Sequence[ChangeLines]) -> str:
    """Returns where the change is: `level.py, lines 6 and 15`."""
    places = [_place(each) for each in parts]
    shown_paths = {each.path for each in parts}
    places += [_moved(each) for each in change.files if each.name not in shown_paths]
    return "; ".join(places)


def _place(part: ChangeLines) -> str:
    numbers = [each.number for each in part.lines if each.number is not None]
    if not numbers or len(numbers) > 3:
        return f"{part.path}, {counted(len(part.lines), 'changed line')}"
    return f"{part.path}, {'line' if len(numbers) == 1 else 'lines'} {listed([str(each) for each in numbers])}"


def _moved(file: ChangedFile) -> str:
    is_moved = file.path is not None and file.old_path not in (None, file.path)
    return f"{file.old_path} → {file.path}" if is_moved else file.name


def _sizes(change: SelectableChange, sides: ChangeSides) -> Iterator[StageCost]:
    """Yields how much the files grow that are no texts, such as models."""
    for file in change.files:
        then, now = (
            side[path]["size"] if path is not None else 0
            for side, path in ((sides.before, file.old_path), (sides.after, file.path))
        )
        if _text(sides, sides.after, file.path) is None:
            yield signed_cost(file.name.rpartition("/")[2], now - then, size_text(abs(now - then)))
