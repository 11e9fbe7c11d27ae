"""What was found of the models of late: a build with other arguments asks the same of the same models again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from rune.model.tflite import Model

P = ParamSpec("P")
T = TypeVar("T")

REMEMBERED = 8
"""Answers to each question."""
SMALL = 4 << 20
"""Bytes of a file up to which its model is remembered, with what was found of it."""


def remembered(question: Callable[Concatenate[Model, P], T]) -> Callable[Concatenate[Model, P], T]:
    """A pure function of a model, and of little beside it, which remembers what it gave for small ones."""
    answered = lru_cache(maxsize=REMEMBERED)(question)

    @wraps(question)
    def ask(model: Model, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return (answered if model.size <= SMALL else question)(model, *args, **kwargs)  # type: ignore[arg-type]

    return ask
