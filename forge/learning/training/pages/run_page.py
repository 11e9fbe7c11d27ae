"""The data of a run's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from forge.core.actors import Actor
from forge.core.errors import Unprocessable
from forge.datasets.access import groups_of, samples_of
from forge.datasets.sample_cards import SampleCard, cards_of
from forge.datasets.versions.other_projects import readable_source
from forge.learning.background.trials import background_of_run
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.quality import ModelQuality, epoch_sentence, quality_of_run, reads_text, test_reads
from forge.learning.recipes import RecipeJson, recipes
from forge.learning.training.declarations import DeclaredTraining, declared_of
from forge.learning.training.models import TrainingRun
from forge.learning.training.pages.advice import label_advice, person_advice
from forge.learning.training.pages.drawing import CURVE_TITLES, drawing_of
from forge.learning.training.pages.miscounts import miscounts_of
from forge.learning.training.pages.written import written_arguments
from forge.learning.training.results.counting_text import counting_rows, label_rows
from forge.learning.training.results.error_text import error_rows
from forge.learning.training.results.judgement import OUTLINED_COUNT, WORST, MistakeJson, RunJudgementJson, ShareJson
from forge.learning.training.results.reading import judgements
from forge.learning.training.results.single_samples import removed_count
from forge.learning.training.serializers import file_url
from forge.learning.training.starts import change_of_start
from forge.projects.models import Project
from rune.assessment.evaluation.wording import certainty
from rune.datasets.splits import Split
from rune.devices.boards.board import Board
from rune.devices.boards.fit import Needs, fit
from rune.devices.boards.lookup import find_board
from rune.wording import counted, size_text

RANGE_WIDTH = 160
"""The width of the drawing of a share with its interval."""
MOST_MISTAKES = 100
"""The most mistakes that a page shows where all are chosen."""
SPLIT_NAMES = {"train": "Learns from", "validation": "Chooses the epoch by, and is judged on"}


@dataclass(frozen=True)
class ConfusionCell:
    """The number of recordings of a label that got an answer. `tone` is `right`, `many` or `few`; "" for none."""

    count: int
    tone: str


@dataclass(frozen=True)
class ConfusionRow:
    """A label with its cells."""

    label: str
    cells: Sequence[ConfusionCell]


@dataclass(frozen=True)
class RangeRow:
    """A share with its interval, in the units of its drawing."""

    name: str
    share: str
    low: float
    high: float
    middle: float
    about: str
    is_under: bool
    """Whether the whole interval is under the limit."""


@dataclass(frozen=True)
class MistakeCard:
    """A recording that was answered wrongly."""

    card: SampleCard
    answer: str
    percent: str


@dataclass(frozen=True)
class BoardColumn:
    """The rune's needs on a board. Each is a text, its limit or the available amount, and whether it is too much."""

    board: Board
    figures: Sequence[tuple[str, str, bool]]
    refusal: str = ""


def run_context(actor: Actor, project: Project, run: TrainingRun, mistakes: str = "") -> dict[str, Any]:
    """All that the page shows. `mistakes` are "all", or those of the person with this number; else the worst."""
    if run.is_taught:
        return {
            "project": project,
            "run": run,
            "title": "Taught in a page",
            "is_finished": True,
            "files": _run_files(run),
        }
    recipe = _recipe(run.recipe)
    is_number = recipe is not None and recipe["answers"] == "number"
    curve = "accuracy" if recipe is None else recipe["curve"]
    # A limit of accuracy says nothing about numbers and counts.
    has_labels = recipe is None or recipe["answers"] == "label"
    declared_training = declared_of(project) if has_labels else replace(declared_of(project), accuracy=None)
    of_curve = declared_training if curve == "accuracy" else replace(declared_training, accuracy=None)
    validation = judgements(actor, run).get(Split.VALIDATION.value)
    quality = quality_of_run(run)
    judged_splits = run.report.get("judgements", {})
    source = readable_source(actor, run.data_version)
    is_open = run.state in (LabJobState.WAITING, LabJobState.RUNNING, LabJobState.PAUSED)
    best = run.curves[run.best_epoch - 1] if 0 < run.best_epoch <= len(run.curves) else None
    context: dict[str, Any] = {
        "project": project,
        "run": run,
        "job": run.job,
        "title": run.recipe if recipe is None else recipe["title"],
        "is_open": is_open,
        "is_training": run.state == LabJobState.RUNNING,
        "is_finished": run.state == LabJobState.FINISHED,
        "percent": round(100 * min(1.0, len(run.curves) / run.epochs)),
        "remaining": _remaining(run),
        "best": best,
        "is_number": is_number,
        "curve": curve,
        "curve_title": CURVE_TITLES[curve],
        "has_labels": has_labels,
        "counting": counting_rows(judged_splits),
        "counted_labels": label_rows(judged_splits),
        "miscounts": miscounts_of(actor, source, run),
        "errors": error_rows(judged_splits),
        "baseline_name": _baseline_name(run),
        "learned_name": next(iter(run.description.get("labels", ())), "") if is_number else "",
        "limit": declared_training.accuracy,
        "quality": quality,
        "epoch_sentence": epoch_sentence(run),
        "earlier_test": _earlier_test(run),
        "test_reads": reads_text(test_reads(project)),
        "to_limit": _to_limit(quality, declared_training),
        "data_source": source,
        "arguments": written_arguments(run.arguments, recipe),
        "start_change": change_of_start(run),
        "splits": _splits(run),
        "removed_count": removed_count(run.description),
        "background": background_of_run(run),
        "curves": drawing_of(
            run.curves,
            run.epochs,
            run.best_epoch,
            of_curve.accuracy,
            is_open=is_open,
            pruned_after=run.report.get("pruned_after"),
        ),
        "boards": _boards(run, declared_training),
        "rune_size": size_text(run.description["rune_size"]) if "rune_size" in run.description else "",
        "files": _run_files(run),
        "script_url": file_url(run, "script/train.py") if "script/train.py" in run.files else "",
        "range_width": RANGE_WIDTH,
    }
    if validation is None or source is None:
        return context
    return context | _judged_context(actor, source, validation, declared_training.accuracy, mistakes)


def _run_files(run: TrainingRun) -> list[tuple[str, str, str]]:
    """The path, the size and the address of each file that the run gave."""
    return [(path, size_text(run.sizes[path]), file_url(run, path)) for path in run.files]


def _judged_context(
    actor: Actor, project: Project, judgement: RunJudgementJson, limit: float | None, mistakes: str
) -> dict[str, Any]:
    names = groups_of(samples_of(actor, project)) if judgement["by_group"] else {}
    shares = (*judgement["by_label"], *judgement["by_group"])
    low = max(0.0, min(0.9, min([*(each["low"] for each in shares), limit or 1.0]) - 0.05))
    groups = [
        _range(each, names.get(int(each["name"]), f"Person {each['name']}"), low, limit)
        for each in judgement["by_group"]
    ]
    return {
        "judgement": judgement,
        "confusion": _confusion(judgement),
        "by_label": [_range(each, each["name"], low, limit) for each in judgement["by_label"]],
        "by_group": groups,
        "limit_place": None if limit is None else _place(limit, low),
        "low": low,
        "label_advice": label_advice(judgement),
        "person_advice": person_advice(judgement, names),
        "mistakes": _mistakes(actor, project, _chosen_mistakes(judgement, mistakes)),
        "mistakes_of": names.get(int(mistakes), "") if _is_number(mistakes) else mistakes,
        "most_mistakes": MOST_MISTAKES,
        "outlined": OUTLINED_COUNT,
    }


def _baseline_name(run: TrainingRun) -> str:
    errors = [each["error"] for each in run.report.get("judgements", {}).values() if each.get("error")]
    return errors[0]["baseline_name"] if errors else ""


def _recipe(name: str) -> RecipeJson | None:
    try:
        return next((each for each in recipes() if each["name"] == name), None)
    except Unprocessable:
        return None


def _remaining(run: TrainingRun) -> str:
    """About how long it trains at most, from how long it trained since it began or went on."""
    job = run.job
    if run.state != LabJobState.RUNNING or job is None or job.started is None:
        return ""
    began, epochs = job.started, len(run.curves)
    if resumption := run.description.get("resumed"):
        began, epochs = datetime.fromisoformat(resumption["began"]), epochs - resumption["epoch"]
    if epochs < 2:
        return ""
    took = (timezone.now() - began) / epochs
    left = took * (run.epochs - len(run.curves))
    if left < timedelta(seconds=90):
        return f"at most {max(1, round(left.total_seconds()))} s left"
    return f"at most {round(left / timedelta(minutes=1))} min left"


def _to_limit(quality: ModelQuality | None, declared_training: DeclaredTraining) -> str:
    if quality is None or declared_training.accuracy is None:
        return ""
    points = 100 * (quality.share - declared_training.accuracy)
    side = "over" if points >= 0 else "under"
    limit = f"{100 * declared_training.accuracy:g} %"
    return f"That is {abs(points):.1f} points {side} the limit of this project, {limit}, which is for the test split."


def _earlier_test(run: TrainingRun) -> str:
    """The figure of a run that an earlier version judged on the test split, as a sentence of its history."""
    judgement = run.report.get("judgements", {}).get(Split.TEST.value, {})
    if not judgement.get("accuracy"):
        return ""
    right, count = round(judgement["accuracy"][0] * judgement["samples"]), counted(judgement["samples"], "recording")
    return f"An earlier version of this server also ran its rune on the test split: right on {right} of {count}."


def _splits(run: TrainingRun) -> list[tuple[str, int]]:
    counts = run.description.get("counts", {})
    return [(title, sum(counts[split].values())) for split, title in SPLIT_NAMES.items() if split in counts]


def _boards(run: TrainingRun, declared_training: DeclaredTraining) -> list[BoardColumn]:
    return [_board(find_board(key), run, declared_training) for key in run.boards]


def _board(board: Board, run: TrainingRun, declared_training: DeclaredTraining) -> BoardColumn:
    needs = run.needs.get(board.target)
    if needs is None:
        return BoardColumn(board, ())
    if "refused" in needs:
        return BoardColumn(board, (), str(needs["refused"]))
    before = needs.get("before_pruning", {})
    limits = declared_training.of_targets.get(board.target, {})
    result = fit(Needs(board.target, needs["flash"], needs["ram"], needs["instructions"]), board)
    rows = []
    for name, amount, available in (
        ("ram", result.ram.needed, result.ram.available),
        ("flash", result.flash.needed, result.flash.available),
    ):
        most = min(available, limits.get(name, available))
        earlier_size = f"{size_text(before[name])} before pruning; " if before else ""
        rows.append((size_text(amount), f"{earlier_size}at most {size_text(round(most))}", amount > most))
    instructions = needs["instructions"]
    if instructions is None:
        rows.append(("Not counted", str(needs["not_measured"] or ""), False))
    else:
        bound = limits.get("instructions")
        note = "one inference" if bound is None else f"at most {bound:,.0f}"
        if before.get("instructions") is not None:
            note = f"{before['instructions'] / 1e6:.2f} M before pruning; {note}"
        rows.append((f"{instructions / 1e6:.2f} M", note, bound is not None and instructions > bound))
        if result.time is not None:
            rows.append((f"~ {result.time.text}", "estimated", False))
    return BoardColumn(board, tuple(rows))


def _confusion(judgement: RunJudgementJson) -> list[ConfusionRow]:
    rows = []
    for place, (label, counts) in enumerate(zip(judgement["labels"], judgement["confusion"], strict=True)):
        cells = [
            ConfusionCell(
                count, "" if not count else "right" if column == place else "many" if count >= OUTLINED_COUNT else "few"
            )
            for column, count in enumerate(counts)
        ]
        rows.append(ConfusionRow(label, cells))
    return rows


def _place(share: float, low: float) -> float:
    return round(RANGE_WIDTH * max(0.0, share - low) / (1 - low), 1)


def _range(share: ShareJson, name: str, low: float, limit: float | None) -> RangeRow:
    interval = f"{100 * share['low']:.1f} to {100 * share['high']:.1f} %"
    return RangeRow(
        name,
        f"{100 * share['share']:.1f} %",
        _place(share["low"], low),
        _place(share["high"], low),
        _place(share["share"], low),
        f"{share['right']} of {share['samples']}, 95 % interval {interval}",
        limit is not None and share["high"] < limit,
    )


def _chosen_mistakes(judgement: RunJudgementJson, choice: str) -> Sequence[MistakeJson]:
    if choice == "all":
        return judgement["mistakes"][:MOST_MISTAKES]
    if _is_number(choice):
        return [each for each in judgement["mistakes"] if str(each["group"]) == choice][:MOST_MISTAKES]
    return judgement["mistakes"][:WORST]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9


def _mistakes(actor: Actor, project: Project, mistakes: Sequence[MistakeJson]) -> list[MistakeCard]:
    samples = samples_of(actor, project).filter(number__in=[each["sample"] for each in mistakes])
    cards = {card.sample.number: card for card in cards_of(actor, samples, project)}
    return [
        MistakeCard(
            cards[each["sample"]],
            each["answer"],
            certainty(each["sureness"], is_rounded=True),
        )
        for each in mistakes
        if each["sample"] in cards
    ]
