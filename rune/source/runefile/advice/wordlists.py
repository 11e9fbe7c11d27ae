"""Checks whether a list of words fits the classes that can come: a missing word would stop the rune when its class
comes."""

from __future__ import annotations

from rune.blocks.meaning import Meaning
from rune.source.runefile.advice.inserted_stage import Insert, InsertedBlock
from rune.source.runefile.codes import Code
from rune.source.runefile.pipeline import BlockStage
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import StageSyntax
from rune.tensor import ElementType, TensorType
from rune.wording import counted, quoted
from rune.wordlist import words_of


def warn_of_wordlist(
    syntax: StageSyntax,
    label: BlockStage,
    type_: TensorType,
    indices: Meaning,
    insert: Insert,
    report: DiagnosticReport,
) -> None:
    """Compares the words of a `label` stage with the classes that its indices choose from, as far as they are known;
    and says so where they are scores."""
    text = label.arguments.get("wordlist")
    if label.block.name != "label" or not isinstance(text, str) or len(label.inputs) != 1:
        return
    words = [word.strip() for word in words_of(text)]
    span = next((item.span for item in syntax.arguments if item.name in ("wordlist", "labels")), syntax.target.span)
    beginning = f"The wordlist of {quoted(label.name)} has {counted(len(words), 'word')}"
    source = syntax.inputs[0].text
    if _are_scores(type_, indices, len(words)):
        report.warning(
            Code.LABELLED_SCORES,
            f"{quoted(label.name)} takes indices of words, and {quoted(source)} gives {type_}, a score for each word",
            syntax.inputs[0].span,
            ["A score is not an index: the rune stops at the first fraction, or gives the wrong words."],
            insert(syntax, syntax.inputs[0], InsertedBlock("class_index", {})),
        )
        return
    if indices.classes is not None and len(words) < indices.classes:
        report.warning(
            Code.SHORT_WORDLIST,
            f"{beginning}, and {quoted(source)} tells {counted(indices.classes, 'class', 'classes')} apart",
            span,
            [f"The rune stops when class {len(words)}, counted from 0, is the most likely one."],
        )
        return
    if not indices.labels or indices.labels == tuple(words):
        return
    first = _misplaced_index(words, indices.labels)
    if first is None:
        return
    class_name = indices.labels[first]
    report.warning(
        Code.OTHER_LABELS,
        f"Class {first} is {quoted(words[first])} in the wordlist of {quoted(label.name)}, and {quoted(class_name)} in "
        "the model",
        span,
        [
            "The names in the model's file are those that it was trained with; a list in another order names every "
            "answer wrongly."
        ],
    )


def _are_scores(type_: TensorType, indices: Meaning, words: int) -> bool:
    """Returns whether there is a number for each word, of a kind that scores are and indices hardly ever."""
    is_score = type_.element is ElementType.F32 or indices.quantisation is not None or bool(indices.is_probability)
    return is_score and type_.is_fixed and type_.count == words > 1 and indices.classes is None


def _misplaced_index(words: list[str], labels: tuple[str, ...]) -> int | None:
    """The first class whose word is the model's name of another class. Words that it does not have may be right."""
    places = {label.casefold(): index for index, label in enumerate(labels)}
    for index, word in enumerate(words[: len(labels)]):
        if places.get(word.casefold(), index) != index and labels[index].casefold() != word.casefold():
            return index
    return None
