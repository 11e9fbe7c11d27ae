"""The structure of a recipe, and its Runefiles: of the features only, and of the whole rune."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lab.recipes.alarm import DISTANCE_STAGE, Threshold, alarm_stages, distance_stage
from lab.recipes.arguments import Number, RecipeArgument, Values
from lab.recipes.backbone import Backbone
from lab.recipes.edges import Edge, dequantize_stage, edges_of, quantize_stage
from lab.recipes.features import FeatureStages
from lab.recipes.labels import label_answer, labels_resource
from lab.recipes.numbers import DataScaling, NumberTarget, scale_stage, usual_scaling
from lab.recipes.sizes import BALANCED
from lab.recipes.yaml_text import yaml_text
from lab.refusal import Reason, Refused
from rune.datasets.content.content import Kind
from rune.datasets.learnable import LearnedAnswer

MODEL_STAGE = "model"
"""The name of the stage that runs the model, in every Runefile of a recipe."""
_SCORES_STAGE = "dequantized"
SHARES_STAGE = "shares"
"""The stage that takes the scores of a word and of all else apart."""
COUNTS_STAGE = "objects"
"""The stage that counts objects on a grid, whose second output has their positions."""
CELL = 8
"""Pixels of the width and the height of a cell of that grid."""
FEATURES_OUTPUT = "learned"
"""The output of a Runefile of features."""
_SCALED_STAGE = "scaled"
_QUANTIZED_STAGE = "quantized"
COUNTED_THRESHOLD = Threshold(1.7, 1.3, 0)
"""That of an alarm before anything is learned."""


@dataclass(frozen=True)
class LearnedParameters:
    """Resources and numbers that an estimator learned, for the stages of a rune.

    `resources` has the text of each resource by its name; `numbers` has the arguments of blocks."""

    resources: Mapping[str, str]
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Estimator:
    """How scikit-learn learns in place of a network, and the stages that do in a rune what it learned.

    The recipe's folder has `estimator.py` in place of `network.py`. Its function
    `rounds(inputs, labels, seed, **arguments)` yields an object after each round of learning, whose `scores`
    are those of the stage `MODEL_STAGE` (`lab/training/estimator_step.py` reads it). `arguments` names those that it
    takes. `stages` gives the stages from the values, the stage that it reads with its shape, the number of labels, and
    what was learned; the last of them are outputs. With `is_anomaly` only normal recordings are learned.
    """

    arguments: Sequence[str]
    stages: Callable[[Values, FeatureStages, int, LearnedParameters], str]
    is_anomaly: bool = False


def no_answer(_values: Values, _labels: int, _scores: str) -> str:
    """Returns no stages, for a recipe whose answer is not a label."""
    return ""


def _no_backbone(_values: Values) -> FeatureStages:
    """The features of a recipe that reads those of a backbone, before there is one. Raises `Refused`."""
    raise Refused(Reason.SETTINGS, "The recipe learns behind a backbone, and none was given.")


@dataclass(frozen=True)
class Recipe:
    """How a kind of model is learned.

    `folder` has `network.py`: plain Keras and NumPy, which training imports and an exported script contains. Its
    function `network(shape, classes, batch, **arguments)` gives a model that answers with one share for each class, and
    `augmented(batch, random, **arguments)` gives a batch of inputs as training sees them. `network_arguments` and
    `augmentation` name the arguments that each of them takes. `answer` gives the stages behind the model from the
    values, the number of labels, and the name of the stage that gives their scores; their last stages are outputs.
    `space` has the values that a search tries, rising, of each argument that it varies.
    """

    name: str
    title: str
    kind: Kind
    folder: Path
    arguments: Sequence[RecipeArgument]
    network_arguments: Sequence[str]
    augmentation: Sequence[str]
    features: Callable[[Values], FeatureStages] = _no_backbone
    answer: Callable[[Values, int, str], str] = no_answer
    space: Mapping[str, Sequence[Number]] = field(default_factory=dict)
    window_units: Sequence[str] = ()
    """Those of `augmentation` that say what a window is, such as the time between its rows, and change nothing."""
    estimator: Estimator | None = None
    """For a recipe that trains no network."""
    target: NumberTarget | None = None
    """For a recipe that answers with a number in place of a label."""
    scales: bool = False
    """Whether each column of the features is scaled as the train split has it: units of sensors differ."""
    reconstructs: bool = False
    """Whether the network draws its input again, of normal recordings alone: how far off it is tells anomalies."""
    word_answer: Callable[[Values, str, Threshold], str] | None = None
    """For a recipe that learns one word, and from sounds that are made what is not the word
    (`lab/recipes/word_sounds.py`): the stages behind the model from the values, the stage of its scores, of which the
    second is the word's, and the threshold. One of them is `SHARES_STAGE`, whose second output is the word's score."""
    generation: Sequence[str] = ()
    """The generation of such a recipe, the arguments by which sounds are made."""
    count_answer: Callable[[Values, int, str, Threshold], str] | None = None
    """For a recipe that counts objects, and learns from their positions: its network gives for each cell of a grid the
    share of the background and of each label. The stages behind the model from the values, the number of labels, the
    stage of its scores, and the threshold. One of them is `COUNTS_STAGE`. `augmented(batch, positions, random,
    **arguments)` gives the positions too (`lab/training/loop/grids.py`)."""
    backbone_features: Callable[[Values, Backbone], FeatureStages] | None = None
    """In place of `features`, for a recipe that learns behind a backbone; `behind_backbone` gives it one."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """The files that its stages name, by their paths: the backbone's."""
    learner: str = ""
    """The folder of the recipe whose network or estimator this one uses; "" for its own."""
    sizes: Mapping[str, Values] = field(default_factory=lambda: {BALANCED: {}})
    """The arguments of each size that people choose from, by the names of `SIZES` in their order. Those of `BALANCED`
    are the defaults."""
    main_arguments: Sequence[str] = ("epochs",)
    """The three arguments at most that people set first."""

    def size_arguments(self, name: str) -> dict[str, Number]:
        """The values of all arguments in a size."""
        return {each.name: self.sizes[name].get(each.name, each.default) for each in self.arguments}

    @property
    def network_source(self) -> Path:
        """The file that learns: of a network, or an estimator's."""
        return self.folder.parent / self._learner_folder / f"{self._learner}.py"

    @property
    def network_module(self) -> str:
        return f"lab.recipes.{self._learner_folder}.{self._learner}"

    @property
    def _learner_folder(self) -> str:
        return self.learner or self.folder.name

    @property
    def is_searched(self) -> bool:
        """Whether a search can compare its runs: by the accuracy of a network. No argument of a recipe with a backbone
        changes what the backbone needs, which is most of it."""
        learns_labels = self.estimator is None and not (self.learns_numbers or self.learns_word or self.counts)
        return learns_labels and not self.needs_backbone

    @property
    def _learner(self) -> str:
        return "network" if self.estimator is None else "estimator"

    @property
    def learns_numbers(self) -> bool:
        """Whether what is learned are numbers and not labels: curves have the share that is explained."""
        return self.target is not None or self.reconstructs

    @property
    def needs_backbone(self) -> bool:
        """Returns whether it learns behind a model of the project."""
        return self.backbone_features is not None

    @property
    def takes_teacher(self) -> bool:
        """Whether its network can learn the answers of another one beside the labels."""
        return self.estimator is None and not (self.learns_numbers or self.needs_backbone or self.counts)

    @property
    def counts(self) -> bool:
        """Returns whether it counts objects, and learns from their positions."""
        return self.count_answer is not None

    @property
    def shown_augmentation(self) -> Sequence[str]:
        """The arguments by which recordings are changed while learning, and sounds are made of them, where that can be
        seen or heard: noise in scaled numbers, or in those of a backbone, cannot."""
        if self.scales or self.needs_backbone:
            return ()
        return (*self.generation, *(each for each in self.augmentation if each not in self.window_units))

    def classes(self, labels: int) -> int:
        """How many classes its network has for so many labels: the background of objects is one."""
        return labels + 1 if self.counts else labels

    @property
    def takes_start(self) -> bool:
        """Whether its network can begin with the weights of a model of Keras: what that reads must have been computed
        alike, so no column is scaled."""
        return self.takes_teacher and not self.learns_word and not self.scales

    @property
    def learns_word(self) -> bool:
        """Returns whether it learns one word, from few recordings of it."""
        return self.word_answer is not None

    @property
    def ends_in_silence(self) -> bool:
        """Whether a recording that fills no window is followed by silence, as a word that was cut. Sounds are, except
        where silence would be learned as normal; motion is not, as no sensor measures nothing."""
        return self.kind is Kind.SOUND and not self.learns_anomalies

    @property
    def is_tried_on_background(self) -> bool:
        """Whether its rune is tried on silence, noise and tones: it tells sounds apart. For one that learned what is
        normal a sound that is new is an anomaly, and one that answers with a number calls nothing."""
        return self.kind is Kind.SOUND and not self.learns_anomalies and self.target is None

    @property
    def learned_answer(self) -> LearnedAnswer:
        """The answer that it learns, which decides what its data needs."""
        if self.learns_anomalies:
            return LearnedAnswer.NORMAL
        if self.learns_word:
            return LearnedAnswer.WORD
        if self.counts:
            return LearnedAnswer.OBJECTS
        return LearnedAnswer.LABELS if self.target is None else LearnedAnswer.NUMBER

    @property
    def learns_anomalies(self) -> bool:
        """Returns whether it learns what is normal, and says what is not."""
        return self.reconstructs or (self.estimator is not None and self.estimator.is_anomaly)


def behind_backbone(recipe: Recipe, backbone: Backbone | None) -> Recipe:
    """Returns the recipe with the backbone's features; a recipe that uses no backbone is returned unchanged.

    Raises `Refused` if the backbone is missing, or if the recipe uses none.
    """
    give = recipe.backbone_features
    if give is None:
        if backbone is not None:
            message = f"The recipe {recipe.name} learns behind no backbone. Remove `backbone`, or choose transfer."
            raise Refused(Reason.SETTINGS, message)
        return recipe
    if backbone is None:
        advice = "Write `backbone:` with the path of a .tflite file of the project."
        raise Refused(Reason.SETTINGS, f"The recipe {recipe.name} learns behind a backbone. {advice}")
    return replace(recipe, features=lambda values: give(values, backbone), files={backbone.path: backbone.data})


def scaled_features(recipe: Recipe, values: Values, scaling: DataScaling) -> FeatureStages:
    """The stages up to the model's input, for a recipe that scales them as for another."""
    features = recipe.features(values)
    if not recipe.scales:
        return features
    stage = scale_stage(_SCALED_STAGE, features.stage, features.dimensions, scaling)
    return replace(features, stages=f"{features.stages}\n{stage}", stage=_SCALED_STAGE, bounds=None, rows=None)


def features_runefile(recipe: Recipe, values: Values, scaling: DataScaling | None = None) -> str:
    """A Runefile that sends what the model would read. A rune is built of it, so training learns from what runs.

    Without a scaling it sends what the scaling is measured of.
    """
    features = recipe.features(values) if scaling is None else scaled_features(recipe, values, scaling)
    output = f"  {FEATURES_OUTPUT}:\n    out: TENSOR\n    inputs: [{features.stage}]\n"
    return f"{_head(recipe)}{features.stages}\n{output}"


def scores_stage(model: bytes) -> str:
    """The name of the stage that gives the scores of all labels as f32."""
    return MODEL_STAGE if edges_of(model)[1] is None else _SCORES_STAGE


def whole_runefile(
    recipe: Recipe,
    values: Values,
    path: str,
    model: bytes,
    labels: Sequence[str],
    scaling: DataScaling | None = None,
    threshold: Threshold = COUNTED_THRESHOLD,
) -> str:
    """The Runefile that a training run gives. `path` is that of the model file, from the Runefile's folder. Without a
    scaling it is one to be counted. `threshold` is that of the alarm, for a recipe that has one.

    Raises `ModelError`.
    """
    scaling = scaling or usual_scaling(recipe.features(values).shape[-1])
    features = scaled_features(recipe, values, scaling)
    source, target = edges_of(model)
    stages, read = _read_stages(features, source)
    outputs = _model_dimensions(recipe, features, len(labels))
    stages += f"""\
  # {_answer_comment(recipe)}
  {MODEL_STAGE}:
    model: {yaml_text(f"./{path}")}
    inputs: [{read}]
    outputs:
      - {{type: {"f32" if target is None else target.type}, dimensions: {list(outputs)}}}

"""
    if target is not None:
        stages += dequantize_stage(_SCORES_STAGE, MODEL_STAGE, outputs, target) + "\n"
    if recipe.target is not None:
        answer = recipe.target.stages(values, scores_stage(model), (1, 1), scaling)
        return f"{_head(recipe)}{stages}{answer}"
    if recipe.reconstructs:
        distance = distance_stage(features.stage, scores_stage(model))
        answer = f"{distance}\n{alarm_stages(values, DISTANCE_STAGE, threshold.on, threshold.off)}"
    elif recipe.count_answer is not None:
        answer = recipe.count_answer(values, len(labels), scores_stage(model), threshold)
    elif recipe.word_answer is not None:
        answer = recipe.word_answer(values, scores_stage(model), threshold)
    else:
        answer = recipe.answer(values, len(labels), scores_stage(model))
    return f"{_head(recipe)}{stages}{answer}\nresources:\n{labels_resource(labels)}"


def _read_stages(features: FeatureStages, edge: Edge | None) -> tuple[str, str]:
    """The stages of what the model reads, and the last one's name."""
    if edge is None:
        return f"{features.stages}\n", features.stage
    if features.rows is None:
        stage = quantize_stage(_QUANTIZED_STAGE, features.stage, features.dimensions, edge)
        return f"{features.stages}\n{stage}\n", _QUANTIZED_STAGE
    rows = features.rows
    stage = quantize_stage(_QUANTIZED_STAGE, rows.stage, rows.dimensions, edge)
    return f"{rows.stages}\n{stage}\n{rows.window(_QUANTIZED_STAGE, edge.type)}\n", features.stage


def _model_dimensions(recipe: Recipe, features: FeatureStages, labels: int) -> tuple[int, ...]:
    """The dimensions of the model's output."""
    if recipe.counts:
        return (1, features.shape[0] // CELL, features.shape[1] // CELL, recipe.classes(labels))
    return (1, features.shape[-1] if recipe.reconstructs else labels)


def _answer_comment(recipe: Recipe) -> str:
    if recipe.reconstructs:
        return "The features as the model draws them again."
    if recipe.counts:
        return "For each cell a score of the background, and one for each label; together they are 1."
    if recipe.target is not None:
        return "How far the answer is from the usual one, in parts of the spread."
    return "One score for each label; together they are 1."


def estimator_runefile(
    recipe: Recipe,
    values: Values,
    parameters: LearnedParameters,
    files: Mapping[str, str],
    labels: Sequence[str],
    scaling: DataScaling | None = None,
) -> str:
    """The Runefile around what an estimator learned. `files` has the path of each resource from the Runefile's
    folder."""
    assert recipe.estimator is not None  # noqa: S101 (its callers have asked)
    scaling = scaling or usual_scaling(recipe.features(values).shape[-1])
    features = scaled_features(recipe, values, scaling)
    stages = recipe.estimator.stages(values, features, len(labels), parameters)
    resources = "".join(f"  {name}:\n    path: {yaml_text(f'./{path}')}\n" for name, path in files.items())
    if recipe.target is None:
        resources += labels_resource(labels)
    else:
        stages += recipe.target.stages(values, MODEL_STAGE, (1,), scaling)
    return f"{_head(recipe)}{features.stages}\n{stages}\nresources:\n{resources}"


def classifier_answer(values: Values, labels: int, scores: str) -> str:
    """The stages behind a classifier: the mean of some windows, the best label, and the scores of all."""
    mean_of = int(values.get("mean-of", 1))
    return f"""\
  # The mean of the last windows: single ones flicker.
  steady:
    proc-block: moving_average
    inputs: [{scores}]
    outputs:
      - {{type: f32, dimensions: [1, {labels}]}}
    args:
      length: {mean_of}

  best:
    proc-block: top_k
    inputs: [steady]
    outputs:
      - {{type: u32, dimensions: [1]}}
      - {{type: f32, dimensions: [1]}}

{label_answer("best.0")}
  # The scores of all labels, so that the app sees how sure the model is.
  scores:
    out: SERIAL
    inputs: [steady]
"""


def _head(recipe: Recipe) -> str:
    return f"# {recipe.title}, trained with the recipe {recipe.name}.\nversion: 1\nimage: runicos/base\n\npipeline:\n"
