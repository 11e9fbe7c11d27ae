"""Whether a list of words has a word for each class that can come: a missing one would stop the rune when it comes."""

from __future__ import annotations

from collections.abc import Callable

from rune.runefile.codes import Code
from rune.runefile.pipeline import BlockStage, Port, Stage
from rune.runefile.report import Report
from rune.runefile.syntax import StageSyntax
from rune.tensor import TensorType
from rune.wording import counted, quoted

_INDICES = "most_confident_indices"


def warn_of_short_wordlist(
    syntax: StageSyntax,
    label: BlockStage,
    stage_named: Callable[[str], Stage | None],
    type_of: Callable[[Port], TensorType | None],
    report: Report,
) -> None:
    """Compares the words of a `label` stage with the scores that its indices are chosen from."""
    words = label.arguments.get("wordlist")
    if label.block.name != "label" or not isinstance(words, str) or len(label.inputs) != 1:
        return
    chooser = stage_named(label.inputs[0].stage)
    if not isinstance(chooser, BlockStage) or chooser.block.name != _INDICES or not chooser.inputs:
        return
    scores = type_of(chooser.inputs[0])
    count = len(words.strip().split("\n"))
    if scores is None or count >= scores.count:
        return
    span = next((item.span for item in syntax.arguments if item.name in ("wordlist", "labels")), syntax.target.span)
    classes = counted(scores.count, "class", "classes")
    report.warning(
        Code.SHORT_WORDLIST,
        f"The wordlist of {quoted(label.name)} has {counted(count, 'word')}, and {quoted(chooser.name)} tells"
        f" {classes} apart",
        span,
        [f"{chooser.name} reads {scores}. The rune stops when class {count}, counted from 0, is the most likely one."],
    )
