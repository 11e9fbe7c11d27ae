"""A user's own model in front of what a recipe learns: what it reads and gives, and what cannot be one. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lab.recipes.edges import Edge, edge_of
from lab.refusal import Reason, Refused
from rune.model.tflite import ModelError, Tensor, TensorKind, read_model
from rune.model.tflite.embedding import embedding_path, gives_scores, with_embedding
from rune.wording import quoted

CHANNELS = (1, 3)
MOST_FEATURES = 4096
_TYPES = (TensorKind.FLOAT32, TensorKind.INT8, TensorKind.UINT8, TensorKind.INT16)


@dataclass(frozen=True)
class Backbone:
    """A model that turns a picture of `height` and `width` pixels with `channels` colours into so many features.

    `path` is that of its file from the project's folder, and `data` are its bytes. `dimensions` are those of the
    vector, `[1, features]` or of a mean over the picture `[1, 1, 1, features]`. `source` and `target` are its edges,
    None for floats."""

    path: str
    data: bytes
    height: int
    width: int
    channels: int
    dimensions: tuple[int, ...]
    source: Edge | None
    target: Edge | None

    @property
    def features(self) -> int:
        """The numbers of the vector that it gives."""
        return self.dimensions[-1]

    @property
    def reference(self) -> str:
        """How a Runefile at the top of the project names the file, as YAML."""
        return json.dumps(f"./{self.path}", ensure_ascii=False)


def read_backbone(path: str, data: bytes) -> Backbone:
    """A model that turns a picture into a vector; of a classifier, the model up to its last layer, with the path of
    its embedding. Raises `Refused` for bytes that are no model, and for a model that gives neither."""
    try:
        model = read_model(data)
    except ModelError as error:
        raise Refused(Reason.BROKEN, f"The backbone {quoted(path)} cannot be read: {error}.") from error
    if gives_scores(model):
        try:
            path, data = embedding_path(path), with_embedding(data)
        except ModelError as error:
            raise Refused(Reason.SETTINGS, f"{quoted(path)} cannot be the backbone: {error}.") from error
        model = read_model(data)
    if (len(model.inputs), len(model.outputs)) != (1, 1):
        counts = f"{len(model.inputs)} inputs and {len(model.outputs)} outputs"
        raise _unusable(path, f"has {counts}; a backbone has one of each")
    source, target = model.tensors[model.inputs[0]], model.tensors[model.outputs[0]]
    for tensor, what in ((source, "reads"), (target, "gives")):
        if tensor.kind not in _TYPES or (tensor.kind is not TensorKind.FLOAT32 and edge_of(tensor) is None):
            kind = tensor.kind.name.lower()
            raise _unusable(path, f"{what} {kind} without a scale; a backbone {what} floats or quantised numbers")
    if len(source.shape) != 4 or source.shape[0] != 1 or source.shape[3] not in CHANNELS or min(source.shape) < 1:
        requirement = "a backbone reads one picture, [1, height, width, 1 or 3]"
        raise _unusable(path, f"takes no picture: its input is {_shape(source)}, and {requirement}")
    if len(target.shape) < 2 or not 1 <= target.shape[-1] == target.count <= MOST_FEATURES:
        advice = (
            f"a backbone gives one vector, [1, features], of at most {MOST_FEATURES}. End it with a mean over the "
            "picture, such as GlobalAveragePooling2D, before you convert it"
        )
        raise _unusable(path, f"gives no vector: its output is {_shape(target)}, and {advice}")
    _, height, width, channels = source.shape
    return Backbone(path, data, height, width, channels, target.shape, edge_of(source), edge_of(target))


def require_pixel_range(backbone: Backbone, black: float, white: float) -> None:
    """Raises `Refused` where pixels from `black` to `white` are not what the backbone's input can hold.

    A quantised input says what it was made for: its numbers reach from the darkest to the brightest pixel."""
    if black == white:
        raise Refused(Reason.SETTINGS, f"black and white are both {black:g}, so every picture would be the same.")
    edge = backbone.source
    if edge is None:
        return
    low, high = edge.bounds
    own = sorted((black, white))
    slack = 0.02 * (high - low)
    if own[0] < low - slack or own[1] > high + slack or own[1] - own[0] < (high - low) / 4:
        message = f"The backbone {quoted(backbone.path)} was not made for pixels from {black:g} to {white:g}"
        own_range = f"its input holds numbers from {low:.4g} to {high:.4g}"
        advice = "Set the arguments black and white to what it learned with."
        raise Refused(Reason.SETTINGS, f"{message}: {own_range}. {advice}")


def _unusable(path: str, reason: str) -> Refused:
    return Refused(Reason.SETTINGS, f"{quoted(path)} cannot be the backbone: it {reason}.")


def _shape(tensor: Tensor) -> str:
    return f"[{', '.join(map(str, tensor.shape))}]"
