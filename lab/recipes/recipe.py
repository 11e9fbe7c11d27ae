"""The structure of a recipe, and its Runefiles: of the features only, and of the whole rune."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lab.recipes.arguments import Number, RecipeArgument, Values
from lab.recipes.backbone import Backbone
from lab.recipes.edges import Edge, dequantize_stage, edges_of, quantize_stage
from lab.recipes.features import FeatureStages
from lab.recipes.numbers import scale_stage, usual_scaling
from lab.recipes.sizes import BALANCED
from lab.recipes.yaml_text import yaml_text
from lab.refusal import Reason, Refused
from lab.tasks.judging.thresholds import COUNTED_THRESHOLD, Threshold
from lab.tasks.scaling import DataScaling
from lab.tasks.task import LearningTask, ModelOutput
from rune.datasets.content.content import Kind
from rune.datasets.learnable import LearnedAnswer

MODEL_STAGE = "model"
"""The name of the stage that runs the model, in every Runefile of a recipe."""
_SCORES_STAGE = "dequantized"
FEATURES_OUTPUT = "learned"
"""The output of a Runefile of features."""
_SCALED_STAGE = "scaled"
_QUANTIZED_STAGE = "quantized"


@dataclass(frozen=True)
class LearnedParameters:
    """Resources and numbers that an estimator learned, for the stages of a rune.

    `resources` has the text of each resource by its name; `numbers` has the arguments of blocks."""

    resources: Mapping[str, str]
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Estimator:
    """An estimator of scikit-learn that learns in place of a network, and the stages that do in a rune what it learned.

    The recipe's folder has `estimator.py` in place of `network.py`. Its function
    `rounds(inputs, labels, seed, **arguments)` yields an object after each round of learning, whose `scores`
    are those of the stage `MODEL_STAGE` (`lab/training/estimator_step.py` reads it). `arguments` names those that it
    takes. `stages` gives the stages from the values, the stage that it reads with its shape, and the number of labels;
    those of the task follow.
    """

    arguments: Sequence[str]
    stages: Callable[[Values, FeatureStages, int], str]


def _no_backbone(_values: Values) -> FeatureStages:
    """The features of a recipe that reads those of a backbone, before there is one. Raises `Refused`."""
    raise Refused(Reason.SETTINGS, "The recipe learns behind a backbone, and none was given.")


@dataclass(frozen=True)
class Recipe:
    """A way to learn a kind of model. `folder` has `network.py`: plain Keras and NumPy, which training imports and an
    exported script contains. Its function `network(shape, classes, batch, **arguments)` gives a model that answers as
    the task needs, mostly with one share for each class, and `augmented(batch, random, **arguments)` gives a batch of
    inputs as training sees them; for a task of objects, `augmented(batch, positions, random, **arguments)` gives both.
    `network_arguments` and `augmentation` name the arguments that each of them takes. `space` has the values that a
    search tries, rising, of each argument that it varies.
    """

    name: str
    title: str
    kind: Kind
    folder: Path
    arguments: Sequence[RecipeArgument]
    network_arguments: Sequence[str]
    augmentation: Sequence[str]
    task: LearningTask
    """The task that is learned, with the stages behind the model."""
    features: Callable[[Values], FeatureStages] = _no_backbone
    space: Mapping[str, Sequence[Number]] = field(default_factory=dict)
    window_units: Sequence[str] = ()
    """The units of `augmentation` that say what a window is, such as the time between its rows, and change nothing."""
    estimator: Estimator | None = None
    """The estimator of a recipe that trains no network."""
    scales: bool = False
    """Whether each column of the features is scaled as the train split has it: units of sensors differ."""
    backbone_features: Callable[[Values, Backbone], FeatureStages] | None = None
    """The features in place of `features`, for a recipe that learns behind a backbone; `behind_backbone` gives it
    one."""
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
        return self.task.is_searched and self.estimator is None and not self.needs_backbone

    @property
    def _learner(self) -> str:
        return "network" if self.estimator is None else "estimator"

    @property
    def needs_backbone(self) -> bool:
        """Returns whether it learns behind a model of the project."""
        return self.backbone_features is not None

    @property
    def takes_teacher(self) -> bool:
        """Whether its network can learn the answers of another one beside the labels."""
        return self.task.takes_teacher and self.estimator is None and not self.needs_backbone

    @property
    def shown_augmentation(self) -> Sequence[str]:
        """The arguments by which recordings are changed while learning, and sounds are made of them, where that can be
        seen or heard: noise in scaled numbers, or in those of a backbone, cannot."""
        if self.scales or self.needs_backbone:
            return ()
        return (*self.task.generation, *(each for each in self.augmentation if each not in self.window_units))

    @property
    def takes_start(self) -> bool:
        """Whether its network can begin with the weights of a model of Keras: what that reads must have been computed
        alike, so no column is scaled."""
        return self.task.takes_start and self.takes_teacher and not self.scales

    @property
    def ends_in_silence(self) -> bool:
        """Whether a recording that fills no window is followed by silence, as a word that was cut. Sounds are, except
        where silence would be learned as normal; motion is not, as no sensor measures nothing."""
        return self.kind is Kind.SOUND and self.task.learned_answer is not LearnedAnswer.NORMAL

    @property
    def is_tried_on_background(self) -> bool:
        """Whether its rune is tried on silence, noise and tones: it tells sounds apart. For one that learned what is
        normal a sound that is new is an anomaly, and one that answers with a number calls nothing."""
        return self.kind is Kind.SOUND and self.task.learned_answer not in (LearnedAnswer.NORMAL, LearnedAnswer.NUMBER)


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
    outputs = recipe.task.dimensions(features.shape, len(labels))
    stages += f"""\
  # {recipe.task.comment}
  {MODEL_STAGE}:
    model: {yaml_text(f"./{path}")}
    inputs: [{read}]
    outputs:
      - {{type: {"f32" if target is None else target.type}, dimensions: {list(outputs)}}}

"""
    if target is not None:
        stages += dequantize_stage(_SCORES_STAGE, MODEL_STAGE, outputs, target) + "\n"
    output = ModelOutput(features.stage, scores_stage(model), outputs, len(labels), scaling, threshold)
    return f"{_head(recipe)}{stages}{recipe.task.stages(values, output)}{_resources(recipe, labels)}"


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
    numbers = parameters.numbers
    threshold = Threshold(numbers["on"], numbers["off"], 0) if numbers else COUNTED_THRESHOLD
    output = ModelOutput(features.stage, MODEL_STAGE, (1,), len(labels), scaling, threshold)
    stages = recipe.estimator.stages(values, features, len(labels)) + recipe.task.stages(values, output)
    files_text = "".join(f"  {name}:\n    path: {yaml_text(f'./{path}')}\n" for name, path in files.items())
    return f"{_head(recipe)}{features.stages}\n{stages}{_resources(recipe, labels, files_text)}"


def _resources(recipe: Recipe, labels: Sequence[str], files: str = "") -> str:
    """The resources of a Runefile: `files`, and the labels where the task has them, a line for each; "" for none."""
    text = files
    if recipe.task.has_labels:
        text += f"  LABELS:\n    inline: {yaml_text(chr(10).join(labels))}\n    type: string\n"
    return text and f"\nresources:\n{text}"


def _head(recipe: Recipe) -> str:
    return f"# {recipe.title}, trained with the recipe {recipe.name}.\nversion: 1\nimage: runicos/base\n\npipeline:\n"
