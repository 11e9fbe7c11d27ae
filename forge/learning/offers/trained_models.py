"""The trained models that changed between two states of a project's files, each beside the model that it replaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from forge.comparison.figures import FigureRow, bytes_row, package_rows
from forge.core.actors import Actor
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.datasets.model_quality import NOT_READ
from forge.learning.offers.changed_models import Files
from forge.learning.offers.stored_figures import (
    HeldOutFigure,
    StoredFigures,
    tested_figures,
    trained_figures,
)
from forge.projects.models import Project
from rune.project.runefile import MAX_RUNEFILE_SIZE
from rune.source.runefile.find import find_runefile
from rune.source.runefile.named_models import named_models
from rune.wording import counted, quoted

FILE_MEANING = "The file, before it is compiled in."
CHANCE = "The ranges overlap, so the difference may be chance."


@dataclass(frozen=True)
class TrainedModelChange:
    """A model that a run or a search gave, in place of another. `old_path` is "" where the project had none, and
    `before` None where nothing is stored about it. Sizes are bytes."""

    path: str
    size: int
    now: StoredFigures
    old_path: str = ""
    old_size: int | None = None
    before: StoredFigures | None = None

    @property
    def rows(self) -> tuple[FigureRow, ...]:
        """The figures of both as text."""
        before = self.before or StoredFigures("", "")
        held_out = (
            *(_held_out_row(each, self.now, before) for each in self.now.held_out_figures),
            *_rows_of_earlier_splits(self.now, before),
        )
        size = bytes_row("Model file", self.size, self.old_size, FILE_MEANING)
        needs = (
            row
            for target, figures in sorted(self.now.needs.items())
            for row in package_rows(target, figures, before.needs.get(target))
        )
        return (*held_out, size, *needs)

    @property
    def sentence(self) -> str:
        """The file that it replaces, and what is unknown of that."""
        if not self.old_path:
            return "It replaces no model of the project, so there are no figures of before."
        place = f"It replaces {quoted(self.old_path)}" if self.old_path != self.path else "It replaces the file there"
        if self.before is None:
            return (
                f"{place}. Its accuracy and needs are unknown: no training run, search, conversion or tested build of "
                "this project has it. Build the project as it is, and then the merged result, to compare both."
            )
        lacks = sorted(self.now.needs.keys() - self.before.needs.keys())
        note = f" Nothing was counted there for {' and '.join(lacks)}." if lacks else ""
        return f"{place}, whose figures are those of {self.before.origin}.{note}"


def trained_model_changes(actor: Actor, project: Project, before: Files, after: Files) -> list[TrainedModelChange]:
    """A comparison for each model file that a run or a search of the project gave and that is another one now. No
    query where no file changed."""
    changed = {
        path: each["digest"] for path, each in after.items() if before.get(path, {}).get("digest") != each["digest"]
    }
    if not changed:
        return []
    new_figures = trained_figures(actor, project, set(changed.values()))
    paths = [path for path, digest in sorted(changed.items()) if digest in new_figures]
    if not paths:
        return []
    old_paths = {path: _replaced_path(path, before, after) for path in paths}
    old_digests = {before[path]["digest"] for path in old_paths.values() if path}
    old_figures = trained_figures(actor, project, old_digests) if old_digests else {}
    changes = []
    for path in paths:
        change = TrainedModelChange(path, after[path]["size"], new_figures[changed[path]])
        if old := old_paths[path]:
            file = before[old]
            figures = old_figures.get(file["digest"]) or tested_figures(actor, project, old, file["digest"])
            change = replace(change, old_path=old, old_size=file["size"], before=figures)
        changes.append(change)
    return changes


def comparison_lines(change: TrainedModelChange) -> Iterator[str]:
    """The lines about a change for the text of a change request."""
    yield change.sentence
    for row in change.rows:
        if row.before:
            yield f"- {row.name}: {row.before} before, {row.now} now ({row.change})"


def _replaced_path(path: str, before: Files, after: Files) -> str:
    """The file that a model takes the place of: that at its path, or else the only one that the Runefile names no
    more."""
    if path in before:
        return path
    dropped_paths = sorted((_models(before) - _models(after)) & before.keys())
    return dropped_paths[0] if len(dropped_paths) == 1 else ""


def _models(files: Files) -> frozenset[str]:
    """The model files that the Runefile among these files names."""
    file = files.get(find_runefile(files.keys()))
    if file is None or file["size"] > MAX_RUNEFILE_SIZE:
        return frozenset()
    try:
        return named_models(read_blob(file["digest"]).decode("utf-8", "replace"))
    except (NotFound, BytesDamaged):
        return frozenset()


def _rows_of_earlier_splits(now: StoredFigures, before: StoredFigures) -> Iterator[FigureRow]:
    """The figures of the model before on splits on which the new one was not judged: a build of it reads the test."""
    figure_names = {(each.name, each.split) for each in now.held_out_figures}
    for each in before.held_out_figures:
        if (each.name, each.split) not in figure_names:
            meaning = f"Before {_interval(each)}, {_recordings(each, before)}."
            yield FigureRow(
                f"{each.name}, {each.split} split", NOT_READ, _text(each), "other recordings", "muted", meaning
            )


def _held_out_row(figure: HeldOutFigure, now: StoredFigures, before: StoredFigures) -> FigureRow:
    name = f"{figure.name}, {figure.split} split"
    meaning = f"{_interval(figure)}, {_recordings(figure, now)}"
    then = next(
        (each for each in before.held_out_figures if (each.name, each.split) == (figure.name, figure.split)), None
    )
    if then is None:
        return FigureRow(name, _text(figure), "", "", "muted", f"{meaning}.")
    meaning = f"{meaning}; before {_interval(then)}, {_recordings(then, before)}."
    if (now.data_digest, figure.samples) != (before.data_digest, then.samples):
        return FigureRow(name, _text(figure), _text(then), "other recordings", "muted", meaning)
    change = figure.value - then.value
    if not change:
        return FigureRow(name, _text(figure), _text(then), "the same", "muted", meaning)
    text = ("+" if change > 0 else "−") + (
        f"{100 * abs(change):.1f} points" if figure.is_share else f"{abs(change):.4g}"
    )
    if figure.low <= then.high and then.low <= figure.high:
        return FigureRow(name, _text(figure), _text(then), text, "muted", f"{meaning} {CHANCE}")
    return FigureRow(
        name, _text(figure), _text(then), text, "good" if (change > 0) is figure.is_share else "worse", meaning
    )


def _text(figure: HeldOutFigure) -> str:
    return f"{100 * figure.value:.1f} %" if figure.is_share else f"{figure.value:.4g}"


def _interval(figure: HeldOutFigure) -> str:
    if figure.is_share:
        return f"95 % interval {100 * figure.low:.1f} to {100 * figure.high:.1f} %"
    return f"95 % interval {figure.low:.4g} to {figure.high:.4g}"


def _recordings(figure: HeldOutFigure, of: StoredFigures) -> str:
    version = f" of version {of.data_number}" if of.data_number else ""
    return f"{counted(figure.samples, 'recording')}{version}"
