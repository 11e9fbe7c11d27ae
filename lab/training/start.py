"""The model file that a run begins with: which recipes take one, and what is refused before anything is learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from lab.child.job import ChildJob
from lab.recipes.arguments import ArgumentGroup, RecipeArgument
from lab.recipes.recipe import Recipe
from lab.refusal import Reason, Refused
from rune.wording import listed, quoted

LEARNED_LAYERS = RecipeArgument(
    "learned-layers",
    "How many of the last layers with weights learn; 0 for all.",
    0,
    0,
    1000,
    title="Layers that learn",
    group=ArgumentGroup.NETWORK,
)
LEARNING_SHARE = 0.1
"""The share of the learning rate of a network that begins with nothing."""


@dataclass(frozen=True)
class StartModel:
    """A `.keras` or `.h5` file at a path of the project, whose bytes nobody has looked at."""

    path: str
    data: bytes

    @property
    def name(self) -> str:
        """The name of the model beside a script."""
        return f"start{PurePosixPath(self.path).suffix}"


def with_start(recipe: Recipe, values: Mapping[str, object]) -> Recipe:
    """The recipe with the arguments of a run that begins with a model: those of its own network and of pruning are not
    among them. Raises `Refused` where no run does, and where one of these is written."""
    if not recipe.takes_start:
        raise Refused(Reason.SETTINGS, f"The recipe {recipe.name} begins with no model of a file. Remove `start`.")
    own = (*recipe.network_arguments, "prune")
    if unused_names := [name for name in values if name in own]:
        message = f"A run that begins with a model keeps its network. Remove {listed(unused_names)}, or `start`."
        raise Refused(Reason.SETTINGS, message)
    arguments = (_slower(each) for each in recipe.arguments if each.name not in own)
    return replace(recipe, arguments=(*arguments, LEARNED_LAYERS), network_arguments=())


def start_arguments(recipe: Recipe) -> Sequence[RecipeArgument]:
    """The arguments of a run that begins with a model; none of a recipe whose runs begin with no model."""
    return with_start(recipe, {}).arguments if recipe.takes_start else ()


def _slower(argument: RecipeArgument) -> RecipeArgument:
    if argument.name != "learning-rate":
        return argument
    return replace(
        argument, default=float(f"{argument.default * LEARNING_SHARE:.6g}")
    )  # 0.0003, not 0.00030000000000000003


def load_start(job: ChildJob, shape: Sequence[int]) -> str:
    """Reads the file `start` as data, and writes a clean one that Keras may load; the clean file's path.

    Raises `Refused` for a file that is not read, and for a model that cannot be the start of this run."""
    from lab.formats.keras.reading import read_keras, write_clean

    source = read_keras(job.inputs["start"])
    inputs = [each.shape[1:] for each in source.clean.inputs]
    if len(inputs) != 1 or _sides(inputs[0]) != _sides(shape):
        reads = " and ".join(f"[{', '.join(map(str, each))}]" for each in inputs)
        raise _unusable(job, f"it reads {reads}, and the features of this run are [{', '.join(map(str, shape))}]")
    return str(write_clean(source, job.folder))


def require_start(job: ChildJob, path: str, learned_layers: int) -> None:
    """Raises `Refused` for a model whose last layer cannot give shares, or with fewer layers than are to learn."""
    import keras

    from lab.training.loop.starting import last_dense

    try:
        model: Any = keras.models.load_model(path, compile=False, safe_mode=True)
        last_dense(model)
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        lines = str(error).strip().splitlines()
        raise _unusable(job, lines[0][:300] if lines else type(error).__name__) from error
    count = sum(1 for each in model.layers if each.weights)
    if learned_layers > count:
        raise _unusable(job, f"learned-layers is {learned_layers}, and it has {count} layers with weights")


def _unusable(job: ChildJob, reason: str) -> Refused:
    return Refused(Reason.SETTINGS, f"{quoted(job.spec['start'])} cannot be the start: {reason}.")


def _sides(shape: Sequence[int]) -> list[int]:
    return [each for each in shape if each != 1]
