"""A model as it is drawn: its tensors so far, and what to build the next operator on. For `random_models.py`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.random import default_rng

from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

LARGEST = 1500
"""Elements of a tensor; what would make more takes a smaller one."""

KINDS = ("int8", "int8", "int8", "uint8", "int16", "int16", "float32")
"""The types of a model's values, as often as they stand here."""

Thing = TypeVar("Thing")


class ModelDrawing:
    """Adds tensors and operators. The seed says all."""

    def __init__(self, seed: int) -> None:
        self.random = default_rng(seed)
        self.layers = Layers(f"random {seed}", self.random)
        self.kind = self.one_of(KINDS)
        self._values: list[ModelValue] = []
        self._inputs: set[int] = set()

    @property
    def narrow_kind(self) -> str:
        """The model's type of values, or int8: for operators that the reference does not have for int16."""
        return "int8" if self.kind == "int16" else self.kind

    def whole(self, least: int, most: int) -> int:
        """A number between the two, both included."""
        return int(self.random.integers(least, most + 1))

    def one_of(self, things: Sequence[Thing]) -> Thing:
        return things[int(self.random.integers(len(things)))]

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def zero_point(self) -> int:
        return self.one_of((-128, 127, 0, 3, -5, self.whole(-128, 127)))

    def scale_near(self, scale: float | None) -> float | None:
        return None if scale is None else float(np.float32(scale * self.random.uniform(0.4, 2.2)))

    def image(self, kind: str = "", channels: int = 0) -> ModelValue:
        """A new input of the model, of four dimensions."""
        return self.input(
            (self.one_of((1, 1, 1, 2)), self.whole(3, 7), self.whole(3, 7), channels or self.whole(1, 9)), kind
        )

    def input(self, shape: Sequence[int], kind: str = "") -> ModelValue:
        """A new input of the model."""
        scale = float(np.float32(self.random.uniform(0.01, 0.08)))
        name = f"input_{len(self._inputs)}"
        value = self.layers.input(shape, kind or self.kind, scale, self.zero_point(), name)
        self._inputs.add(value.index)
        self._values.append(value)
        return value

    def source(self, fits: Callable[[ModelValue], bool] = lambda _: True) -> ModelValue:
        """One of the last tensors that fit, of what the model computes; else a new image."""
        candidates = [value for value in self._values if fits(value) and value.kind == self.kind]
        return self.one_of(candidates[-4:]) if candidates else self.image()

    def source_of(self, kind: str, fits: Callable[[ModelValue], bool] = lambda _: True) -> ModelValue:
        """The same of a kind."""
        return self.source(fits) if kind == self.kind else self.image(kind)

    def picture(self) -> ModelValue:
        """A source of four dimensions."""
        return self.source(lambda value: len(value.shape) == 4)

    def small(self, times: int) -> ModelValue:
        """A source that may become so many times as large."""
        return self.source(lambda value: math.prod(value.shape) * times <= LARGEST)

    def alike(self, value: ModelValue, same_shape: bool = True) -> ModelValue:
        """A tensor of the same kind, scale and zero point, perhaps the same one."""
        candidates = [
            each
            for each in self._values
            if (each.kind, each.scale, each.zero_point) == (value.kind, value.scale, value.zero_point)
            and (each.shape == value.shape or not same_shape)
        ]
        return self.one_of(candidates)

    def add_outputs(self, values: ModelValue | list[ModelValue]) -> None:
        """Adds the outputs of an operator, for others to read."""
        self._values.extend(values if isinstance(values, list) else [values])

    def finish(self) -> bytes:
        """The file. What nothing has read is an output, and so is some of the rest."""
        read = self.layers.graph.read()
        indices = [value.index for value in self._values if value.index not in self._inputs]
        return self.layers.graph.finish(*(index for index in indices if index not in read or self.chance(0.2)))


def options_of(name: str, **fields: object) -> Any:
    """The schema's options of that name."""
    options = getattr(schema, f"{name}OptionsT")()
    for field, value in fields.items():
        setattr(options, field, value)
    return options


Draw = Callable[[ModelDrawing], ModelValue | list[ModelValue]]
"""Adds one operator and gives its outputs."""
