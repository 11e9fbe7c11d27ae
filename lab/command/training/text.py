"""A training run's output for a person at its end: accuracy, by label, and the confusions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lab.command.counting_text import counting_summary
from lab.recipes.arguments import ArgumentGroup, RecipeArgument, ShownAs
from lab.recipes.recipe import Recipe
from lab.recipes.sizes import SIZES
from rune.devices.boards.fit import Needs
from rune.tools.cli.terminal.columns import columns
from rune.wording import counted, plain, size_text


def summary(report: Mapping[str, Any]) -> Iterator[str]:
    """The whole text of a report, line by line."""
    for note in report["notes"]:
        yield f"Note: {plain(note, 400)}"
    curves = report["curves"]
    row = curves[report["best_epoch"] - 1]
    step, numbers = ("epoch", "parameters") if "pruned_after" in report else ("round", "numbers")
    rune = "quantised rune" if report["quantiser"] else "rune"
    yield (
        f"The model is that of {step} {report['best_epoch']} of {len(curves)}: loss {row['validation_loss']:.3f} on "
        f"the validation split, {row['loss']:.3f} on the train split. {report['parameters']:,} {numbers}."
    )
    if "accuracy_before" in report:
        yield f"Before it learned, {report['accuracy_before']:.1%} of the windows of the validation split were right."
    yield ""
    judgement = report["judgements"]["validation"]
    if "error" in judgement:
        yield from _errors(judgement["error"], report["labels"][0], rune)
    elif "counting" in judgement:
        yield from counting_summary(judgement, rune)
    else:
        yield columns(list(_rows(report)))
        yield ""
        yield f"Accuracy on the validation split: {_share(judgement)}. The {rune} itself ran on the recordings."
        yield from _mistakes(report["labels"], judgement["confusion"])
        if "background" in report:
            yield report["background"]["sentence"]
    yield from _unread_test(report["samples"]["test"])


def argument_lines(recipe: Recipe) -> Iterator[str]:
    """The sizes of a recipe, and its arguments by group, with the name that `forge.yml` uses."""
    sizes = [
        [SIZES[name][0], ", ".join(f"{key}: {value}" for key, value in values.items()) or SIZES[name][1]]
        for name, values in recipe.sizes.items()
    ]
    yield columns([["Size", "Arguments"], *sizes])
    for group in ArgumentGroup:
        own = [each for each in recipe.arguments if each.group is group]
        if own:
            yield ""
            yield columns([[group.value, "Name", "Default", "Range"], *map(_argument_cells, own)])


def _argument_cells(argument: RecipeArgument) -> list[str]:
    if argument.shown is ShownAs.SWITCH:
        return [argument.title, argument.name, str(argument.default), "0 (off) or 1 (on)"]
    unit = f" {argument.unit}" if argument.unit else ""
    return [argument.title, argument.name, str(argument.default), f"{argument.low} to {argument.high}{unit}"]


def _unread_test(samples: Mapping[str, int]) -> Iterator[str]:
    """A sentence about the recordings that the run did not read; nothing where there are none."""
    if count := sum(samples.values()):
        yield (
            f"The test split, {counted(count, 'recording')}, was not read: `rune evaluate --split test` with the same "
            "samples reads it. Do that once, at the end."
        )


def _errors(error: Mapping[str, Any] | None, name: str, rune: str) -> Iterator[str]:
    """Says how far the numbers of a rune are off, beside answers that need no learning."""
    if error is None:
        yield "No recording of the validation split has a window with a number to be learned."
        return
    rows = [["Mean error", "Rune", "", "Without learning", ""]]
    rows.append(["validation", *_range_cells(error["error"]), *_range_cells(error["baseline"])])
    yield columns(rows)
    yield ""
    yield f"Without learning, {error['baseline_name']} is the answer. Errors are in the unit of {plain(name)}."
    yield f"{gain_text(error['gain'])} The {rune} itself ran on the recordings of the validation split."


def gain_text(gain: Mapping[str, float] | None) -> str:
    """A sentence about how much less the error is than without learning."""
    if gain is None:
        return "Without learning, the error is 0 already."
    interval = f"95 % interval {gain['low']:.1%} to {gain['high']:.1%}"
    if gain["low"] > 0:
        return f"The error is {gain['value']:.1%} less than without learning ({interval})."
    return f"The error is not surely less than without learning: by {gain['value']:.1%} ({interval})."


def _range_cells(figure: Mapping[str, float]) -> list[str]:
    return [f"{figure['value']:.4g}", f"({figure['low']:.4g} to {figure['high']:.4g})"]


def counted_needs(needs: Needs, reason: str | None, before: Needs | None = None) -> Iterator[str]:
    """Returns the rune's needs on a target, and the reason if instructions were not counted. `before` are those with
    all channels, None where none is removed."""
    rows = [["Flash", size_text(needs.flash)], ["RAM", size_text(needs.ram)]]
    if before is not None:
        rows[0].append(f"({size_text(before.flash)} before pruning)")
        rows[1].append(f"({size_text(before.ram)} before pruning)")
    yield columns(rows)
    if needs.instructions is not None:
        unpruned_text = (
            "" if before is None or before.instructions is None else f" ({before.instructions:,} before pruning)"
        )
        yield f"Instructions of one run: {needs.instructions:,}{unpruned_text}"
    if reason is not None:
        yield f"Instructions were not counted: {reason}. Flash is without code, RAM without the stack."


def _rows(report: Mapping[str, Any]) -> Iterator[list[str]]:
    yield ["Label", "Learned from", "Validation", ""]
    judgement = report["judgements"]["validation"]
    for label in report["labels"]:
        row = judgement["labels"][label]
        yield [plain(label), str(report["samples"]["train"][label]), str(row["samples"]), _short_share(row["recall"])]


def _mistakes(labels: Sequence[str], confusion: Sequence[Sequence[int]]) -> Iterator[str]:
    mistakes = sorted(
        (-count, labels[right], labels[answer])
        for right, row in enumerate(confusion)
        for answer, count in enumerate(row)
        if count and right != answer
    )
    for count, right, answer in mistakes[:5]:
        yield f"  {plain(right)} was taken for {plain(answer)} in {counted(-count, 'recording')}."


def _share(judgement: Mapping[str, Any]) -> str:
    share = judgement["accuracy"]
    if share is None:
        return "unknown, because none of its recordings fills a window"
    right = sum(row[place] for place, row in enumerate(judgement["confusion"]))
    interval = f"95 % interval {share[1]:.1%} to {share[2]:.1%}"
    return f"{share[0]:.1%} ({right} of {counted(judgement['samples'], 'recording')}, {interval})"


def _short_share(share: Sequence[float] | None) -> str:
    return "-" if share is None else f"{share[0]:.0%} ({share[1]:.0%} to {share[2]:.0%})"
