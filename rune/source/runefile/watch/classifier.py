"""Finds the classifier of a pipeline: the tensor of scores whose answers are counted, and the words of its labels.

They are those that an evaluation reads: the first block with a list of words names the labels, and a tensor of
probabilities, as the model's file marks it, has the scores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rune.blocks.meaning import Meaning
from rune.blocks.signature import HostText
from rune.port import Port
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, OutputStage, Stage
from rune.source.runefile.watch.numbers import SCORE_ELEMENTS
from rune.tensor import ElementType, TensorType
from rune.watch.layout import MOST_LABELS, OTHER, LabelBins
from rune.wordlist import words_of

MOST_CLASSES: Final = 4096
"""The same limit as that of an evaluation."""
_LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Classifier:
    """The scores of a pipeline: where they are, their type, and what a number of them stands for."""

    port: Port
    type: TensorType
    labels: tuple[str, ...]
    scale: float
    zero_point: float


def find_classifier(
    stages: Sequence[Stage],
    type_of: Callable[[str, int], TensorType | None],
    meaning_of: Callable[[str, int], Meaning],
) -> Classifier | None:
    """Returns the classifier of stages in their order. Of several tensors of scores the last is taken: that which all
    blocks before the label have changed."""
    block = next((stage for stage in stages if isinstance(stage, BlockStage) and _word_argument(stage)), None)
    words = () if block is None else _words(block)
    around = stages if block is None else [stage for stage in stages if stage.name in _sources(stages, block.name)]
    for stage in reversed(around):
        for index in range(_output_count(stage)):
            type_ = type_of(stage.name, index)
            classifier = None if type_ is None else _classifier(Port(stage.name, index), type_, meaning_of, words)
            if classifier is not None:
                return classifier
    return None


def label_bins(labels: Sequence[str], own_bins: Iterable[str] | None = None) -> LabelBins:
    """Returns the bins of labels: one for each word, and from the thirteenth on one for all others. `own_bins` are the
    words that shall have a bin of their own, by default the first ones."""
    names = [label[:_LONGEST_NAME] for label in labels]
    words = list(dict.fromkeys(names))
    if len(words) > MOST_LABELS:
        own_words = set(words if own_bins is None else own_bins)
        words = [*[word for word in words if word in own_words][: MOST_LABELS - 1], OTHER]
    places = {word: place for place, word in enumerate(words)}
    return LabelBins(tuple(words), tuple(places.get(name, len(words) - 1) for name in names))


def _classifier(
    port: Port, type_: TensorType, meaning_of: Callable[[str, int], Meaning], words: Sequence[str]
) -> Classifier | None:
    meaning = meaning_of(port.stage, port.index)
    is_row = sum(size > 1 for size in type_.dimensions) <= 1
    is_size = type_.count == len(words) if words else 1 < type_.count <= MOST_CLASSES
    if not meaning.is_probability or not type_.is_fixed or type_.element not in SCORE_ELEMENTS:
        return None
    if not is_row or not is_size or type_.count > MOST_CLASSES:
        return None
    labels = tuple(words) or meaning.labels or ()
    if len(labels) != type_.count:
        labels = tuple(map(str, range(type_.count)))
    if type_.element is ElementType.F32:
        return Classifier(port, type_, labels, 1.0, 0.0)
    steps = meaning.quantisation
    return None if steps is None else Classifier(port, type_, labels, steps.scale, float(steps.zero_point))


def _word_argument(stage: BlockStage) -> str | None:
    """The argument with the words of a block that turns indices into words."""
    return next((name for name in ("wordlist", "labels") if name in stage.arguments), None)


def _words(block: BlockStage) -> tuple[str, ...]:
    """The words of a block; none where only the host has them."""
    value = block.arguments[_word_argument(block) or ""]
    text = value.default if isinstance(value, HostText) else value
    return tuple(word.strip() for word in words_of(text)) if isinstance(text, str) else ()


def _sources(stages: Sequence[Stage], name: str) -> frozenset[str]:
    """The stages that a stage reads from, through others too."""
    inputs: Mapping[str, Sequence[Port]] = {
        stage.name: () if isinstance(stage, CapabilityStage) else stage.inputs for stage in stages
    }
    sources: set[str] = set()
    rest = [port.stage for port in inputs[name]]
    while rest:
        source = rest.pop()
        if source not in sources:
            sources.add(source)
            rest += [port.stage for port in inputs.get(source, ())]
    return frozenset(sources)


def _output_count(stage: Stage) -> int:
    return 1 if isinstance(stage, CapabilityStage) else 0 if isinstance(stage, OutputStage) else len(stage.outputs)
